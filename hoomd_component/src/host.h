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

/// Find the interactions of all bodies; `around` is memory.
void interact_on_host(Bodies& all, const Lists& lists, Around& around);

} // namespace janus_md
