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
    using hoomd::md::AnisoPotentialPair<Evaluator>::AnisoPotentialPair;

  protected:
    void computeForces(uint64_t timestep) override
    {
        using namespace hoomd;
        m_nlist->compute(timestep);
        const bool third_law = m_nlist->getStorageMode() == md::NeighborList::half;
        const auto host = access_location::host;
        const auto read = access_mode::read, write = access_mode::overwrite;
        ArrayHandle<unsigned int> neighbour_counts(m_nlist->getNNeighArray(), host, read);
        ArrayHandle<unsigned int> neighbours(m_nlist->getNListArray(), host, read);
        ArrayHandle<size_t> heads(m_nlist->getHeadList(), host, read);
        ArrayHandle<Scalar4> positions(m_pdata->getPositions(), host, read);
        ArrayHandle<Scalar4> orientations(m_pdata->getOrientationArray(), host, read);
        ArrayHandle<Scalar> cutoffs2(m_rcutsq, host, read);
        ArrayHandle<Scalar4> force(m_force, host, write);
        ArrayHandle<Scalar4> torque(m_torque, host, write);
        ArrayHandle<Scalar> virial(m_virial, host, write);
        const unsigned int own = m_pdata->getN(), all = own + m_pdata->getNGhosts();
        std::memset(force.data, 0, sizeof(Scalar4) * own);
        std::memset(torque.data, 0, sizeof(Scalar4) * own);
        std::memset(virial.data, 0, sizeof(Scalar) * m_virial.getNumElements());
        const bool with_virial = m_pdata->getFlags()[pdata_flag::pressure_tensor];
        const BoxDim box = m_pdata->getBox();
        rotate(positions.data, orientations.data, all);

        const auto add = [&](unsigned int i, const Vector& f, const Vector& t, double energy,
                             const Vector& dr)
        {
            force.data[i].x += f.x;
            force.data[i].y += f.y;
            force.data[i].z += f.z;
            force.data[i].w += 0.5 * energy;
            torque.data[i].x += t.x;
            torque.data[i].y += t.y;
            torque.data[i].z += t.z;
            if (!with_virial)
                return;
            const double products[6] = {dr.x * f.x, dr.y * f.x, dr.z * f.x,
                                        dr.y * f.y, dr.z * f.y, dr.z * f.z};
            for (int k = 0; k < 6; k++)
                virial.data[k * m_virial_pitch + i] += 0.5 * products[k];
        };

        for (unsigned int i = 0; i < own; i++)
        {
            const Scalar4 at_i = positions.data[i];
            const unsigned int type_i = __scalar_as_int(at_i.w);
            const double* table = nullptr; // of the pairs with charges; it is the same for all
            m_charged.clear();
            m_others.count = 0;
            for (unsigned int k = 0; k < neighbour_counts.data[i]; k++)
            {
                const unsigned int j = neighbours.data[heads.data[i] + k];
                const Scalar4 at_j = positions.data[j];
                const unsigned int type_j = __scalar_as_int(at_j.w);
                const unsigned int pair = m_typpair_idx(type_i, type_j);
                const Scalar3 d = box.minImage(
                    make_scalar3(at_j.x - at_i.x, at_j.y - at_i.y, at_j.z - at_i.z));
                const Vector between {d.x, d.y, d.z}, back {-d.x, -d.y, -d.z};
                const double distance2 = dot(between, between);
                if (distance2 >= cutoffs2.data[pair])
                    continue;
                const Table of(m_params[pair].data.get());
                const Body a(m_shape_params[type_i].data.get()),
                    b(m_shape_params[type_j].data.get());
                const double reach = a.radius + b.radius + of.longest;
                if (a.blocks > 0 && b.blocks > 0 && distance2 < reach * reach)
                {
                    const Result found = terms_on_host(
                        m_shape_params[type_i].data.get(), m_shape_params[type_j].data.get(),
                        m_params[pair].data.get(), between, m_turns[i], m_turns[j]);
                    add(i, found.force, found.torque_a, found.energy, back);
                    if (third_law)
                        add(j, {-found.force.x, -found.force.y, -found.force.z}, found.torque_b,
                            found.energy, between);
                }
                const double rc = of.coulomb->cutoff;
                if (a.charges == 0 || b.charges == 0
                    || (of.coulomb->pieces == 0.0 && distance2 >= rc * rc))
                    continue;
                table = m_params[pair].data.get();
                m_charged.push_back({j, between});
                for (int n = m_first[j]; n < m_first[j + 1]; n++)
                    m_others.add(between.x + m_own.x[n], between.y + m_own.y[n],
                                 between.z + m_own.z[n], m_own.q[n]);
            }
            if (table == nullptr)
                continue;
            m_others.fill();
            const Vector turning = charges_on_host(table, m_own, m_first[i], m_first[i + 1],
                                                   m_others, m_acting);
            add(i, {0.0, 0.0, 0.0}, turning, 0.0, {0.0, 0.0, 0.0});
            int n = 0;
            for (const auto& [j, between] : m_charged)
            {
                Vector on_j {0.0, 0.0, 0.0}, turning_j {0.0, 0.0, 0.0};
                double energy = 0.0;
                for (int s = m_first[j]; s < m_first[j + 1]; s++, n++)
                {
                    const Vector f {m_acting.x[n], m_acting.y[n], m_acting.z[n]};
                    const Vector t = cross({m_own.x[s], m_own.y[s], m_own.z[s]}, f);
                    on_j = {on_j.x + f.x, on_j.y + f.y, on_j.z + f.z};
                    turning_j = {turning_j.x + t.x, turning_j.y + t.y, turning_j.z + t.z};
                    energy += m_acting.energy[n];
                }
                add(i, {-on_j.x, -on_j.y, -on_j.z}, {0.0, 0.0, 0.0}, energy,
                    {-between.x, -between.y, -between.z});
                if (third_law)
                    add(j, on_j, turning_j, energy, between);
            }
        }
    }

  private:
    /// Rotate the charges of all particles, those of ghosts too.
    void rotate(const hoomd::Scalar4* positions, const hoomd::Scalar4* orientations, unsigned int n)
    {
        m_turns.clear();
        m_own.count = 0;
        m_first.assign(1, 0);
        for (unsigned int i = 0; i < n; i++)
        {
            // HOOMD-blue stores w, x, y, z of a quaternion as x, y, z, w
            const hoomd::Scalar4 q = orientations[i];
            m_turns.emplace_back(Quaternion {q.x, q.y, q.z, q.w});
            const double* shape
                = m_shape_params[hoomd::__scalar_as_int(positions[i].w)].data.get();
            if (shape != nullptr)
                m_own.add(Body(shape), m_turns.back());
            m_first.push_back(m_own.count);
        }
    }

    struct Neighbour
    {
        unsigned int index;
        Vector between; // from the body to it
    };

    // Filled in every step; members keep their memory.
    std::vector<Matrix> m_turns;
    Charges m_own, m_others; // of all particles; of the neighbours of one
    std::vector<int> m_first;
    std::vector<Neighbour> m_charged;
    Acting m_acting;
};

} // namespace janus_md
