// Terms of the pair table between the sites of two bodies.

#pragma once

#include "views.h"

#include <cmath>

namespace janus_md
{

/// Energy of a term, not shifted, and its force over the distance.
JANUS_MD_BOTH inline double term_energy(const Term& term, double r2, double& force_over_distance)
{
    const double inverse = 1.0 / r2;
    if (term.form == LENNARD_JONES)
    {
        const double r6 = inverse * inverse * inverse;
        force_over_distance = 6.0 * inverse * r6 * (2.0 * term.a * r6 - term.b);
        return r6 * (term.a * r6 - term.b);
    }
    const double r = sqrt(r2), u = term.a * exp(-term.b * r) / r;
    force_over_distance = u * (term.b + 1.0 / r) / r;
    return u;
}

/// Sum over pairs of sites, in the frame of the first body: the forces on sites of the second one.
struct Sum
{
    double energy;
    Vector force, torque; // on the second body, both about the centre of the first one

    JANUS_MD_BOTH Sum() : energy(0.0), force {0.0, 0.0, 0.0}, torque {0.0, 0.0, 0.0} {}

    /// Add the force `f` on the site at `p`.
    JANUS_MD_BOTH void add(const Vector& p, const Vector& f)
    {
        force.x += f.x;
        force.y += f.y;
        force.z += f.z;
        torque.x += p.y * f.z - p.z * f.y;
        torque.y += p.z * f.x - p.x * f.z;
        torque.z += p.x * f.y - p.y * f.x;
    }
};

/// Add the terms between a site of kind pair `pair` at `p` and the sites of a block of `a`.
JANUS_MD_BOTH inline void
add_block(const Body& a, const Block& block, const Table& table, int pair, const Vector& p, Sum& sum)
{
    const int first = int(table.first[pair]), last = int(table.first[pair + 1]);
    const double reach = table.reach[pair], reach2 = reach * reach;
    const int end = int(block.end);
    Vector f {0.0, 0.0, 0.0};
    for (int begin = int(block.begin); begin < end; begin += LANES)
    {
        double r2[LANES], nearest = 1e300;
        for (int k = 0; k < LANES; k++)
        {
            const double dx = p.x - a.x[begin + k], dy = p.y - a.y[begin + k],
                         dz = p.z - a.z[begin + k];
            r2[k] = dx * dx + dy * dy + dz * dz;
        }
        for (int k = 0; k < LANES; k++)
            nearest = r2[k] < nearest ? r2[k] : nearest;
        if (nearest >= reach2)
            continue;
        for (int k = 0; k < LANES; k++)
        {
            if (r2[k] >= reach2)
                continue;
            double over_distance = 0.0;
            for (int t = first; t < last; t++)
            {
                const Term& term = table.term[t];
                if (r2[k] >= term.cutoff2)
                    continue;
                double one;
                sum.energy += term_energy(term, r2[k], one) - term.shift;
                over_distance += one;
            }
            f.x += over_distance * (p.x - a.x[begin + k]);
            f.y += over_distance * (p.y - a.y[begin + k]);
            f.z += over_distance * (p.z - a.z[begin + k]);
        }
    }
    sum.add(p, f);
}

/// Add the terms of the pair table; `between` is from the centre of a to that of b, `turn` from the
/// frame of b to that of a.
JANUS_MD_BOTH inline void add_terms(const Body& a, const Body& b, const Table& table,
                                    const Vector& between, const Matrix& turn, Sum& sum)
{
    const double distance2 = dot(between, between);
    for (int kb = 0; kb < b.blocks; kb++)
    {
        const Block& of_b = b.block[kb];
        double furthest = -1.0; // centre of a to a site of b that still interacts
        for (int ka = 0; ka < a.blocks; ka++)
        {
            const double reach = table.reach[int(a.block[ka].kind) * table.kinds + int(of_b.kind)];
            const double here = a.block[ka].radius + reach;
            furthest = reach > 0.0 && here > furthest ? here : furthest;
        }
        const double around = furthest + of_b.radius;
        if (furthest < 0.0 || distance2 >= around * around)
            continue;
        const double furthest2 = furthest * furthest;
        for (int s = int(of_b.begin); s < int(of_b.end); s++)
        {
            Vector p = turn * Vector {b.x[s], b.y[s], b.z[s]};
            p = {p.x + between.x, p.y + between.y, p.z + between.z};
            const double from_a2 = dot(p, p);
            if (from_a2 >= furthest2)
                continue;
            for (int ka = 0; ka < a.blocks; ka++)
            {
                const int pair = int(a.block[ka].kind) * table.kinds + int(of_b.kind);
                const double here = a.block[ka].radius + table.reach[pair];
                if (table.reach[pair] > 0.0 && from_a2 < here * here)
                    add_block(a, a.block[ka], table, pair, p, sum);
            }
        }
    }
}

} // namespace janus_md
