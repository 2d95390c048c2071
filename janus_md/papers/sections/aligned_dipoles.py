"""Energy of two aligned point dipoles, and what a published energy says of distance and tilt.

Two point dipoles of magnitude mu at a distance r in a medium of relative permittivity eps_r have
the energy ``-A [3 (u1.r)(u2.r) - u1.u2]`` with ``A = mu^2 / (4 pi eps0 eps_r r^3)``, where u1, u2
and r are unit vectors: ``-2 A`` if they are aligned head to tail [1]_.

.. [1] J. D. Jackson, Classical Electrodynamics, 3rd ed., Wiley 1999, section 4.2.
"""

from __future__ import annotations

import math

import numpy as np
from pydantic import BaseModel, ConfigDict

from janus_md.model.body import FloatArray
from janus_md.model.units import COULOMB, DEBYE


class AlignedDipoles(BaseModel):
    """Energy, spacing and other distances that a paper gives for one bond."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dipole: float
    """Dipole moment, debye."""
    energy: float
    """Energy of the bond, kJ/mol, negative."""
    spacing: float
    """Distance of neighbours along the wire in the crystal, nm."""
    other_spacing: tuple[float, float]
    """Range of the distances in micrographs, nm."""


def aligned_energy(dipole: float, distance: float, relative_permittivity: float = 1.0) -> float:
    """Energy of two aligned point dipoles, kJ/mol; `dipole` in debye, `distance` in nm."""
    return -2.0 * COULOMB * (dipole * DEBYE) ** 2 / relative_permittivity / distance**3


def dipole_energies(
    first: FloatArray, second: FloatArray, vectors: FloatArray, relative_permittivity: float = 1.0
) -> FloatArray:
    """Energies of pairs of point dipoles, shape (P,), kJ/mol.

    Parameters
    ----------
    first, second : ndarray, shape (P, 3)
        Dipole moments, debye.
    vectors : ndarray, shape (P, 3)
        From the first to the second, nm.
    relative_permittivity : float
        Of the medium.
    """
    distance = np.linalg.norm(vectors, axis=1)
    along = vectors / distance[:, None]
    product = np.einsum("ij,ij->i", first, second)
    one, other = (np.einsum("ij,ij->i", moment, along) for moment in (first, second))
    scale = COULOMB * DEBYE**2 / relative_permittivity / distance**3
    return np.asarray(-scale * (3.0 * one * other - product))


def distance_of(dipole: float, energy: float) -> float:
    """Distance at which aligned point dipoles in vacuum have this energy, nm."""
    return float((aligned_energy(dipole, 1.0) / energy) ** (1.0 / 3.0))


def permittivity_of(dipole: float, energy: float, distance: float) -> float:
    """Relative permittivity with which aligned point dipoles at this distance have this energy."""
    return aligned_energy(dipole, distance) / energy


def common_tilt_of(dipole: float, energy: float, distance: float) -> float:
    """Tilt of both dipoles against their distance, in the same direction, degrees.

    Bodies related by translation have it: ``energy = -A (3 cos^2 t - 1)``.
    """
    share = energy / aligned_energy(dipole, distance)
    return math.degrees(math.acos(math.sqrt((2.0 * share + 1.0) / 3.0)))


def screw_tilt_of(dipole: float, energy: float, distance: float) -> float:
    """Tilt of both dipoles against a 2_1 axis through both centres, degrees.

    The parts across the axis are opposite: ``energy = -A (cos^2 t + 1)``.
    """
    share = energy / aligned_energy(dipole, distance)
    return math.degrees(math.acos(math.sqrt(2.0 * share - 1.0)))


def offset_of(dipole: float, energy: float, rise: float) -> float:
    """Distance across the axis of two centres `rise` apart along it, dipoles along it, nm."""
    from scipy.optimize import brentq

    def surplus(offset: float) -> float:
        distance = math.hypot(rise, offset)
        cosine = rise / distance
        share = 0.5 * (3.0 * cosine**2 - 1.0)
        return share * aligned_energy(dipole, distance) - energy

    return float(brentq(surplus, 0.0, rise))


def finding(bond: AlignedDipoles) -> list[str]:
    """Say which of a paper's values of a bond fit together, with the arithmetic."""
    mu, energy, spacing = bond.dipole, bond.energy, bond.spacing
    low, high = bond.other_spacing
    offset = offset_of(mu, energy, spacing)
    return [
        f"The paper's energy of {-energy:g} kJ/mol is that of two aligned point dipoles, "
        f"2 mu^2 / (4 pi eps0 r^3). With {mu:g} D it holds at {distance_of(mu, energy):.3f} nm. "
        f"At {spacing:g} nm aligned dipoles have {-aligned_energy(mu, spacing):.1f} kJ/mol; at "
        f"{low:g} and {high:g} nm they have {-aligned_energy(mu, low):.1f} and "
        f"{-aligned_energy(mu, high):.1f} kJ/mol.",
        f"At {spacing:g} nm the energy needs one of:",
        f"- a relative permittivity of {permittivity_of(mu, energy, spacing):.3f};",
        f"- a tilt of both dipoles by {common_tilt_of(mu, energy, spacing):.2f} degrees, if a "
        "translation relates the bodies;",
        f"- a tilt by {screw_tilt_of(mu, energy, spacing):.2f} degrees, if a 2_1 axis through the "
        "centres relates them, whereas the paper says aligned along 2_1;",
        f"- centres {offset:.3f} nm apart across the axis, with dipoles along it and a rise of "
        f"{spacing:g} nm: a distance of {math.hypot(spacing, offset):.3f} nm.",
        f"So {spacing:g} nm, {-energy:g} kJ/mol and {low:g} to {high:g} nm cannot all describe one "
        "bond of aligned dipoles in vacuum.",
    ]
