"""Scattering: the static structure factor, and the intensity that small-angle X-rays would show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from janus_md.analysis.frames.neighbours import lengths
from janus_md.analysis.series.averages import mean_and_error
from janus_md.model.body import FloatArray
from janus_md.model.box import inverse_lattice, lattice_vectors

Q_MAX = 6.0
"""Largest wave number, 1/nm: past the peak of neighbours in a wire, 2 pi / 1.61 nm = 3.9 1/nm."""

Q_BINS = 60
"""Bins of the wave number; some are joined."""

MIN_VECTORS = 6
"""Wave vectors of a bin, k and -k counted once: bins that hold fewer are joined with the next.
The intensity of one wave vector scatters by its own mean, so one alone tells little."""

LARGEST_SUM = 2e8
"""Bodies times wave vectors of one frame above which wave vectors are sampled, ..."""

SAMPLED_SUM = 2e7
"""... and what that product then is."""

MAX_VECTORS = 3_000_000
"""Points of the reciprocal lattice that are looked at; of more, as in a wide box with few bodies,
wave vectors are sampled, ..."""

SAMPLED_VECTORS = 200_000
"""... so many at most."""

CORE_RADIUS = 0.5
"""Radius of the metal core, nm: it is 0.82-1.17 nm across by transmission electron microscopy (Li
et al., ACS Cent. Sci. 2022, 8, 1258)."""


@dataclass(frozen=True)
class StructureFactor:
    """S(q) of the centres, averaged over directions and frames.

    Attributes
    ----------
    q : ndarray, shape (Q,)
        Mean wave numbers of the box's wave vectors, bin by bin, 1/nm.
    s : ndarray, shape (Q,)
        S(q); 1 for bodies that do not know of each other.
    error : ndarray, shape (Q,)
        Standard error over the frames; at least ``S / sqrt(M)`` of M wave vectors over all frames,
        as the intensity of one is distributed exponentially where many bodies scatter.
    per_frame : ndarray, shape (frames, Q)
        S(q) of each frame; NaN where a box that varies has no wave vector in a bin.
    """

    q: FloatArray
    s: FloatArray
    error: FloatArray
    per_frame: FloatArray

    def intensity(self, radius: float = CORE_RADIUS) -> FloatArray:
        """Intensity per body if each scatters as a uniform sphere, 1 at q = 0 for a body alone.

        ``S(q) [3 (sin x - x cos x) / x^3]^2`` with x = q R (Rayleigh, 1911; Guinier and Fournet,
        "Small-Angle Scattering of X-Rays", 1955). Spheres that all look alike and are turned at
        random make form and structure factor separate.
        """
        return self.s * sphere_form_factor(self.q, radius)


def sphere_form_factor(q: FloatArray, radius: float = CORE_RADIUS) -> FloatArray:
    """Form factor of a uniform sphere, shape (Q,); 1 at q = 0."""
    x = np.maximum(q * radius, 1e-4)
    return np.asarray((3.0 * (np.sin(x) - x * np.cos(x)) / x**3) ** 2)


def structure_factor(
    frames: Sequence[tuple[FloatArray, FloatArray]],
    q_max: float = Q_MAX,
    bins: int = Q_BINS,
    least: int = MIN_VECTORS,
) -> StructureFactor:
    """S(q) of some frames, ``|sum_j exp(i k.r_j)|^2 / N`` over the wave vectors of the box.

    Parameters
    ----------
    frames : sequence of (positions, box)
        Centres (N, 3) in nm and box (6,).
    q_max : float
        1/nm.
    bins : int
        Of the wave number, from 0; those that hold too few wave vectors are joined with the next.
    least : int
        Wave vectors, k and -k counted once, that a bin must hold.

    Returns
    -------
    StructureFactor
        Without a bin where the box is so small that it has no such wave vector.
    """
    edges = np.linspace(0.0, q_max, bins + 1)
    found = np.array([_binned(positions, box, edges) for positions, box in frames])
    count = found[:, 0].max(axis=0)
    if not count.any():
        none = np.zeros(0)
        return StructureFactor(none, none, none, np.zeros((len(frames), 0)))
    starts, held = [0], 0.0
    for k in range(bins - 1):
        held += count[k]
        if held >= least:
            starts.append(k + 1)
            held = 0.0
    if held + count[-1] < least and len(starts) > 1:
        starts.pop()
    vectors, wave_numbers, sums = np.add.reduceat(found, starts, axis=2).transpose(1, 0, 2)
    with np.errstate(invalid="ignore"):
        per_frame = sums / vectors
    seen = [mean_and_error(column)["error"] or 0.0 for column in per_frame.T]
    mean = np.nanmean(per_frame, axis=0)
    least_error = mean / np.sqrt(vectors.sum(axis=0))
    q = wave_numbers.sum(axis=0) / vectors.sum(axis=0)
    return StructureFactor(q, mean, np.maximum(seen, least_error), per_frame)


def _binned(positions: FloatArray, box: FloatArray, edges: FloatArray) -> FloatArray:
    """Wave vectors of a frame, and the sums of their lengths and of S, by bin; shape (3, bins)."""
    lattice = lattice_vectors(box)
    vectors = abs(float(np.linalg.det(lattice))) * edges[-1] ** 3 / (12.0 * np.pi**2)
    most = np.floor(edges[-1] * lengths(lattice) / (2.0 * np.pi))
    looked_at = (most[0] + 1.0) * float(np.prod(2.0 * most[1:] + 1.0))
    if vectors * len(positions) > LARGEST_SUM or looked_at > MAX_VECTORS:
        return _sampled(positions, box, edges)
    # exp(i k.r) is a product of three factors, one for each reciprocal vector: the sum over the
    # bodies becomes one of products of matrices.
    inverse = inverse_lattice(lattice)
    fractions = positions.astype(np.float64) @ inverse
    most = most.astype(int)
    first, second, third = (
        np.exp(2j * np.pi * np.outer(np.arange(-n, n + 1), fractions[:, axis]))
        for axis, n in enumerate(most)
    )
    grid = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in most[1:]), indexing="ij"), axis=-1)
    total = np.zeros((3, len(edges) - 1))
    for h in range(most[0] + 1):  # the other half is -k
        k = 2.0 * np.pi * (h * inverse[:, 0] + grid @ inverse[:, 1:].T)
        length = np.sqrt(np.einsum("...i,...i->...", k, k))
        amplitude = (second * first[most[0] + h]) @ third.T
        s = (amplitude.real**2 + amplitude.imag**2) / len(positions)
        bin_of = np.searchsorted(edges, length, side="right") - 1
        # The plane h = 0 holds both k and -k; its middle is the forward peak: no structure.
        use = (length > 0.0) & (length < edges[-1])
        share = 0.5 if h == 0 else 1.0
        for row, values in zip(total, (np.ones_like(s), length, s), strict=True):
            row += share * np.bincount(bin_of[use], values[use], len(row))
    return total


def _sampled(positions: FloatArray, box: FloatArray, edges: FloatArray) -> FloatArray:
    """:func:`_binned` over wave vectors drawn at random, as many at small q as at large."""
    lattice, rng = lattice_vectors(box), np.random.default_rng(len(positions))
    most = min(int(SAMPLED_SUM / len(positions)), SAMPLED_VECTORS)
    drawn = rng.normal(size=(most, 3))
    drawn *= (rng.uniform(0.0, edges[-1], most) / lengths(drawn))[:, None]
    whole = np.unique(np.rint(drawn @ lattice.T / (2.0 * np.pi)), axis=0)
    inverse = inverse_lattice(lattice)
    length = lengths(2.0 * np.pi * whole @ inverse.T)
    use = (length > 0.0) & (length < edges[-1])
    whole, length = whole[use], length[use]
    fractions = (positions.astype(np.float64) @ inverse).T
    s = np.zeros(len(whole))
    block = max(1, 1_000_000 // len(positions))
    for begin in range(0, len(whole), block):
        phase = whole[begin : begin + block] @ fractions
        turn = (2.0 * np.pi * (phase - np.rint(phase))).astype(np.float32)
        amplitudes = (np.cos(turn).sum(axis=1, dtype=float), np.sin(turn).sum(axis=1, dtype=float))
        s[begin : begin + block] = amplitudes[0] ** 2 + amplitudes[1] ** 2
    bin_of = np.searchsorted(edges, length, side="right") - 1
    weights = (np.ones_like(s), length, s / len(positions))
    return np.array([np.bincount(bin_of, w, len(edges) - 1) for w in weights])


def wire_form_factor(centres: FloatArray, q: FloatArray) -> FloatArray:
    """Form factor of one unwrapped wire, Debye's sum over its bodies, shape (Q,).

    ``P(q) = sum_ij sin(q r_ij) / (q r_ij) / n^2`` (Debye, Ann. Phys. 351, 809, 1915). Between its
    radius of gyration and its thickness a straight wire has ``P ~ pi / (q L)``: the slope -1 that
    tells a wire from a coil (-2) and a cluster (-3, -4).
    """
    difference = centres[:, None] - centres[None]
    distance = np.sqrt(np.einsum("ijk,ijk->ij", difference, difference))
    phase = q[:, None] * distance[np.triu_indices(len(centres), 1)]
    pairs = np.sinc(phase / np.pi).sum(axis=1)
    return np.asarray((len(centres) + 2.0 * pairs) / len(centres) ** 2)


def small_angle_slope(q: FloatArray, intensity: FloatArray, low: float, high: float) -> float:
    """Exponent of the intensity between two wave numbers, by a straight line in logarithms.

    Raises
    ------
    ValueError
        If fewer than 3 wave numbers are between them.
    """
    use = (q >= low) & (q <= high) & (intensity > 0.0)
    if np.count_nonzero(use) < 3:
        raise ValueError(f"fewer than 3 wave numbers are between {low} and {high} 1/nm")
    return float(np.polyfit(np.log(q[use]), np.log(intensity[use]), 1)[0])
