// Terms between the sites of two bodies on a host.
//
// Most sites of a pair are out of reach. They are left out four at a time and without branches,
// whose direction a processor cannot predict.

#pragma once

#include "bodies.h"
#include "terms.h"

#include <cstdint>

namespace janus_md
{

/// Coordinates of the sites of a body.
struct Sites
{
    const double *x, *y, *z;

    Sites(const Bodies& all, int i)
    {
        const int count = all.types.sites[all.type[i]];
        x = all.site.data() + all.first_site[i];
        y = x + count;
        z = y + count;
    }

    Lanes operator[](int k) const { return Lanes {x[k], y[k], z[k], 0.0}; }
};

/// Most sites that are compared at once: a bit of a word for each.
constexpr int WORD = 64;

/// A bit for each site from `begin` to `end`, at most a word of them: 1 if it is closer to `p` than
/// the root of `most2`.
inline std::uint64_t closer(const Sites& sites, int begin, int end, Lanes p, double most2)
{
    std::uint64_t found = 0;
    for (int k = begin; k < end; k += LANES)
    {
        const Lanes x = load(sites.x + k) - p[0], y = load(sites.y + k) - p[1],
                    z = load(sites.z + k) - p[2];
        found |= std::uint64_t(smaller(x * x + y * y + z * z, most2)) << (k - begin);
    }
    return found;
}

/// Remove the lowest bit that is 1, and return its place.
inline int next(std::uint64_t& bits)
{
    const int place = __builtin_ctzll(bits);
    bits &= bits - 1;
    return place;
}

/// Sum of terms at a squared distance: energy, and force over the distance.
inline double sum_of_terms(const Contact& contact, double r2, double& over_distance)
{
    double energy = 0.0;
    over_distance = 0.0;
    for (const Term* term = contact.begin; term != contact.end; term++)
    {
        if (r2 >= term->cutoff2)
            continue;
        double one;
        energy += term_energy(*term, r2, one) - term->shift;
        over_distance += one;
    }
    return energy;
}

/// Forces on body j and torques on both bodies; the fourth number of the force is half of the energy.
struct Touch
{
    Lanes force {}, torque_i {}, torque_j {};

    /// Add the terms between the sites of i and a site of j: `arm_j` from the centre of j, and `at`
    /// from that of i.
    void add(const Contact& contact, const Sites& of_i, Lanes arm_j, Lanes at)
    {
        Lanes on_site {};
        for (int begin = contact.begin_a; begin < contact.end_a; begin += WORD)
        {
            const int end = std::min(begin + WORD, contact.end_a);
            std::uint64_t within = closer(of_i, begin, end, at, contact.reach2);
            while (within)
            {
                const Lanes arm_i = of_i[begin + next(within)], r = at - arm_i;
                double over_distance;
                const double energy = sum_of_terms(contact, sum(r * r), over_distance);
                Lanes f = over_distance * r;
                torque_i -= cross(arm_i, f);
                f[3] = 0.5 * energy;
                on_site += f;
            }
        }
        torque_j += cross(arm_j, on_site);
        force += on_site;
    }
};

/// Add the terms between bodies `i` and `j`; `between` is from the centre of i to that of j.
inline void touch(Bodies& all, int i, int j, Lanes between, double distance2)
{
    const Sites of_i(all, i), of_j(all, j);
    Touch found;
    for (const Contact& contact : all.types.contacts[all.types.count * all.type[i] + all.type[j]])
    {
        if (distance2 >= contact.centres2)
            continue;
        for (int begin = contact.begin_b; begin < contact.end_b; begin += WORD)
        {
            const int end = std::min(begin + WORD, contact.end_b);
            std::uint64_t near = closer(of_j, begin, end, -between, contact.near2);
            while (near)
            {
                const Lanes arm_j = of_j[begin + next(near)];
                found.add(contact, of_i, arm_j, between + arm_j);
            }
        }
    }
    const Lanes opposite {-1.0, -1.0, -1.0, 1.0};
    lanes(&all.force[LANES * i]) += opposite * found.force;
    lanes(&all.torque[LANES * i]) += found.torque_i;
    all.push(i, j, found.force, found.torque_j, between);
}

} // namespace janus_md
