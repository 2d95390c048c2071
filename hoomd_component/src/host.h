// The interactions of bodies on the host, compiled for several processors.

#pragma once

#include "neighbours.h"
#include "rigid_pair.h"

namespace janus_md
{

/// Interaction of bodies `a` and `b`, arrays of `packed_body`, with a table of `packed_table`.
Result interaction_on_host(const double* a, const double* b, const double* table,
                           const Vector& separation, const Quaternion& orientation_a,
                           const Quaternion& orientation_b);

/// The same without charges, with the rotations of the bodies.
Result terms_on_host(const double* a, const double* b, const double* table,
                     const Vector& separation, const Matrix& turn_a, const Matrix& turn_b);

/// Interaction of the charges `first` to `last` of `own` with those of the neighbours: see `act`.
Vector charges_on_host(const double* table, const Charges& own, int first, int last,
                       const Charges& others, Acting& acting);

} // namespace janus_md
