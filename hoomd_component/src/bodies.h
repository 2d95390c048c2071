// All bodies of a system on a host.

#pragma once

#include "lanes.h"
#include "rigid_pair.h"

#include <vector>

namespace janus_md
{

/// Squared distances of two centres below which terms and charges act; -1 if they do not.
struct Ranges
{
    double terms2, charges2;
};

/// Edges and tilt of a periodic box; an inverse is 0 in a direction that is not periodic.
struct Period
{
    Vector length, inverse;
    double xy, xz, yz;
};

/// All bodies of a system, what acts on them, and their interactions.
struct Bodies
{
    int types = 0;
    Period period;
    bool third_law = true;    // a pair is in one list: what acts on the neighbour is added to it
    bool with_virial = false;
    std::vector<const double*> shape; // of each type
    std::vector<const double*> table; // of types a and b at a * types + b
    std::vector<Ranges> ranges;       // likewise
    const double* charge_table = nullptr; // of any pair with charges: they share one

    std::vector<int> type;
    std::vector<Matrix> turn;
    std::vector<double> position;     // x, y, z, 0
    std::vector<double> charge;       // x, y, z about the centre of the body, charge
    std::vector<int> first = {0};     // charges of body n: `first[n]` to `first[n + 1]`
    std::vector<double> force;        // x, y, z, half of the energy
    std::vector<double> torque;       // x, y, z, 0
    std::vector<double> virial;       // xx, xy, xz, yy, yz, zz

    /// Forget all bodies; vectors keep their memory.
    void clear()
    {
        type.clear();
        turn.clear();
        position.clear();
        charge.clear();
        first.assign(1, 0);
    }

    void add(int of_type, const Vector& at, const Quaternion& orientation)
    {
        type.push_back(of_type);
        turn.emplace_back(orientation);
        position.insert(position.end(), {at.x, at.y, at.z, 0.0});
        if (const double* data = shape[of_type])
        {
            const Body body(data);
            for (int k = 0; k < body.charges; k++)
            {
                const Vector p = turn.back()
                    * Vector {body.charge_x[k], body.charge_y[k], body.charge_z[k]};
                charge.insert(charge.end(), {p.x, p.y, p.z, body.charge[k]});
            }
        }
        first.push_back(int(charge.size()) / LANES);
    }

    /// Set all forces to 0.
    void rest()
    {
        force.assign(position.size(), 0.0);
        torque.assign(position.size(), 0.0);
        virial.assign(with_virial ? 6 * type.size() : 0, 0.0);
    }

    /// Add a force of a pair to body `i`; `from` is from the other body to it.
    void push(int i, double energy, const Vector& f, const Vector& t, const Vector& from)
    {
        lanes(&force[LANES * i]) += Lanes {f.x, f.y, f.z, 0.5 * energy};
        lanes(&torque[LANES * i]) += Lanes {t.x, t.y, t.z, 0.0};
        if (with_virial)
            add_virial(i, f, from);
    }

    void add_virial(int i, const Vector& f, const Vector& from)
    {
        const double products[6] = {from.x * f.x, from.y * f.x, from.z * f.x,
                                    from.y * f.y, from.z * f.y, from.z * f.z};
        for (int k = 0; k < 6; k++)
            virial[6 * i + k] += 0.5 * products[k];
    }
};

} // namespace janus_md
