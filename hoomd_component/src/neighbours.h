// Interaction of one body with all of its neighbours on a host.
//
// The charges of all neighbours are in one list, so that one loop over them fills the vector
// registers of the processor. A pair of bodies alone has too few charges for that.

#pragma once

#include "bodies.h"

#include <vector>

namespace janus_md
{

/// Neighbours of one body; members keep their memory.
struct Around
{
    int count = 0;
    std::vector<int> body;         // number of each neighbour
    std::vector<double> between;   // x, y, z, 0 from the body to each
    std::vector<double> distance2;
    int charges = 0;
    std::vector<double> charge; // of all neighbours: x, y, z about the centre of the body, charge
    std::vector<double> force;  // on each of them: x, y, z, energy
    std::vector<double> sums;   // lanes of the components of the force on each charge of the body

    void reserve(int number)
    {
        if (number + LANES <= int(body.size()))
            return;
        body.resize(2 * number + LANES);
        between.resize(LANES * body.size());
        distance2.resize(body.size());
    }

    void reserve_charges(int number)
    {
        if (LANES * (number + LANES) <= int(charge.size()))
            return;
        charge.resize(LANES * (2 * number + LANES));
        force.resize(charge.size());
    }
};

/// Find the vectors to the nearest periodic images of `list`, and their squared lengths.
///
/// There are no branches, whose direction a processor cannot predict.
inline void find(const Bodies& all, int i, const unsigned int* list, int count, Around& around)
{
    around.reserve(count);
    const Lanes here = lanes(&all.position[LANES * i]);
    const double* position = all.position.data();
    double *between = around.between.data(), *distance2 = around.distance2.data();
    for (int k = 0; k < count; k++)
        lanes(between + LANES * k) = lanes(position + LANES * list[k]) - here;
    const Period& period = all.period;
    for (int k = 0; k < count; k += LANES)
    {
        Lanes &a = lanes(between + LANES * k), &b = lanes(between + LANES * (k + 1)),
              &c = lanes(between + LANES * (k + 2)), &d = lanes(between + LANES * (k + 3));
        Lanes x = a, y = b, z = c, w = d;
        transpose(x, y, z, w);
        const Lanes along_z = period.length.z * rounded(z * period.inverse.z);
        x -= period.xz * along_z, y -= period.yz * along_z, z -= along_z;
        const Lanes along_y = period.length.y * rounded(y * period.inverse.y);
        x -= period.xy * along_y, y -= along_y;
        x -= period.length.x * rounded(x * period.inverse.x);
        lanes(distance2 + k) = x * x + y * y + z * z;
        transpose(x, y, z, w);
        a = x, b = y, c = z, d = w;
    }
}

/// Add the terms of neighbours in their reach, and keep those whose charges act.
inline void select(Bodies& all, int i, const unsigned int* list, int count, Around& around)
{
    const int types = all.types, type_i = all.type[i];
    const Ranges* ranges = all.ranges.data() + types * type_i;
    const int* type = all.type.data();
    double* between = around.between.data();
    const double* distances2 = around.distance2.data();
    int* body = around.body.data();
    int kept = 0;
    for (int k = 0; k < count; k++)
    {
        const int j = int(list[k]), type_j = type[j];
        const double distance2 = distances2[k];
        const Lanes to_j = lanes(between + LANES * k);
        body[kept] = j;
        lanes(between + LANES * kept) = to_j;
        kept += distance2 < ranges[type_j].charges2;
        if (!(distance2 < ranges[type_j].terms2))
            continue;
        Result of {0.0, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
        const Vector r {to_j[0], to_j[1], to_j[2]}, back {-r.x, -r.y, -r.z};
        add_all_terms(Body(all.shape[type_i]), Body(all.shape[type_j]),
                      Table(all.table[type_i * types + type_j]), r, all.turn[i], all.turn[j], of);
        all.push(i, of.energy, of.force, of.torque_a, back);
        if (all.third_law)
            all.push(j, of.energy, {-of.force.x, -of.force.y, -of.force.z}, of.torque_b, r);
    }
    around.count = kept;
}

/// Collect the charges of all neighbours, filled up to a multiple of the lanes with zeros far away.
inline void collect(const Bodies& all, Around& around)
{
    const int* first = all.first.data();
    int most = 0;
    for (int m = 0; m < around.count; m++)
        most += first[around.body[m] + 1] - first[around.body[m]];
    around.reserve_charges(most);
    const double* charge = all.charge.data();
    double* collected = around.charge.data();
    int n = 0;
    for (int m = 0; m < around.count; m++)
    {
        Lanes to = lanes(&around.between[LANES * m]);
        to[3] = 0.0;
        for (int s = first[around.body[m]]; s < first[around.body[m] + 1]; s++, n++)
            lanes(collected + LANES * n) = to + lanes(charge + LANES * s);
    }
    for (; n % LANES != 0; n++)
        lanes(collected + LANES * n) = Lanes {1e6, 1e6, 1e6, 0.0};
    around.charges = n;
}

/// A law at several distances at once: energies of unit charges; `f` gets the forces over the
/// distances.
inline Lanes several(const SmoothLaw& law, const Lanes& r2, const Lanes& inverse, Lanes& f)
{
    return law(r2, inverse, f);
}

inline Lanes several(const EwaldLaw& law, const Lanes& r2, const Lanes& inverse, Lanes& f)
{
    Lanes x {};
    const double* of[LANES];
    for (int l = 0; l < LANES; l++)
    {
        const double place = law.per_width * (r2[l] < law.cutoff2 ? r2[l] : law.cutoff2);
        const int piece = int(place);
        x[l] = place - (piece + 0.5);
        of[l] = law.polynomial + COEFFICIENTS * piece;
    }
    const auto coefficient = [&](int k) { return Lanes {of[0][k], of[1][k], of[2][k], of[3][k]}; };
    const Lanes u = law.in_piece(x, inverse, coefficient, f);
    const auto near = r2 < law.cutoff2;
    f = near ? f : Lanes {};
    return near ? u : Lanes {};
}

/// Find the forces between the charges of body `i` and those that were collected.
template <class Law> inline void act(const Bodies& all, int i, const Law& law, Around& around)
{
    const int begin = all.first[i], end = all.first[i + 1];
    const double prefactor = Table(all.charge_table).coulomb->prefactor;
    around.sums.assign(3 * LANES * (end - begin), 0.0);
    for (int n = 0; n < around.charges; n += LANES)
    {
        const double* four = &around.charge[LANES * n];
        Lanes x = lanes(four), y = lanes(four + LANES), z = lanes(four + 2 * LANES),
              q = lanes(four + 3 * LANES);
        transpose(x, y, z, q);
        q *= prefactor;
        Lanes on_x {}, on_y {}, on_z {}, energy {};
        double* sums = around.sums.data();
        for (int k = begin; k < end; k++, sums += 3 * LANES)
        {
            const double* own = &all.charge[LANES * k];
            const Lanes dx = x - own[0], dy = y - own[1], dz = z - own[2],
                        r2 = dx * dx + dy * dy + dz * dz, product = own[3] * q;
            Lanes f {};
            energy += product * several(law, r2, 1.0 / root(r2), f);
            f *= product;
            const Lanes fx = f * dx, fy = f * dy, fz = f * dz;
            on_x += fx, on_y += fy, on_z += fz;
            lanes(sums) += fx;
            lanes(sums + LANES) += fy;
            lanes(sums + 2 * LANES) += fz;
        }
        transpose(on_x, on_y, on_z, energy);
        double* force = &around.force[LANES * n];
        lanes(force) = on_x;
        lanes(force + LANES) = on_y;
        lanes(force + 2 * LANES) = on_z;
        lanes(force + 3 * LANES) = energy;
    }
}

/// Add what the charges do to body `i` and its neighbours.
inline void share(Bodies& all, int i, Around& around)
{
    const Lanes half_of_energy {1.0, 1.0, 1.0, 0.5};
    Lanes total {};
    int n = 0;
    for (int m = 0; m < around.count; m++)
    {
        const int j = around.body[m];
        Lanes on_j {}, torque {};
        for (int s = all.first[j]; s < all.first[j + 1]; s++, n++)
        {
            const Lanes f = lanes(&around.force[LANES * n]);
            on_j += f;
            torque += cross(lanes(&all.charge[LANES * s]), f);
        }
        on_j *= half_of_energy;
        total += on_j;
        if (all.third_law)
        {
            lanes(&all.force[LANES * j]) += on_j;
            lanes(&all.torque[LANES * j]) += torque;
        }
        if (!all.with_virial)
            continue;
        const double* between = &around.between[LANES * m];
        const Vector f {on_j[0], on_j[1], on_j[2]}, r {between[0], between[1], between[2]};
        all.add_virial(i, f, r);
        if (all.third_law)
            all.add_virial(j, f, r);
    }
    lanes(&all.force[LANES * i]) += Lanes {-total[0], -total[1], -total[2], total[3]};
    Lanes torque {};
    const double* sums = around.sums.data();
    for (int k = all.first[i]; k < all.first[i + 1]; k++, sums += 3 * LANES)
    {
        const Lanes f {-sum(lanes(sums)), -sum(lanes(sums + LANES)), -sum(lanes(sums + 2 * LANES)),
                       0.0};
        torque += cross(lanes(&all.charge[LANES * k]), f);
    }
    lanes(&all.torque[LANES * i]) += torque;
}

/// Add the interactions of body `i` with the neighbours in `list`.
inline void interact(Bodies& all, int i, const unsigned int* list, int count, Around& around)
{
    find(all, i, list, count, around);
    select(all, i, list, count, around);
    if (around.count == 0)
        return;
    collect(all, around);
    const Table table(all.charge_table);
    if (table.coulomb->pieces > 0.0)
        act(all, i, EwaldLaw(table), around);
    else
        act(all, i, SmoothLaw(table), around);
    share(all, i, around);
}

} // namespace janus_md
