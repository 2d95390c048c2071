// Bodies and tables, read from arrays of double that rigid_pair_data.h writes.

#pragma once

#include "vectors.h"

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
    double radius; // largest distance of a site in a block from the centre; -1 without blocks
    const Block* block;
    const double *x, *y, *z;
    const double *charge_x, *charge_y, *charge_z, *charge;

    /// Read what `packed_body` wrote.
    JANUS_MD_BOTH explicit Body(const double* data)
        : blocks(int(data[0])), charges(int(data[1])), sites(int(data[2])), radius(data[3]),
          block(reinterpret_cast<const Block*>(data + 4)), x(data + 4 + 4 * blocks), y(x + sites),
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
    double longest; // cutoff of all terms
    const Coulomb* coulomb;
    const double* polynomial; // COEFFICIENTS numbers of each piece
    const double* first;      // of the terms of a pair: kinds^2 + 1 numbers
    const double* reach;      // longest cutoff of a pair: kinds^2 numbers
    const Term* term;

    /// Read what `packed_table` wrote.
    JANUS_MD_BOTH explicit Table(const double* data)
        : kinds(int(data[0])), longest(data[1]),
          coulomb(reinterpret_cast<const Coulomb*>(data + 2)), polynomial(data + 8), first(polynomial + COEFFICIENTS * int(coulomb->pieces)),
          reach(first + kinds * kinds + 1),
          term(reinterpret_cast<const Term*>(reach + kinds * kinds))
    {
    }
};

} // namespace janus_md
