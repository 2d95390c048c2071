"""Equilibrium polymers: wire lengths in equilibrium.

In isodesmic association, each bond has the same association constant K (a volume), independent of
its position in the wire. The number density of wires of n bodies is ``rho_n = rho_1 (K
rho_1)^(n-1)`` (Oosawa and Kasai, J. Mol. Biol. 4, 10, 1962; Cates and Candau, J. Phys.: Condens.
Matter 2, 6869, 1990). With ``x = K rho_1`` and the number density rho of bodies, ``K rho = x / (1 -
x)^2``. The mean lengths by number and by weight are

    L_n = 1 / (1 - x) = (1 + sqrt(1 + 4 K rho)) / 2,    L_w = (1 + x) / (1 - x) = 2 L_n - 1.

The theory neglects rings, interactions between bodies that are not bonded, and excluded volume.
Excluded volume matters for `bladed`, whose second virial coefficient without charges is 76 nm^3: at
0.023 bodies per nm^3, bonds are ten times as frequent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from janus_md.analysis.theory.adaptive import mean_exponential
from janus_md.model import units
from janus_md.model.body import BondCriterion, FloatArray, RigidBody

STANDARD_VOLUME = 1.66053907
"""Volume per body at the standard concentration, 1 mol/l, nm^3."""

Energy = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
"""Function that returns pair energies in kT for separations (M, 3) and two orientations (M, 4)."""


@dataclass(frozen=True)
class BondFreeEnergy:
    """Free energy of one bond with standard errors.

    Attributes
    ----------
    constant, constant_error : float
        Association constant K, nm^3.
    free_energy, free_energy_error : float
        ``-kT ln(K / V)`` with V = :data:`STANDARD_VOLUME`, kJ/mol.
    """

    constant: float
    constant_error: float
    free_energy: float
    free_energy_error: float


def mean_length(association: float | FloatArray) -> FloatArray:
    """Return the mean length by number for the dimensionless ``K rho``."""
    return np.asarray(0.5 * (1.0 + np.sqrt(1.0 + 4.0 * np.asarray(association))))


def mean_length_by_weight(association: float | FloatArray) -> FloatArray:
    """Return the mean length by weight for the dimensionless ``K rho``."""
    return np.asarray(np.sqrt(1.0 + 4.0 * np.asarray(association)))


def length_distribution(n: FloatArray, mean_n: float) -> FloatArray:
    """Return the fraction of wires with n bodies, ``(1 - x) x^(n-1)``, ``x = 1 - 1/mean_n``."""
    x = 1.0 - 1.0 / mean_n
    return np.asarray((1.0 - x) * x ** (np.asarray(n) - 1.0))


def share_in_longer(n: FloatArray, mean_n: float) -> FloatArray:
    """Return the fraction of bodies in wires of at least n, ``x^(n-1) (1 + (n-1) (1-x))``."""
    x = 1.0 - 1.0 / mean_n
    k = np.asarray(n) - 1.0
    return np.asarray(x**k * (1.0 + k * (1.0 - x)))


def bond_free_energy(
    mean_n: float, error: float, density: float, temperature: float
) -> BondFreeEnergy:
    """Compute the association constant and free energy of a bond from the mean length by number.

    ``K = L_n (L_n - 1) / rho``; errors are propagated to first order.

    Parameters
    ----------
    mean_n, error : float
        Mean length by number, above 1, and its standard error.
    density : float
        Number density of bodies, 1/nm^3.
    temperature : float
        Temperature, K.

    Raises
    ------
    ValueError
        If the mean length is not above 1 or the density is not positive.
    """
    if not mean_n > 1.0 or not density > 0.0:
        raise ValueError(f"no bond constant from a mean length of {mean_n} at density {density}")
    constant = mean_n * (mean_n - 1.0) / density
    spread = (2.0 * mean_n - 1.0) * error / density
    kT = units.thermal_energy(temperature)
    free_energy = -kT * float(np.log(constant / STANDARD_VOLUME))
    return BondFreeEnergy(constant, spread, free_energy, kT * spread / constant)


def association_constant(energy: Energy, criterion: BondCriterion, seed: int = 0) -> float:
    """Compute the association constant of an isolated pair of bodies, nm^3.

    ``K = int d^3r <exp(-u / kT)>`` over all separations and orientations in which the second body
    is bonded to the head of the first, averaged over all orientations of both (Hill, "Statistical
    Mechanics", 1956, section 26: physical clusters). The accuracy is 0.2 % for `sphere` and a few
    percent for `bladed`, whose faces interlock only in a small fraction of the orientations.

    Effects of other bodies are neglected. In a wire, dipoles beyond the nearest neighbour add up to
    ``zeta(3) - 1 = 20 %`` to the bond energy, and other bodies exclude volume.
    """
    cap = 0.5 * (1.0 - np.cos(np.deg2rad(criterion.angle)))

    def exponent(x: FloatArray) -> FloatArray:
        r = criterion.distance * np.cbrt(x[:, 0])
        # Rotate so that the first dipole points along +z; only relative rotations matter.
        first = _tilted(x[:, 1], x[:, 2], -x[:, 2], cap)
        second = _tilted(x[:, 3], x[:, 4], x[:, 5] - x[:, 4], cap)
        return energy(np.stack([0 * r, 0 * r, r], axis=1), first, second)

    shell = 4.0 / 3.0 * np.pi * criterion.distance**3
    return float(shell * cap**2 * mean_exponential(exponent, 6, seed))


@lru_cache(maxsize=256)
def association_constant_of(
    body: RigidBody, relative_permittivity: float, temperature: float
) -> float:
    """Compute the association constant of two equal bodies by their bond criterion, nm^3."""
    from janus_md.model.pairs.energy import pair_energy

    kT = units.thermal_energy(temperature)

    def energy(r: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
        u = pair_energy(body, body, r, first, second, relative_permittivity=relative_permittivity)
        return np.asarray(u / kT)

    return association_constant(energy, body.bond)


def _tilted(height: FloatArray, azimuth: FloatArray, spin: FloatArray, cap: float) -> FloatArray:
    """Return quaternions whose z axes uniformly fill a cap about +z; azimuth and spin in turns."""
    half_tilt = np.arcsin(np.sqrt(cap * height))
    plus = np.pi * (azimuth + spin)
    minus = np.pi * (azimuth - spin)
    return np.stack(
        [
            np.cos(half_tilt) * np.cos(plus),
            np.sin(half_tilt) * -np.sin(minus),
            np.sin(half_tilt) * np.cos(minus),
            np.cos(half_tilt) * np.sin(plus),
        ],
        axis=1,
    )
