// Four numbers that a processor computes with at once.

#pragma once

#include "views.h"

#include <cmath>
#include <cstring>

namespace janus_md
{

/// A type of GCC and Clang that any processor can compute with.
typedef double Lanes __attribute__((vector_size(32)));

/// The same in an array of double. Vectors and charges are stored as four numbers each: x, y, z, and
/// another one.
typedef double StoredLanes __attribute__((vector_size(32), aligned(8)));

static_assert(LANES == 4, "vectors are stored as four numbers");

inline Lanes load(const double* numbers) { return *reinterpret_cast<const StoredLanes*>(numbers); }

/// To change numbers.
inline StoredLanes& lanes(double* numbers) { return *reinterpret_cast<StoredLanes*>(numbers); }

inline double sum(Lanes of) { return (of[0] + of[1]) + (of[2] + of[3]); }

inline Lanes root(Lanes of)
{
    return Lanes {std::sqrt(of[0]), std::sqrt(of[1]), std::sqrt(of[2]), std::sqrt(of[3])};
}

/// The nearest integers: these sums have no digits behind the point.
inline Lanes rounded(Lanes of)
{
    constexpr double LARGE = 6755399441055744.0; // 1.5 2^52
    return (of + LARGE) - LARGE;
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define JANUS_MD_SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#endif
#endif
#ifndef JANUS_MD_SHUFFLE
#define JANUS_MD_SHUFFLE(a, b, i, j, k, l) \
    __builtin_shuffle(a, b, (decltype((a) < (b))) {i, j, k, l})
#endif

/// A bit for each number: 1 if it is smaller than `than`.
inline unsigned int smaller(Lanes of, double than)
{
    const auto found = of < than;
#if defined(__SSE2__)
    typedef double Half __attribute__((vector_size(16)));
    Half half[2];
    std::memcpy(half, &found, sizeof(half));
    return __builtin_ia32_movmskpd(half[0]) | __builtin_ia32_movmskpd(half[1]) << 2;
#else
    return (found[0] & 1) | (found[1] & 2) | (found[2] & 4) | (found[3] & 8);
#endif
}

/// Exchange rows and columns of a matrix of four rows.
inline void transpose(Lanes& a, Lanes& b, Lanes& c, Lanes& d)
{
    const Lanes ab_even = JANUS_MD_SHUFFLE(a, b, 0, 4, 2, 6),
                ab_odd = JANUS_MD_SHUFFLE(a, b, 1, 5, 3, 7),
                cd_even = JANUS_MD_SHUFFLE(c, d, 0, 4, 2, 6),
                cd_odd = JANUS_MD_SHUFFLE(c, d, 1, 5, 3, 7);
    a = JANUS_MD_SHUFFLE(ab_even, cd_even, 0, 1, 4, 5);
    b = JANUS_MD_SHUFFLE(ab_odd, cd_odd, 0, 1, 4, 5);
    c = JANUS_MD_SHUFFLE(ab_even, cd_even, 2, 3, 6, 7);
    d = JANUS_MD_SHUFFLE(ab_odd, cd_odd, 2, 3, 6, 7);
}

/// Cross product of the first three numbers; the fourth one is 0.
inline Lanes cross(Lanes a, Lanes b)
{
    const Lanes a1 = JANUS_MD_SHUFFLE(a, a, 1, 2, 0, 3), a2 = JANUS_MD_SHUFFLE(a, a, 2, 0, 1, 3),
                b1 = JANUS_MD_SHUFFLE(b, b, 1, 2, 0, 3), b2 = JANUS_MD_SHUFFLE(b, b, 2, 0, 1, 3);
    Lanes product = a1 * b2 - a2 * b1;
    product[3] = 0.0; // not exact in fused operations
    return product;
}

} // namespace janus_md
