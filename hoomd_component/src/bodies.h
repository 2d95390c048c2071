// All bodies of a system on a host.

#pragma once

#include "lanes.h"
#include "types.h"

#include <vector>

namespace janus_md
{

/// Edges and tilt of a periodic box; an inverse is 0 in a direction that is not periodic.
struct Period
{
    Vector length, inverse;
    double xy, xz, yz;
};

/// All bodies of a system, what acts on them, and their interactions.
struct Bodies
{
    Types types;
    Period period;
    bool third_law = true;    // a pair is in one list: what acts on the neighbour is added to it
    bool with_virial = false;

    std::vector<int> type;
    std::vector<double> position;     // x, y, z, 0
    std::vector<Quaternion> orientation;
    std::vector<double> charge;       // x, y, z about the centre of the body, charge
    std::vector<int> first_charge;    // charges of body n: `first_charge[n]` to that of n + 1
    std::vector<double> site;         // about the centre: all x of a body, all y, all z
    std::vector<int> first_site;      // where the sites of body n begin
    std::vector<double> force;        // x, y, z, half of the energy
    std::vector<double> torque;       // x, y, z, 0
    std::vector<double> virial;       // xx, xy, xz, yy, yz, zz

    /// Make room for `count` bodies.
    void resize(int count)
    {
        type.resize(count);
        position.resize(LANES * count);
        orientation.resize(count, {1.0, 0.0, 0.0, 0.0});
    }

    void set(int i, int of_type, const Vector& at, const Quaternion& turned)
    {
        type[i] = of_type;
        lanes(&position[LANES * i]) = Lanes {at.x, at.y, at.z, 0.0};
        orientation[i] = turned;
    }

    /// Find the charges and sites of all bodies in the laboratory, and set all forces to 0.
    void place()
    {
        const int count = int(type.size());
        first_charge.resize(count + 1);
        first_site.resize(count + 1);
        first_charge[0] = first_site[0] = 0;
        for (int i = 0; i < count; i++)
        {
            first_charge[i + 1] = first_charge[i] + types.charges[type[i]];
            first_site[i + 1] = first_site[i] + 3 * types.sites[type[i]];
        }
        charge.resize(LANES * first_charge[count]);
        site.resize(first_site[count]);
        for (int i = 0; i < count; i++)
            if (const double* shape = types.shape[type[i]])
                place(Body(shape), Matrix(orientation[i]), &charge[LANES * first_charge[i]],
                      &site[first_site[i]]);
        force.assign(position.size(), 0.0);
        torque.assign(position.size(), 0.0);
        virial.assign(with_virial ? 6 * type.size() : 0, 0.0);
    }

    /// Add what body `i` does to `j` to the latter, and the virial of the pair to both. `between` is
    /// from i to j; the fourth number of the force is half of the energy.
    void push(int i, int j, Lanes on_j, Lanes torque_j, Lanes between)
    {
        if (third_law)
        {
            lanes(&force[LANES * j]) += on_j;
            lanes(&torque[LANES * j]) += torque_j;
        }
        if (!with_virial)
            return;
        const Lanes &f = on_j, &r = between;
        const double products[6]
            = {r[0] * f[0], r[1] * f[0], r[2] * f[0], r[1] * f[1], r[2] * f[1], r[2] * f[2]};
        for (int k = 0; k < 6; k++)
        {
            virial[6 * i + k] += 0.5 * products[k];
            if (third_law)
                virial[6 * j + k] += 0.5 * products[k];
        }
    }

  private:
    static void place(const Body& body, const Matrix& turn, double* charges, double* sites)
    {
        for (int k = 0; k < body.charges; k++, charges += LANES)
        {
            const Vector p = turn * Vector {body.charge_x[k], body.charge_y[k], body.charge_z[k]};
            lanes(charges) = Lanes {p.x, p.y, p.z, body.charge[k]};
        }
        for (const Vector* row : {&turn.x, &turn.y, &turn.z})
            for (int k = 0; k < body.sites; k += LANES, sites += LANES)
                lanes(sites) = row->x * load(body.x + k) + row->y * load(body.y + k)
                    + row->z * load(body.z + k);
    }
};

} // namespace janus_md
