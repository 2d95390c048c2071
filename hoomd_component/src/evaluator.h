// Evaluator of HOOMD-blue's AnisoPotentialPair: two rigid bodies at the central particles.

#pragma once

#ifdef ENABLE_HIP
#include <hip/hip_runtime.h>
#endif

#include "hoomd/HOOMDMath.h"
#include "hoomd/ManagedArray.h"

#include "rigid_pair.h"

#ifndef __HIPCC__
#include "host.h"
#include "rigid_pair_data.h"

#include <pybind11/pybind11.h>
#include <stdexcept>
#include <string>
#include <vector>
#endif

#ifdef __HIPCC__
#define JANUS_MD_DEVICE __device__
#else
#define JANUS_MD_DEVICE
#endif

namespace janus_md
{

/// Numbers of a body or of a table. HOOMD-blue copies the object into shared memory; the numbers
/// stay in managed memory, where the caches of the device hold them.
struct Numbers
{
    hoomd::ManagedArray<double> data;

    JANUS_MD_BOTH Numbers() {}

#ifndef __HIPCC__
    Numbers(const std::vector<double>& values, bool managed)
        : data(static_cast<unsigned int>(values.size()), managed)
    {
        for (unsigned int k = 0; k < values.size(); k++)
            data[k] = values[k];
    }

    pybind11::object toPython() const
    {
        pybind11::list values;
        for (unsigned int k = 0; k < data.size(); k++)
            values.append(data[k]);
        return values;
    }
#endif

    JANUS_MD_DEVICE void load_shared(char*&, unsigned int&) {}

    JANUS_MD_BOTH void allocate_shared(char*&, unsigned int&) const {}

    void set_memory_hint() const
    {
#ifdef ENABLE_HIP
        data.set_memory_hint();
#endif
    }
};

/// Evaluator with the sites of a type as its shape and the table of kinds as its parameters.
class Evaluator
{
  public:
    /// Table of kinds, the same for all pairs of types that interact; empty for the others.
    struct param_type : Numbers
    {
        JANUS_MD_BOTH param_type() {}

#ifndef __HIPCC__
        /// From a dict: kinds, rows (kind, kind, form, first, second, cutoff), prefactor, cutoff,
        /// splitting.
        param_type(pybind11::object of, bool managed) : Numbers(read(of), managed) {}

        static std::vector<double> read(const pybind11::object& of)
        {
            if (of.is_none())
                return {};
            std::vector<Row> rows;
            for (const auto& item : of["rows"])
            {
                const auto one = pybind11::reinterpret_borrow<pybind11::tuple>(item);
                rows.push_back({one[0].cast<int>(), one[1].cast<int>(), one[2].cast<int>(),
                                one[3].cast<double>(), one[4].cast<double>(),
                                one[5].cast<double>()});
            }
            return packed_table(of["kinds"].cast<int>(), rows,
                                {of["prefactor"].cast<double>(), of["cutoff"].cast<double>(),
                                 of["splitting"].cast<double>()});
        }
#endif
    };

    /// Sites of a type.
    struct shape_type : Numbers
    {
        JANUS_MD_BOTH shape_type() {}

#ifndef __HIPCC__
        /// From a list of tuples (x, y, z, charge, kind).
        shape_type(pybind11::object of, bool managed) : Numbers(read(of), managed) {}

        static std::vector<double> read(const pybind11::object& of)
        {
            std::vector<Site> sites;
            for (const auto& item : of)
            {
                const auto one = pybind11::reinterpret_borrow<pybind11::tuple>(item);
                sites.push_back({one[0].cast<double>(), one[1].cast<double>(),
                                 one[2].cast<double>(), one[3].cast<double>(),
                                 one[4].cast<int>()});
            }
            return packed_body(sites);
        }
#endif
    };

    JANUS_MD_BOTH Evaluator(const hoomd::Scalar3& dr, const hoomd::Scalar4& quat_i,
                            const hoomd::Scalar4& quat_j, hoomd::Scalar rcutsq,
                            const param_type& params)
        : m_dr(dr), m_quat_i(quat_i), m_quat_j(quat_j), m_rcutsq(rcutsq), m_table(&params),
          m_shape_i(nullptr), m_shape_j(nullptr)
    {
    }

    JANUS_MD_BOTH static bool needsShape() { return true; }

    JANUS_MD_BOTH static bool needsTags() { return false; }

    JANUS_MD_BOTH static bool needsCharge() { return false; }

    /// Terms are always shifted.
    JANUS_MD_BOTH static bool constexpr implementsEnergyShift() { return false; }

    JANUS_MD_BOTH void setShape(const shape_type* shape_i, const shape_type* shape_j)
    {
        m_shape_i = shape_i;
        m_shape_j = shape_j;
    }

    JANUS_MD_BOTH void setTags(unsigned int, unsigned int) {}

    JANUS_MD_BOTH void setCharge(hoomd::Scalar, hoomd::Scalar) {}

    JANUS_MD_BOTH bool evaluate(hoomd::Scalar3& force, hoomd::Scalar& pair_eng, bool,
                                hoomd::Scalar3& torque_i, hoomd::Scalar3& torque_j)
    {
        // HOOMD-blue's vector is from j to i
        const Vector between {-m_dr.x, -m_dr.y, -m_dr.z};
        if (dot(between, between) >= m_rcutsq)
            return false;
        // HOOMD-blue stores w, x, y, z of a quaternion as x, y, z, w
        const Quaternion turn_i {m_quat_i.x, m_quat_i.y, m_quat_i.z, m_quat_i.w};
        const Quaternion turn_j {m_quat_j.x, m_quat_j.y, m_quat_j.z, m_quat_j.w};
        const double* i = m_shape_i->data.get();
        const double* j = m_shape_j->data.get();
        const double* table = m_table->data.get();
#ifdef __HIPCC__
        const Result found = interaction(Body(i), Body(j), Table(table), between, turn_i, turn_j);
#else
        const Result found = interaction_on_host(i, j, table, between, turn_i, turn_j);
#endif
        pair_eng = hoomd::Scalar(found.energy);
        force = hoomd::make_scalar3(found.force.x, found.force.y, found.force.z);
        torque_i = hoomd::make_scalar3(found.torque_a.x, found.torque_a.y, found.torque_a.z);
        torque_j = hoomd::make_scalar3(found.torque_b.x, found.torque_b.y, found.torque_b.z);
        return true;
    }

    JANUS_MD_DEVICE hoomd::Scalar evalPressureLRCIntegral() { return 0; }

    JANUS_MD_DEVICE hoomd::Scalar evalEnergyLRCIntegral() { return 0; }

#ifndef __HIPCC__
    static std::string getName() { return "janus_md_rigid"; }

    /// HOOMD-blue 4.9 and later name the methods that set shapes by it; earlier ones use this name.
    static std::string getShapeParamName() { return "Shape"; }

    std::string getShapeSpec() const
    {
        throw std::runtime_error("bodies of sites have no shape specification");
    }
#endif

  private:
    const hoomd::Scalar3 m_dr;
    const hoomd::Scalar4 m_quat_i, m_quat_j;
    const hoomd::Scalar m_rcutsq;
    const param_type* m_table;
    const shape_type *m_shape_i, *m_shape_j;
};

} // namespace janus_md
