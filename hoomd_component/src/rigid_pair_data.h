// Bodies and tables as arrays of double, read by rigid_pair.h. Includes nothing of HOOMD-blue.

#pragma once

#include "rigid_pair.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace janus_md
{

/// A site of a body: position in its frame, charge, and number of its kind (-1: no terms).
struct Site
{
    double x, y, z, charge;
    int kind;
};

/// A row of the pair table: two kinds, form, two parameters (epsilon and sigma, or amplitude and
/// kappa), and cutoff.
struct Row
{
    int kind_a, kind_b, form;
    double first, second, cutoff;
};

/// Coordinate of the sites that fill up a block: beyond the reach of all terms.
constexpr double FAR = 1e100;

/// Return a body as an array; sites are sorted into blocks by kind.
inline std::vector<double> packed_body(const std::vector<Site>& sites)
{
    int kinds = 0;
    for (const Site& site : sites)
        kinds = std::max(kinds, site.kind + 1);
    std::vector<Block> blocks;
    std::vector<double> x, y, z;
    for (int kind = 0; kind < kinds; kind++)
    {
        Block block {double(kind), double(x.size()), 0.0, 0.0};
        for (const Site& site : sites)
        {
            if (site.kind != kind)
                continue;
            x.push_back(site.x);
            y.push_back(site.y);
            z.push_back(site.z);
            const double distance = std::sqrt(site.x * site.x + site.y * site.y + site.z * site.z);
            block.radius = std::max(block.radius, distance);
        }
        block.end = double(x.size());
        if (block.end == block.begin)
            continue;
        blocks.push_back(block);
        for (; x.size() % LANES != 0; x.push_back(FAR), y.push_back(FAR), z.push_back(FAR))
        {
        }
    }
    std::vector<double> charge[4];
    for (const Site& site : sites)
        if (site.charge != 0.0)
        {
            const double values[4] = {site.x, site.y, site.z, site.charge};
            for (int k = 0; k < 4; k++)
                charge[k].push_back(values[k]);
        }
    double radius = -1.0;
    for (const Block& block : blocks)
        radius = std::max(radius, block.radius);
    std::vector<double> data {double(blocks.size()), double(charge[3].size()), double(x.size()),
                              radius};
    for (const Block& block : blocks)
        data.insert(data.end(), {block.kind, block.begin, block.end, block.radius});
    for (const std::vector<double>* column : {&x, &y, &z, charge, charge + 1, charge + 2, charge + 3})
        data.insert(data.end(), column->begin(), column->end());
    return data;
}

/// Return a term with its shift.
inline Term term_of(const Row& row)
{
    Term term {double(row.form), row.first, row.second, row.cutoff * row.cutoff, 0.0};
    if (row.form == LENNARD_JONES)
    {
        const double sigma6 = std::pow(row.second, 6);
        term.a = 4.0 * row.first * sigma6 * sigma6;
        term.b = 4.0 * row.first * sigma6;
    }
    else if (row.form != YUKAWA)
        throw std::invalid_argument("unknown form of a term");
    double force;
    term.shift = term_energy(term, term.cutoff2, force);
    return term;
}

/// Parts of the Coulomb interaction: prefactor, cutoff (0: none), and the alpha of an Ewald sum (0:
/// the smooth interaction).
struct CoulombOf
{
    double prefactor, cutoff, splitting;
};

/// Value of erf(alpha d) / d at d^2.
inline double screened(double splitting, double r2)
{
    const double x2 = splitting * splitting * r2;
    const double scale = splitting * 2.0 / std::sqrt(std::acos(-1.0));
    return x2 < 1e-8 ? scale * (1.0 - x2 / 3.0) : std::erf(std::sqrt(x2)) / std::sqrt(r2);
}

/// Coefficients of the polynomials of erf(alpha d) / d, interpolated at Chebyshev points; the variable
/// runs from -1/2 to 1/2 in each piece.
inline std::vector<double> polynomials(double splitting, double width, int pieces)
{
    constexpr int N = COEFFICIENTS;
    std::vector<double> found;
    for (int piece = 0; piece < pieces; piece++)
    {
        double points[N], values[N], polynomial[N] = {}, product[N + 1] = {1.0};
        for (int k = 0; k < N; k++)
        {
            points[k] = 0.5 * std::cos(std::acos(-1.0) * (k + 0.5) / N);
            values[k] = screened(splitting, width * (piece + 0.5 + points[k]));
        }
        // Newton's divided differences
        for (int order = 1; order < N; order++)
            for (int k = N - 1; k >= order; k--)
                values[k] = (values[k] - values[k - 1]) / (points[k] - points[k - order]);
        for (int k = 0; k < N; k++)
        {
            for (int power = 0; power <= k; power++)
                polynomial[power] += values[k] * product[power];
            for (int power = k + 1; power > 0; power--)
                product[power] = product[power - 1] - points[k] * product[power];
            product[0] *= -points[k];
        }
        found.insert(found.end(), polynomial, polynomial + N);
    }
    return found;
}

/// Return the table of `kinds` kinds as an array.
inline std::vector<double>
packed_table(int kinds, const std::vector<Row>& rows, const CoulombOf& coulomb)
{
    std::vector<double> first {0.0}, reach, terms;
    for (int a = 0; a < kinds; a++)
        for (int b = 0; b < kinds; b++)
        {
            double longest = 0.0;
            for (const Row& row : rows)
            {
                if (!((row.kind_a == a && row.kind_b == b) || (row.kind_a == b && row.kind_b == a)))
                    continue;
                const Term term = term_of(row);
                terms.insert(terms.end(), {term.form, term.a, term.b, term.cutoff2, term.shift});
                longest = std::max(longest, row.cutoff);
            }
            first.push_back(double(terms.size() / 5));
            reach.push_back(longest);
        }
    const double rc = coulomb.cutoff, rc3 = rc * rc * rc, alpha = coulomb.splitting;
    const bool smooth = rc > 0.0 && alpha == 0.0;
    // pieces of alpha^2 d^2 of at most 1/8: errors below 1e-11 alpha in energies, 1e-9 in forces
    const int pieces = rc > 0.0 && alpha > 0.0 ? int(std::ceil(8.0 * alpha * alpha * rc * rc)) : 0;
    const double per_width = pieces > 0 ? pieces / (rc * rc) : 0.0;
    const int written = pieces > 0 ? pieces + 1 : 0; // one more, since d^2 may round up to rc^2
    const double most = reach.empty() ? 0.0 : *std::max_element(reach.begin(), reach.end());
    std::vector<double> data {double(kinds), most, coulomb.prefactor, rc, smooth ? 1.25 / rc3 : 0.0,
                              smooth ? 0.375 / (rc3 * rc * rc) : 0.0, double(written), per_width};
    std::vector<double> polynomial = polynomials(alpha, rc * rc / std::max(pieces, 1), written);
    for (const std::vector<double>* part : {&polynomial, &first, &reach, &terms})
        data.insert(data.end(), part->begin(), part->end());
    return data;
}

} // namespace janus_md
