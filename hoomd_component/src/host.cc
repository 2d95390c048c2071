// The processor at hand selects the version of these functions when the library is loaded, so that a
// component built on one computer runs on others of its cluster.

#include "host.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__)
#if __GNUC__ >= 12
#define JANUS_MD_CLONES \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define JANUS_MD_CLONES __attribute__((target_clones("arch=haswell", "avx2", "default")))
#endif
#else
#define JANUS_MD_CLONES
#endif

// so that all of the mathematics is compiled for the selected processor
#if defined(__GNUC__)
#define JANUS_MD_FLATTEN __attribute__((flatten))
#else
#define JANUS_MD_FLATTEN
#endif

namespace janus_md
{

JANUS_MD_CLONES JANUS_MD_FLATTEN
Result interaction_on_host(const double* a, const double* b, const double* table,
                           const Vector& separation, const Quaternion& orientation_a,
                           const Quaternion& orientation_b)
{
    return interaction(Body(a), Body(b), Table(table), separation, orientation_a, orientation_b);
}

JANUS_MD_CLONES JANUS_MD_FLATTEN
void interact_on_host(Bodies& all, const Lists& lists, Around& around)
{
    interact(all, lists, around);
}

} // namespace janus_md
