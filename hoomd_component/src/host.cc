// The processor at hand selects the version of these functions when the library is loaded, so that a
// component built on one computer runs on others of its cluster.

#include "host.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__)
#define JANUS_MD_CLONES __attribute__((target_clones("arch=skylake-avx512", "avx2,fma", "default")))
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
Result terms_on_host(const double* a, const double* b, const double* table,
                     const Vector& separation, const Matrix& turn_a, const Matrix& turn_b)
{
    Result result {0.0, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    add_all_terms(Body(a), Body(b), Table(table), separation, turn_a, turn_b, result);
    return result;
}

JANUS_MD_CLONES JANUS_MD_FLATTEN
Vector charges_on_host(const double* table, const Charges& own, int first, int last,
                       const Charges& others, Acting& acting)
{
    const Table of(table);
    if (of.coulomb->pieces > 0.0)
        return act<EwaldLaw>(of, own, first, last, others, acting);
    return act<SmoothLaw>(of, own, first, last, others, acting);
}

} // namespace janus_md
