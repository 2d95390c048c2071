// The mathematics of the component for ctypes: M pairs of bodies.

#include "host.h"
#include "rigid_pair_data.h"

using namespace janus_md;

namespace
{
std::vector<double> body(const double* sites, int count)
{
    std::vector<Site> found;
    for (int k = 0; k < count; k++)
    {
        const double* one = sites + 5 * k;
        found.push_back({one[0], one[1], one[2], one[3], int(one[4])});
    }
    return packed_body(found);
}

std::vector<double> pair_table(int kinds, const double* rows, int count, const CoulombOf& coulomb)
{
    std::vector<Row> terms;
    for (int k = 0; k < count; k++)
    {
        const double* one = rows + 6 * k;
        terms.push_back({int(one[0]), int(one[1]), int(one[2]), one[3], one[4], one[5]});
    }
    return packed_table(kinds, terms, coulomb);
}
} // namespace

/// Sites are rows of x, y, z, charge, kind; rows of the table are two kinds, form, two parameters,
/// cutoff. Results are rows of energy, force on a, torque on a, torque on b.
extern "C" void pairs(const double* sites_a, int count_a, const double* sites_b, int count_b,
                      int kinds, const double* rows, int row_count, double prefactor, double cutoff,
                      double splitting, int pair_count, const double* separations, const double* turns_a,
                      const double* turns_b, double* results)
{
    const std::vector<double> a = body(sites_a, count_a), b = body(sites_b, count_b),
        table = pair_table(kinds, rows, row_count, {prefactor, cutoff, splitting});
    for (int m = 0; m < pair_count; m++)
    {
        const double *r = separations + 3 * m, *p = turns_a + 4 * m, *q = turns_b + 4 * m;
        const Result one = interaction_on_host(a.data(), b.data(), table.data(), {r[0], r[1], r[2]},
                                               {p[0], p[1], p[2], p[3]}, {q[0], q[1], q[2], q[3]});
        const double values[10] = {one.energy, one.force.x, one.force.y, one.force.z,
                                   one.torque_a.x, one.torque_a.y, one.torque_a.z,
                                   one.torque_b.x, one.torque_b.y, one.torque_b.z};
        std::copy(values, values + 10, results + 10 * m);
    }
}

/// A body and its neighbours, which are all of one kind: as `pairs`, but all of them at once, as in the
/// loop on a host. The torque on the body is that of all of them.
extern "C" void neighbours(const double* sites_a, int count_a, const double* sites_b, int count_b,
                           int kinds, const double* rows, int row_count, double prefactor,
                           double cutoff, double splitting, int neighbour_count,
                           const double* separations, const double* turn_a, const double* turns_b,
                           double* results, double* torque_a)
{
    const std::vector<double> a = body(sites_a, count_a), b = body(sites_b, count_b),
        table = pair_table(kinds, rows, row_count, {prefactor, cutoff, splitting});
    Bodies all;
    all.types.read(2, {a.data(), b.data()}, std::vector<const double*>(4, table.data()),
                   std::vector<double>(4, 1e300));
    all.period = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}, 0.0, 0.0, 0.0};
    all.resize(neighbour_count + 1);
    all.set(0, 0, {0.0, 0.0, 0.0}, {turn_a[0], turn_a[1], turn_a[2], turn_a[3]});
    std::vector<unsigned int> list;
    for (int m = 0; m < neighbour_count; m++)
    {
        const double *r = separations + 3 * m, *q = turns_b + 4 * m;
        all.set(m + 1, 1, {r[0], r[1], r[2]}, {q[0], q[1], q[2], q[3]});
        list.push_back(m + 1);
    }
    const unsigned int count = neighbour_count;
    const std::size_t first = 0;
    Around around;
    interact_on_host(all, {1, &count, list.data(), &first}, around);
    std::copy(all.torque.begin(), all.torque.begin() + 3, torque_a);
    for (int m = 0; m < neighbour_count; m++)
    {
        const double *f = &all.force[4 * (m + 1)], *t = &all.torque[4 * (m + 1)];
        const double values[7] = {2.0 * f[3], f[0], f[1], f[2], t[0], t[1], t[2]};
        std::copy(values, values + 7, results + 7 * m);
    }
}
