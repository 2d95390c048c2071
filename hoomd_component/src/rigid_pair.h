// Energy, force and torques of two rigid bodies, each given as a list of sites.
//
// This header includes nothing of HOOMD-blue. It is compiled by g++ into the component and the
// tests, and by nvcc into the kernels. Bodies and tables are arrays of double, written by
// rigid_pair_data.h, so that one copy to a device carries all of a body or table.
//
// Terms of the pair table act between sites, cut and shifted to 0 at their cutoff:
//   Lennard-Jones   4 eps [(s/r)^12 - (s/r)^6]   (WCA and attraction are of this form)
//   Yukawa          A exp(-kappa r) / r
// Coulomb interaction is one of
//   smooth: between the charges of neutral bodies whose centres are closer than rc,
//     u(d) = 1/d + (5/4) d^2 / rc^3 - (3/8) d^4 / rc^5,
//     whose first and second derivative are 0 at rc; its constant cancels, since bodies are neutral;
//   Ewald: between charges closer than rc, the real-space part u(d) = erfc(alpha d) / d.

#pragma once

#include "vectors.h"

#include <cmath>
namespace janus_md
{

/// Sites of a block are filled up to a multiple of this number with sites far away.
constexpr int LANES = 4;

/// Functional forms of terms.
enum Form
{
    LENNARD_JONES = 0,
    YUKAWA = 1
};

/// One term between two kinds of sites. Lennard-Jones: a = 4 eps s^12 and b = 4 eps s^6; Yukawa: the
/// amplitude and kappa.
struct Term
{
    double form, a, b, cutoff2, shift;
};

/// Sites of one kind in a body: numbers `begin` to `end`, and their largest distance from its centre.
struct Block
{
    double kind, begin, end, radius;
};

/// A body in its own frame: blocks of sites with terms, and charges.
struct Body
{
    int blocks, charges, sites;
    const Block* block;
    const double *x, *y, *z;
    const double *charge_x, *charge_y, *charge_z, *charge;

    /// Read what `packed_body` wrote.
    JANUS_MD_BOTH explicit Body(const double* data)
        : blocks(int(data[0])), charges(int(data[1])), sites(int(data[2])),
          block(reinterpret_cast<const Block*>(data + 3)), x(data + 3 + 4 * blocks), y(x + sites),
          z(y + sites), charge_x(z + sites), charge_y(charge_x + charges),
          charge_z(charge_y + charges), charge(charge_z + charges)
    {
    }
};

/// Coefficients of a piece of the polynomial of erf(alpha d) / d, from the constant upwards.
constexpr int COEFFICIENTS = 6;

/// Coulomb interaction. The smooth one: square = (5/4) / rc^3 and fourth = (3/8) / rc^5. Ewald:
/// erf(alpha d) / d is a polynomial of d^2 in each of `pieces` pieces of equal width.
struct Coulomb
{
    double prefactor, cutoff, square, fourth, pieces, per_width;
};

/// Terms by pair of kinds, and the Coulomb interaction.
struct Table
{
    int kinds;
    const Coulomb* coulomb;
    const double* polynomial; // COEFFICIENTS numbers of each piece
    const double* first;      // of the terms of a pair: kinds^2 + 1 numbers
    const double* reach;      // longest cutoff of a pair: kinds^2 numbers
    const Term* term;

