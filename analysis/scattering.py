"""Scattering: the static structure factor, and the intensity that small-angle X-rays would show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.analysis.neighbours import face_distances, lattice_vectors
from janus_md.analysis.order import freud_box
from janus_md.bodies import FloatArray

Q_MAX = 6.0
"""Largest wave number, 1/nm: past the peak of neighbours in a wire, 2 pi / 1.61 nm = 3.9 1/nm."""

Q_BINS = 60
"""Bins of the wave number."""

LARGEST_SUM = 2e7
"""Bodies times wave vectors of one frame above which wave vectors are sampled."""

CORE_RADIUS = 0.5
"""Radius of the metal core, nm: it is 0.82-1.17 nm across by transmission electron microscopy (Li
et al., ACS Cent. Sci. 2022, 8, 1258)."""


@dataclass(frozen=True)
class StructureFactor:
    """S(q) of the centres, averaged over directions and frames.

    Attributes
    ----------
    q : ndarray, shape (Q,)
        Wave numbers at which the box has wave vectors, 1/nm.
    s : ndarray, shape (Q,)
        S(q); 1 for bodies that do not know of each other.
    """

    q: FloatArray
    s: FloatArray

    def intensity(self, radius: float = CORE_RADIUS) -> FloatArray:
        """Intensity per body if each scatters as a uniform sphere, 1 at q = 0 for a body alone.

        ``S(q) [3 (sin x - x cos x) / x^3]^2`` with x = q R (Rayleigh, 1911; Guinier and Fournet,
        "Small-Angle Scattering of X-Rays", 1955). Spheres that all look alike and are turned at
        random make form and structure factor separate.
        """
        x = np.maximum(self.q * radius, 1e-4)
        amplitude = 3.0 * (np.sin(x) - x * np.cos(x)) / x**3
        return np.asarray(self.s * amplitude**2)


def structure_factor(
    frames: list[tuple[FloatArray, FloatArray]], q_max: float = Q_MAX, bins: int = Q_BINS
) -> StructureFactor:
    """S(q) of some frames, by freud's direct sum over the wave vectors of the box.

    Parameters
    ----------
    frames : list of (positions, box)
        Centres (N, 3) in nm and box (6,).
    q_max : float
        1/nm.
    bins : int
        Of the wave number, from 0; those without a wave vector of the box are left out.
    """
    import freud

    total, count = np.zeros(bins), np.zeros(bins)
    for positions, box in frames:
        volume = float(np.prod(box[:3]))
        vectors = volume * q_max**3 / (6.0 * np.pi**2)
        sampled = 0 if vectors * len(positions) < LARGEST_SUM else int(LARGEST_SUM / len(positions))
        factor = freud.diffraction.StaticStructureFactorDirect(
            bins=bins, k_max=q_max, num_sampled_k_points=sampled
        )
        factor.compute((freud_box(box), positions.astype(np.float32)))
        values = np.asarray(factor.S_k, dtype=np.float64)
        # The bin of q = 0 holds the forward peak, which is no structure.
        known = np.isfinite(values) & (values > 0.0)
        known[: _first_bin(box, q_max, bins)] = False
        total[known] += values[known]
        count[known] += 1.0
    q = (np.arange(bins) + 0.5) * q_max / bins
    held = count > 0
    return StructureFactor(q[held], total[held] / count[held])


def _first_bin(box: FloatArray, q_max: float, bins: int) -> int:
    """Bin of the smallest wave vector of the box."""
    smallest = 2.0 * np.pi / float(face_distances(lattice_vectors(box)).max())
    return int(smallest / q_max * bins)


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
