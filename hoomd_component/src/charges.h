// Coulomb interaction between the charges of two bodies.

#pragma once

#include "views.h"

#include <cmath>

namespace janus_md
{

/// Interaction of two bodies in the laboratory frame; `force` acts on the first one.
struct Result
{
    double energy;
    Vector force, torque_a, torque_b;
};

/// Real-space part of an Ewald sum.
struct EwaldLaw
{
    const double* polynomial;
    double cutoff2, per_width;

    JANUS_MD_BOTH explicit EwaldLaw(const Table& table)
        : polynomial(table.polynomial), cutoff2(table.coulomb->cutoff * table.coulomb->cutoff),
          per_width(table.coulomb->per_width)
    {
    }

    /// Energy of unit charges at the squared distance `r2`, and their force over the distance.
    JANUS_MD_BOTH double operator()(double r2, double inverse, double& over_distance) const
    {
        const double place = r2 * per_width;
        const int piece = int(place);
        const double* c = polynomial + COEFFICIENTS * piece;
        return in_piece(place - (piece + 0.5), inverse, [c](int k) { return c[k]; }, over_distance);
    }

    /// The same at `x` in a piece, from a function that returns its coefficients; `Number` is a
    /// double or several.
    template <class Number, class Coefficient>
    JANUS_MD_BOTH Number in_piece(const Number& x, const Number& inverse,
                                  const Coefficient& coefficient, Number& over_distance) const
    {
        const Number c1 = coefficient(1), c2 = coefficient(2), c3 = coefficient(3),
                     c4 = coefficient(4), c5 = coefficient(5);
        const Number slope = c1 + x * (2.0 * c2 + x * (3.0 * c3 + x * (4.0 * c4 + x * (5.0 * c5))));
        over_distance = inverse * inverse * inverse + 2.0 * per_width * slope;
        return inverse - (coefficient(0) + x * (c1 + x * (c2 + x * (c3 + x * (c4 + x * c5)))));
    }
};

/// Smooth interaction of neutral bodies; the distance of the centres is what is cut.
struct SmoothLaw
{
    static constexpr double cutoff2 = 1e300;
    double square, fourth;

    JANUS_MD_BOTH explicit SmoothLaw(const Table& table)
        : square(table.coulomb->square), fourth(table.coulomb->fourth)
    {
    }

    /// `Number` is a double or several.
    template <class Number>
    JANUS_MD_BOTH Number operator()(const Number& r2, const Number& inverse,
                                    Number& over_distance) const
    {
        over_distance = inverse * inverse * inverse - 2.0 * square + 4.0 * fourth * r2;
        return inverse + r2 * (square - fourth * r2);
    }
};

/// Add the interaction of all charges. `r` is from the centre of a to that of
/// b; the rotations are from the frames of the bodies to the laboratory.
template <class Law>
JANUS_MD_BOTH inline void add_charges(const Body& a, const Body& b, const Table& table,
                                      const Vector& r, const Matrix& turn_a, const Matrix& turn_b,
                                      Result& result)
{
    const Law law(table);
    for (int m = 0; m < b.charges; m++)
    {
        const Vector s = turn_b * Vector {b.charge_x[m], b.charge_y[m], b.charge_z[m]};
        const Vector end {r.x + s.x, r.y + s.y, r.z + s.z};
        const double q = table.coulomb->prefactor * b.charge[m];
        Vector on_b {0.0, 0.0, 0.0};
        for (int k = 0; k < a.charges; k++)
        {
            const Vector p = turn_a * Vector {a.charge_x[k], a.charge_y[k], a.charge_z[k]};
            const Vector d {end.x - p.x, end.y - p.y, end.z - p.z};
            const double r2 = dot(d, d);
            if (r2 >= law.cutoff2)
                continue;
            double over_distance;
            result.energy += q * a.charge[k] * law(r2, 1.0 / sqrt(r2), over_distance);
            over_distance *= q * a.charge[k];
            const Vector f {over_distance * d.x, over_distance * d.y, over_distance * d.z};
            on_b = {on_b.x + f.x, on_b.y + f.y, on_b.z + f.z};
            result.torque_a = {result.torque_a.x - (p.y * f.z - p.z * f.y),
                               result.torque_a.y - (p.z * f.x - p.x * f.z),
                               result.torque_a.z - (p.x * f.y - p.y * f.x)};
        }
        const Vector torque = cross(s, on_b);
        result.force = {result.force.x - on_b.x, result.force.y - on_b.y, result.force.z - on_b.z};
        result.torque_b = {result.torque_b.x + torque.x, result.torque_b.y + torque.y,
                           result.torque_b.z + torque.z};
    }
}

} // namespace janus_md