    /// Read what `packed_table` wrote.
    JANUS_MD_BOTH explicit Table(const double* data)
        : kinds(int(data[0])), coulomb(reinterpret_cast<const Coulomb*>(data + 1)),
          polynomial(data + 7), first(polynomial + COEFFICIENTS * int(coulomb->pieces)),
          reach(first + kinds * kinds + 1),
          term(reinterpret_cast<const Term*>(reach + kinds * kinds))
    {
    }
};

/// Interaction of two bodies in the laboratory frame; `force` acts on the first one.
struct Result
{
    double energy;
    Vector force, torque_a, torque_b;
};

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

/// Add the real-space part of an Ewald sum; parameters as for `add_terms`.
JANUS_MD_BOTH inline void add_ewald(const Body& a, const Body& b, const Table& table,
                                    const Vector& between, const Matrix& turn, Sum& sum)
{
    const double cutoff2 = table.coulomb->cutoff * table.coulomb->cutoff;
    const double per_width = table.coulomb->per_width;
    for (int s = 0; s < b.charges; s++)
    {
        Vector p = turn * Vector {b.charge_x[s], b.charge_y[s], b.charge_z[s]};
        p = {p.x + between.x, p.y + between.y, p.z + between.z};
        Vector field {0.0, 0.0, 0.0};
        double potential = 0.0;
        for (int k = 0; k < a.charges; k++)
        {
            const double dx = p.x - a.charge_x[k], dy = p.y - a.charge_y[k], dz = p.z - a.charge_z[k];
            const double r2 = dx * dx + dy * dy + dz * dz;
            if (r2 >= cutoff2)
                continue;
            const double inverse = 1.0 / sqrt(r2), q = a.charge[k], place = r2 * per_width;
            const int piece = int(place);
            const double x = place - (piece + 0.5), *c = table.polynomial + COEFFICIENTS * piece;
            const double value = c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * c[5]))));
            const double slope
                = c[1] + x * (2.0 * c[2] + x * (3.0 * c[3] + x * (4.0 * c[4] + x * 5.0 * c[5])));
            potential += q * (inverse - value);
            const double over_distance
                = q * (inverse * inverse * inverse + 2.0 * per_width * slope);
            field.x += over_distance * dx;
            field.y += over_distance * dy;
            field.z += over_distance * dz;
        }
        const double q = table.coulomb->prefactor * b.charge[s];
        sum.energy += q * potential;
        sum.add(p, {q * field.x, q * field.y, q * field.z});
    }
}

/// Add the smooth Coulomb interaction; parameters as for `add_terms`.
JANUS_MD_BOTH inline void add_smooth(const Body& a, const Body& b, const Table& table,
                                     const Vector& between, const Matrix& turn, Sum& sum)
{
    const double square = table.coulomb->square, fourth = table.coulomb->fourth;
    for (int s = 0; s < b.charges; s++)
    {
        Vector p = turn * Vector {b.charge_x[s], b.charge_y[s], b.charge_z[s]};
        p = {p.x + between.x, p.y + between.y, p.z + between.z};
        Vector field {0.0, 0.0, 0.0};
        double potential = 0.0;
        for (int k = 0; k < a.charges; k++)
        {
            const double dx = p.x - a.charge_x[k], dy = p.y - a.charge_y[k], dz = p.z - a.charge_z[k];
            const double r2 = dx * dx + dy * dy + dz * dz;
            const double inverse = 1.0 / sqrt(r2), q = a.charge[k];
            potential += q * (inverse + r2 * (square - fourth * r2));
            const double over_distance
                = q * (inverse * inverse * inverse - 2.0 * square + 4.0 * fourth * r2);
            field.x += over_distance * dx;
            field.y += over_distance * dy;
            field.z += over_distance * dz;
        }
        const double q = table.coulomb->prefactor * b.charge[s];
        sum.energy += q * potential;
        sum.add(p, {q * field.x, q * field.y, q * field.z});
    }
}

/// Interaction of bodies a and b; `separation` is from the centre of a to that of b.
JANUS_MD_BOTH inline Result interaction(const Body& a, const Body& b, const Table& table,
                                        const Vector& separation, const Quaternion& orientation_a,
                                        const Quaternion& orientation_b)
{
    const Matrix to_laboratory(orientation_a), from_laboratory = to_laboratory.transposed();
    const Vector between = from_laboratory * separation;
    const Matrix turn = from_laboratory * Matrix(orientation_b);
    Sum sum;
    add_terms(a, b, table, between, turn, sum);
    if (table.coulomb->pieces > 0.0)
        add_ewald(a, b, table, between, turn, sum);
    else if (dot(separation, separation) < table.coulomb->cutoff * table.coulomb->cutoff)
        add_smooth(a, b, table, between, turn, sum);
    const Vector arm = cross(between, sum.force);
    const Vector torque_b {sum.torque.x - arm.x, sum.torque.y - arm.y, sum.torque.z - arm.z};
    const Vector torque_a {-sum.torque.x, -sum.torque.y, -sum.torque.z};
    const Vector force {-sum.force.x, -sum.force.y, -sum.force.z};
    return {sum.energy, to_laboratory * force, to_laboratory * torque_a, to_laboratory * torque_b};
}

} // namespace janus_md
