// Interaction of one body with all of its neighbours on a host.
//
// The charges of all neighbours are in one list, so that one loop over them fills the vector
// registers of the processor. A pair of bodies alone has too few charges for that.

#pragma once

#include "charges.h"
#include "contacts.h"

#include <vector>

namespace janus_md
{

/// Neighbours of one body; members keep their memory.
struct Around
{
    std::vector<double> between;   // x, y, z, 0 from the body to each
    std::vector<double> distance2;
    std::vector<int> close; // numbers in the list of those whose terms may act
    int count = 0;
    std::vector<int> kept; // numbers in the list of those whose charges act
    int charges = 0;
    std::vector<double> charge; // of all those: x, y, z about the centre of the body, charge
    std::vector<double> force;  // on each of them: x, y, z, energy
    std::vector<double> sums;   // lanes of the components of the force on each charge of the body

    void reserve(int number)
    {
        if (number + LANES <= int(kept.size()))
            return;
        kept.resize(2 * number + LANES);
        between.resize(LANES * kept.size());
        distance2.resize(kept.size());
    }

    void reserve_charges(int number)
    {
        if (LANES * (number + LANES) <= int(charge.size()))
            return;
        charge.resize(LANES * (2 * number + LANES));
        force.resize(charge.size());
    }
};

/// Find the vectors to the nearest periodic images of `list`, their squared lengths, and those whose
/// terms may act.
///
/// There are no branches whose direction a processor cannot predict.
inline void find(const Bodies& all, int i, const unsigned int* list, int count, Around& around)
{
    around.reserve(count);
    const Lanes here = load(&all.position[LANES * i]);
    const double* position = all.position.data();
    const double furthest2 = all.types.furthest2[all.type[i]];
    double *between = around.between.data(), *distance2 = around.distance2.data();
    for (int k = 0; k < count; k++)
        lanes(between + LANES * k) = load(position + LANES * list[k]) - here;
    const Period& period = all.period;
    around.close.clear();
    for (int begin = 0; begin < count; begin += WORD)
    {
        const int end = std::min(begin + WORD, count);
        std::uint64_t close = 0;
        for (int k = begin; k < end; k += LANES)
        {
            StoredLanes &a = lanes(between + LANES * k), &b = lanes(between + LANES * (k + 1)),
                  &c = lanes(between + LANES * (k + 2)), &d = lanes(between + LANES * (k + 3));
            Lanes x = a, y = b, z = c, w = d;
            transpose(x, y, z, w);
            const Lanes along_z = period.length.z * rounded(z * period.inverse.z);
            x -= period.xz * along_z, y -= period.yz * along_z, z -= along_z;
            const Lanes along_y = period.length.y * rounded(y * period.inverse.y);
            x -= period.xy * along_y, y -= along_y;
            x -= period.length.x * rounded(x * period.inverse.x);
            const Lanes r2 = x * x + y * y + z * z;
            close |= std::uint64_t(smaller(r2, furthest2)) << (k - begin);
            lanes(distance2 + k) = r2;
            transpose(x, y, z, w);
            a = x, b = y, c = z, d = w;
        }
        if (end - begin < WORD)
            close &= (std::uint64_t(1) << (end - begin)) - 1;
        while (close)
            around.close.push_back(begin + next(close));
    }
}

/// Add the terms of neighbours in their reach.
inline void touch(Bodies& all, int i, const unsigned int* list, const Around& around)
{
    const int* type = all.type.data();
    const double* terms2 = &all.types.terms2[all.types.count * type[i]];
    for (int k : around.close)
    {
        const int j = int(list[k]);
        if (around.distance2[k] < terms2[type[j]])
            touch(all, i, j, load(&around.between[LANES * k]), around.distance2[k]);
    }
}

/// Collect the charges of all neighbours in reach, filled up to a multiple of the lanes with zeros
/// far away.
inline void collect(const Bodies& all, int i, const unsigned int* list, int count, Around& around)
{
    around.reserve_charges(count * all.types.most_charges);
    const int *type = all.type.data(), *first = all.first_charge.data();
    const double *charges2 = &all.types.charges2[all.types.count * type[i]],
                 *distance2 = around.distance2.data(), *charge = all.charge.data();
    double* collected = around.charge.data();
    int *kept = around.kept.data(), n = 0, bodies = 0;
    for (int k = 0; k < count; k++)
    {
        const int j = int(list[k]), begin = first[j], charges = first[j + 1] - begin;
        const Lanes to = load(&around.between[LANES * k]);
        for (int s = 0; s < charges; s++) // what is out of reach is overwritten by the next one
            lanes(collected + LANES * (n + s)) = to + load(charge + LANES * (begin + s));
        const int within = distance2[k] < charges2[type[j]];
        kept[bodies] = k;
        bodies += within;
        n += within * charges;
    }
    for (; n % LANES != 0; n++)
        lanes(collected + LANES * n) = Lanes {1e6, 1e6, 1e6, 0.0};
    around.count = bodies;
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
    const int begin = all.first_charge[i], end = all.first_charge[i + 1];
    const double prefactor = Table(all.types.charge_table).coulomb->prefactor;
    around.sums.assign(3 * LANES * (end - begin), 0.0);
    for (int n = 0; n < around.charges; n += LANES)
    {
        const double* four = &around.charge[LANES * n];
        Lanes x = load(four), y = load(four + LANES), z = load(four + 2 * LANES),
              q = load(four + 3 * LANES);
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
inline void share(Bodies& all, int i, const unsigned int* list, const Around& around)
{
    const Lanes half_of_energy {1.0, 1.0, 1.0, 0.5};
    Lanes total {};
    int n = 0;
    for (int m = 0; m < around.count; m++)
    {
        const int k = around.kept[m], j = int(list[k]);
        Lanes on_j {}, torque {};
        for (int s = all.first_charge[j]; s < all.first_charge[j + 1]; s++, n++)
        {
            const Lanes f = load(&around.force[LANES * n]);
            on_j += f;
            torque += cross(load(&all.charge[LANES * s]), f);
        }
        on_j *= half_of_energy;
        total += on_j;
        all.push(i, j, on_j, torque, load(&around.between[LANES * k]));
    }
    lanes(&all.force[LANES * i]) += Lanes {-total[0], -total[1], -total[2], total[3]};
    Lanes torque {};
    const double* sums = around.sums.data();
    for (int k = all.first_charge[i]; k < all.first_charge[i + 1]; k++, sums += 3 * LANES)
    {
        const Lanes f {-sum(load(sums)), -sum(load(sums + LANES)), -sum(load(sums + 2 * LANES)),
                       0.0};
        torque += cross(load(&all.charge[LANES * k]), f);
    }
    lanes(&all.torque[LANES * i]) += torque;
}

/// Neighbours of the first `bodies` bodies: `count[i]` numbers from `first[i]` on.
struct Lists
{
    unsigned int bodies;
    const unsigned int *count, *neighbour;
    const std::size_t* first;
};

/// Find all interactions; `around` is memory.
inline void interact(Bodies& all, const Lists& lists, Around& around)
{
    all.place();
    for (unsigned int i = 0; i < lists.bodies; i++)
    {
        const unsigned int* list = lists.neighbour + lists.first[i];
        const int count = int(lists.count[i]);
        find(all, i, list, count, around);
        touch(all, i, list, around);
        if (all.first_charge[i] == all.first_charge[i + 1])
            continue;
        collect(all, i, list, count, around);
        if (around.count == 0)
            continue;
        const Table table(all.types.charge_table);
        if (table.coulomb->pieces > 0.0)
            act(all, i, EwaldLaw(table), around);
        else
            act(all, i, SmoothLaw(table), around);
        share(all, i, list, around);
    }
}

} // namespace janus_md
