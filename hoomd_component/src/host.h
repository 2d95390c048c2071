// The interaction of two bodies on the host, compiled for several processors.

#pragma once

#include "rigid_pair.h"

namespace janus_md
{

/// Interaction of bodies `a` and `b`, arrays of `packed_body`, with a table of `packed_table`.
Result interaction_on_host(const double* a, const double* b, const double* table,
                           const Vector& separation, const Quaternion& orientation_a,
                           const Quaternion& orientation_b);

} // namespace janus_md
