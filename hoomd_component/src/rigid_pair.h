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

#include "charges.h"
#include "terms.h"

namespace janus_md
{

/// Add the terms of the pair table, computed in the frame of body a.
JANUS_MD_BOTH inline void add_all_terms(const Body& a, const Body& b, const Table& table,
                                        const Vector& separation, const Matrix& turn_a,
                                        const Matrix& turn_b, Result& result)
{
    const Matrix from_laboratory = turn_a.transposed();
    const Vector between = from_laboratory * separation;
    Sum sum;
    add_terms(a, b, table, between, from_laboratory * turn_b, sum);
    const Vector arm = cross(between, sum.force);
    const Vector torque_b {sum.torque.x - arm.x, sum.torque.y - arm.y, sum.torque.z - arm.z};
    const Vector f = turn_a * sum.force, ta = turn_a * sum.torque, tb = turn_a * torque_b;
    result.energy += sum.energy;
    result.force = {result.force.x - f.x, result.force.y - f.y, result.force.z - f.z};
    result.torque_a = {result.torque_a.x - ta.x, result.torque_a.y - ta.y, result.torque_a.z - ta.z};
    result.torque_b = {result.torque_b.x + tb.x, result.torque_b.y + tb.y, result.torque_b.z + tb.z};
}

/// Interaction of bodies a and b; `separation` is from the centre of a to that of b.
JANUS_MD_BOTH inline Result interaction(const Body& a, const Body& b, const Table& table,
                                        const Vector& separation, const Quaternion& orientation_a,
                                        const Quaternion& orientation_b)
{
    Result result {0.0, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    const Matrix turn_a(orientation_a), turn_b(orientation_b);
    const double distance2 = dot(separation, separation), rc = table.coulomb->cutoff;
    if (table.coulomb->pieces > 0.0)
        add_charges<EwaldLaw>(a, b, table, separation, turn_a, turn_b, result);
    else if (distance2 < rc * rc)
        add_charges<SmoothLaw>(a, b, table, separation, turn_a, turn_b, result);
    const double reach = a.radius + b.radius + table.longest;
    if (a.blocks > 0 && b.blocks > 0 && distance2 < reach * reach)
        add_all_terms(a, b, table, separation, turn_a, turn_b, result);
    return result;
}

} // namespace janus_md
