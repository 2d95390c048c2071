// Coulomb interaction of one body with all of its neighbours on a host.
//
// The charges of all neighbours are in one list, so that one loop over them fills the vector
// registers of the processor. A pair of bodies alone has too few charges for that.

#pragma once

#include "charges.h"

#include <vector>

namespace janus_md
{

/// Numbers computed together, in a type of GCC and Clang that any processor can compute with.
constexpr int LANES_OF_CHARGES = 4;
typedef double Lanes __attribute__((vector_size(8 * LANES_OF_CHARGES), aligned(8)));

inline Lanes& lanes(double* numbers) { return *reinterpret_cast<Lanes*>(numbers); }

inline const Lanes& lanes(const double* numbers)
{
    return *reinterpret_cast<const Lanes*>(numbers);
}

inline double sum(const Lanes& of)
{
    double total = 0.0;
    for (int k = 0; k < LANES_OF_CHARGES; k++)
        total += of[k];
    return total;
}

/// Coordinates and charges, one array each.
struct Charges
{
    std::vector<double> x, y, z, q;
    int count = 0;

    void add(double x_new, double y_new, double z_new, double q_new)
    {
        if (count == int(q.size()))
            for (auto* one : {&x, &y, &z, &q})
                one->resize(2 * count + 64);
        x[count] = x_new;
        y[count] = y_new;
        z[count] = z_new;
        q[count] = q_new;
        count++;
    }

    /// Add the charges of a body about its centre, rotated to the laboratory.
    void add(const Body& body, const Matrix& turn)
    {
        for (int k = 0; k < body.charges; k++)
        {
            const Vector p
                = turn * Vector {body.charge_x[k], body.charge_y[k], body.charge_z[k]};
            add(p.x, p.y, p.z, body.charge[k]);
        }
    }

    /// Add zero charges far away up to a multiple of the lanes.
    void fill()
    {
        while (count % LANES_OF_CHARGES != 0)
            add(1e6, 1e6, 1e6, 0.0);
    }
};

/// Forces on charges, and their energies.
struct Acting
{
    std::vector<double> x, y, z, energy;

    void reset(int count)
    {
        for (auto* one : {&x, &y, &z, &energy})
            one->assign(count, 0.0);
    }
};

/// A law at several distances at once: energies of unit charges; `f` gets the forces over the
/// distances.
inline Lanes several(const SmoothLaw& law, const Lanes& r2, const Lanes& inverse, Lanes& f)
{
    return law(r2, inverse, f);
}

inline Lanes several(const EwaldLaw& law, const Lanes& r2, const Lanes& inverse, Lanes& f)
{
    Lanes x {};
    const double* of[LANES_OF_CHARGES];
    for (int l = 0; l < LANES_OF_CHARGES; l++)
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

/// Interaction of the charges `first` to `last` of `own` with those of the neighbours.
///
/// All are about the centre of the body. Sets `acting`, and returns the torque on the body.
template <class Law>
inline Vector act(const Table& table, const Charges& own, int first, int last,
                  const Charges& others, Acting& acting)
{
    const Law law(table);
    acting.reset(others.count);
    Vector torque {0.0, 0.0, 0.0};
    for (int k = first; k < last; k++)
    {
        const double px = own.x[k], py = own.y[k], pz = own.z[k];
        const double charge = table.coulomb->prefactor * own.q[k];
        Lanes sum_x {}, sum_y {}, sum_z {};
        for (int m = 0; m < others.count; m += LANES_OF_CHARGES)
        {
            const Lanes dx = lanes(&others.x[m]) - px, dy = lanes(&others.y[m]) - py,
                        dz = lanes(&others.z[m]) - pz, r2 = dx * dx + dy * dy + dz * dz;
            Lanes root {}, f {};
            for (int l = 0; l < LANES_OF_CHARGES; l++)
                root[l] = sqrt(r2[l]);
            const Lanes product = charge * lanes(&others.q[m]);
            lanes(&acting.energy[m]) += product * several(law, r2, 1.0 / root, f);
            f *= product;
            const Lanes fx = f * dx, fy = f * dy, fz = f * dz;
            lanes(&acting.x[m]) += fx;
            lanes(&acting.y[m]) += fy;
            lanes(&acting.z[m]) += fz;
            sum_x += fx;
            sum_y += fy;
            sum_z += fz;
        }
        const Vector on {sum(sum_x), sum(sum_y), sum(sum_z)};
        torque = {torque.x - (py * on.z - pz * on.y), torque.y - (pz * on.x - px * on.z),
                  torque.z - (px * on.y - py * on.x)};
    }
    return torque;
}

} // namespace janus_md
