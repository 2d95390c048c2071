// What acts between types of bodies, on a host.

#pragma once

#include "views.h"

#include <algorithm>
#include <vector>

namespace janus_md
{

/// Terms between the sites of a block of body a and of one of body b.
struct Contact
{
    int begin_a, end_a, begin_b, end_b;
    double centres2; // squared distance of the centres below which sites can interact
    double near2;    // the same for a site of b and the centre of a
    double reach2;   // the same for two sites
    const Term *begin, *end;
};

/// All types. What belongs to types a and b is at a * count + b.
struct Types
{
    int count = 0;
    std::vector<const double*> shape;
    std::vector<int> sites, charges;      // numbers of each type; sites are filled up
    int most_charges = 0;                 // of a type
    std::vector<double> terms2, charges2; // squared distances below which they act; -1: never
    std::vector<double> furthest2;        // largest of `terms2` of each type
    std::vector<std::vector<Contact>> contacts;
    const double* charge_table = nullptr; // of any pair with charges: they share one

    /// Read shapes of `count` types; tables and squared cutoffs of their pairs.
    void read(int types, const std::vector<const double*>& shapes,
              const std::vector<const double*>& tables, const std::vector<double>& cutoffs2)
    {
        count = types;
        shape = shapes;
        sites.assign(count, 0);
        charges.assign(count, 0);
        terms2.assign(count * count, -1.0);
        charges2.assign(count * count, -1.0);
        furthest2.assign(count, -1.0);
        contacts.assign(count * count, {});
        charge_table = nullptr;
        for (int a = 0; a < count; a++)
        {
            if (shape[a] == nullptr)
                continue;
            sites[a] = Body(shape[a]).sites;
            charges[a] = Body(shape[a]).charges;
            for (int b = 0; b < count; b++)
            {
                const int pair = a * count + b;
                if (shape[b] == nullptr || tables[pair] == nullptr)
                    continue;
                add(pair, Body(shape[a]), Body(shape[b]), tables[pair], cutoffs2[pair]);
                furthest2[a] = std::max(furthest2[a], terms2[pair]);
            }
        }
        most_charges = charges.empty() ? 0 : *std::max_element(charges.begin(), charges.end());
    }

  private:
    void add(int of_types, const Body& a, const Body& b, const double* data, double cutoff2)
    {
        const Table table(data);
        for (int k = 0; k < a.blocks; k++)
            for (int m = 0; m < b.blocks; m++)
            {
                const Block &one = a.block[k], &other = b.block[m];
                const int pair = int(one.kind) * table.kinds + int(other.kind);
                const double reach = table.reach[pair], near = one.radius + reach,
                             centres = near + other.radius;
                if (!(reach > 0.0))
                    continue;
                const double centres2 = std::min(cutoff2, centres * centres);
                contacts[of_types].push_back(
                    {int(one.begin), int(one.end), int(other.begin), int(other.end), centres2,
                     near * near, reach * reach, table.term + int(table.first[pair]),
                     table.term + int(table.first[pair + 1])});
                terms2[of_types] = std::max(terms2[of_types], centres2);
            }
        if (a.charges == 0 || b.charges == 0)
            return;
        // An Ewald sum is cut off by the distance of the charges.
        const double rc = table.coulomb->cutoff;
        charges2[of_types] = table.coulomb->pieces > 0.0 ? cutoff2 : std::min(cutoff2, rc * rc);
        charge_table = data;
    }
};

} // namespace janus_md
