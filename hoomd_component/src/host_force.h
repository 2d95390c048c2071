// The pair force on the host: as HOOMD-blue's loop over pairs, but with the charges of all
// neighbours of a body at once.

#pragma once

#include "evaluator.h"

#include "hoomd/md/AnisoPotentialPair.h"

#include <cstring>
#include <vector>

namespace janus_md
{

class HostForce : public hoomd::md::AnisoPotentialPair<Evaluator>
{
  public:
    using Base = hoomd::md::AnisoPotentialPair<Evaluator>;
    using Base::Base;

    void setParams(unsigned int a, unsigned int b, const Evaluator::param_type& table) override
    {
        m_types_read = false;
        Base::setParams(a, b, table);
    }

    void setRcut(unsigned int a, unsigned int b, hoomd::Scalar cutoff) override
    {
        m_types_read = false;
        Base::setRcut(a, b, cutoff);
    }

    void setShape(unsigned int type, const Evaluator::shape_type& shape) override
    {
        m_types_read = false;
        Base::setShape(type, shape);
    }

  protected:
    void computeForces(uint64_t timestep) override
    {
        using namespace hoomd;
        m_nlist->compute(timestep);
        const auto host = access_location::host;
        const auto read = access_mode::read, write = access_mode::overwrite;
        ArrayHandle<unsigned int> neighbour_counts(m_nlist->getNNeighArray(), host, read);
        ArrayHandle<unsigned int> neighbours(m_nlist->getNListArray(), host, read);
        ArrayHandle<size_t> heads(m_nlist->getHeadList(), host, read);
        if (!m_types_read)
            read_types();
        read_bodies();
        const unsigned int own = m_pdata->getN();
        interact_on_host(m_bodies, {own, neighbour_counts.data, neighbours.data, heads.data},
                         m_around);
        ArrayHandle<Scalar4> force(m_force, host, write);
        ArrayHandle<Scalar4> torque(m_torque, host, write);
        ArrayHandle<Scalar> virial(m_virial, host, write);
        for (unsigned int i = 0; i < own; i++)
        {
            const double *f = &m_bodies.force[LANES * i], *t = &m_bodies.torque[LANES * i];
            force.data[i] = make_scalar4(f[0], f[1], f[2], f[3]);
            torque.data[i] = make_scalar4(t[0], t[1], t[2], 0.0);
        }
        if (!m_bodies.with_virial)
        {
            std::memset(virial.data, 0, sizeof(Scalar) * m_virial.getNumElements());
            return;
        }
        for (unsigned int k = 0; k < 6; k++)
            for (unsigned int i = 0; i < own; i++)
                virial.data[k * m_virial_pitch + i] = m_bodies.virial[6 * i + k];
    }

  private:
    /// Read shapes, tables and cutoffs.
    void read_types()
    {
        using namespace hoomd;
        ArrayHandle<Scalar> cutoffs2(m_rcutsq, access_location::host, access_mode::read);
        const unsigned int types = m_pdata->getNTypes();
        std::vector<const double*> shapes, tables;
        std::vector<double> squares;
        for (unsigned int i = 0; i < types; i++)
        {
            shapes.push_back(m_shape_params[i].data.get());
            for (unsigned int j = 0; j < types; j++)
            {
                const unsigned int pair = m_typpair_idx(i, j);
                tables.push_back(m_params[pair].data.get());
                squares.push_back(cutoffs2.data[pair]);
            }
        }
        m_bodies.types.read(types, shapes, tables, squares);
        m_types_read = true;
    }

    /// Read the state of all particles, ghosts included.
    void read_bodies()
    {
        using namespace hoomd;
        const auto host = access_location::host;
        ArrayHandle<Scalar4> positions(m_pdata->getPositions(), host, access_mode::read);
        ArrayHandle<Scalar4> orientations(m_pdata->getOrientationArray(), host, access_mode::read);
        const BoxDim box = m_pdata->getBox();
        const Scalar3 length = box.getL();
        const uchar3 periodic = box.getPeriodic();
        m_bodies.period = {{length.x, length.y, length.z},
                           {periodic.x ? 1.0 / length.x : 0.0, periodic.y ? 1.0 / length.y : 0.0,
                            periodic.z ? 1.0 / length.z : 0.0},
                           box.getTiltFactorXY(), box.getTiltFactorXZ(), box.getTiltFactorYZ()};
        m_bodies.third_law = m_nlist->getStorageMode() == md::NeighborList::half;
        m_bodies.with_virial = m_pdata->getFlags()[pdata_flag::pressure_tensor];
        const unsigned int all = m_pdata->getN() + m_pdata->getNGhosts();
        m_bodies.resize(all);
        for (unsigned int i = 0; i < all; i++)
        {
            const Scalar4 at = positions.data[i], q = orientations.data[i];
            // HOOMD-blue stores w, x, y, z of a quaternion as x, y, z, w
            m_bodies.set(i, __scalar_as_int(at.w), {at.x, at.y, at.z}, {q.x, q.y, q.z, q.w});
        }
    }

    bool m_types_read = false;
    // Filled in every step; members keep their memory.
    Bodies m_bodies;
    Around m_around;
};

} // namespace janus_md
