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
    std::vector<double> data {double(blocks.size()), double(charge[3].size()), double(x.size())};
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

/// Return the table of `kinds` kinds as an array; without Coulomb interaction if `coulomb_cutoff` is 0.
inline std::vector<double>
packed_table(int kinds, const std::vector<Row>& rows, double prefactor, double coulomb_cutoff)
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
    const double rc = coulomb_cutoff, rc3 = rc * rc * rc;
    std::vector<double> data {double(kinds), prefactor, rc * rc, rc > 0.0 ? 1.25 / rc3 : 0.0,
                              rc > 0.0 ? 0.375 / (rc3 * rc * rc) : 0.0};
    for (const std::vector<double>* part : {&first, &reach, &terms})
        data.insert(data.end(), part->begin(), part->end());
    return data;
}

} // namespace janus_md
