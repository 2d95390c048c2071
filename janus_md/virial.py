"""Second virial coefficient of rigid bodies: how strongly two of them attract on the whole.

    B2 = -1/2 int d^3r <exp(-u / kT) - 1>,

the average being over all orientations of both (Hill, "Statistical Mechanics", 1956, section 23).
Positive where bodies repel, negative where they attract; the osmotic pressure of a dilute
suspension is ``rho kT (1 + B2 rho)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from janus_md import units
from janus_md.bodies import FloatArray, RigidBody
from janus_md.interactions import WCA_CUTOFF
from janus_md.pair_energy import pair_energy
from janus_md.units import COULOMB, DEBYE

Energy = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
"""Pair energy in kT of separations (M, 3) and orientations (M, 4) of the two bodies."""

REVOLUTION_NODES = (24, 24, 10)
"""Nodes in the tilt of either dipole and in the azimuth between them, of bodies of revolution."""

SCRAMBLES, LOG2_POINTS = 8, 9
"""Independent sets of quasi-random orientations of other bodies; points in each, power of 2."""

PANELS, PANEL_NODES = 48, 5
"""Panels in distance and Gauss-Legendre nodes in each."""

FAR = 6.0
"""End of the integration, in units of the length at which two dipoles interact with kT."""


@dataclass(frozen=True)
class SecondVirial:
    """Second virial coefficient.

    Attributes
    ----------
    value : float
        nm^3.
    error : float
        Of the integration: standard error over sets of random orientations, or for bodies of
        revolution the difference to half the nodes, nm^3.
    """

    value: float
    error: float


def second_virial(
    body_a: RigidBody, body_b: RigidBody, temperature: float, relative_permittivity: float = 1.0
) -> SecondVirial:
    """Second virial coefficient of two bodies, which may be of one kind.

    Where bodies that are no bodies of revolution bind by many kT, few of the random orientations
    bind at all: the error then says how little the value is worth.

    Parameters
    ----------
    body_a, body_b : RigidBody
        Without net charge.
    temperature : float
        K.
    relative_permittivity : float
        Of the medium.

    Raises
    ------
    ValueError
        If a body carries a net charge: the integral does not converge.
    """
    for body in (body_a, body_b):
        if abs(body.charges.sum()) > 1e-9:
            raise ValueError(f"body {body.name}: no second virial coefficient with a net charge")
    kT = units.thermal_energy(temperature)

    def energy(r: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
        u = pair_energy(
            body_a, body_b, r, first, second, relative_permittivity=relative_permittivity
        )
        return np.asarray(u / kT)

    moments = [float(np.linalg.norm(body.dipole)) * DEBYE for body in (body_a, body_b)]
    strength = COULOMB * moments[0] * moments[1] / (relative_permittivity * kT)
    touching = WCA_CUTOFF * (body_a.reach + body_b.reach)
    turning = body_a.symmetry == 0 and body_b.symmetry == 0
    return integrate(energy, strength, touching, revolution=turning)


def integrate(
    energy: Energy, strength: float, touching: float, *, core: float = 0.0, revolution: bool
) -> SecondVirial:
    """Integrate over distances and orientations; past the last distance dipoles alone count.

    There ``<u^2> = 2/3 (strength / r^3)^2``, of which ``B2`` holds ``-1/4 int d^3r <u^2>``.

    Parameters
    ----------
    energy : callable
        Pair energy in kT.
    strength : float
        ``mu_a mu_b / (4 pi eps0 eps_r kT)``, nm^3.
    touching : float
        Distance past which no repulsion reaches, nm.
    core : float
        Distance of the centres below which the energy is infinite, nm.
    revolution : bool
        Whether both bodies are bodies of revolution about their z.
    """
    last = max(3.0 * touching, FAR * math.cbrt(strength))
    # Half of the panels where beads touch, the others wider the further out.
    edges = np.concatenate(
        [
            np.linspace(core, touching, PANELS // 2, endpoint=False),
            np.geomspace(touching, last, PANELS // 2 + 1),
        ]
    )
    x, w = np.polynomial.legendre.leggauss(PANEL_NODES)
    r = (edges[:-1, None] + 0.5 * np.diff(edges)[:, None] * (1.0 + x)).ravel()
    weights = (0.5 * np.diff(edges)[:, None] * w).ravel() * 4.0 * math.pi * r**2
    rest = 2.0 * math.pi / 3.0 * core**3 - 2.0 * math.pi / 9.0 * strength**2 / last**3
    values = []
    for first, second, share in _turns(revolution):
        mean = _mean_mayer(energy, r, first, second, share, touching)
        values.append(rest - 0.5 * float(weights @ mean))
    if revolution:
        return SecondVirial(values[0], abs(values[0] - values[1]))
    spread = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return SecondVirial(float(np.mean(values)), spread)


def _mean_mayer(
    energy: Energy,
    r: FloatArray,
    first: FloatArray,
    second: FloatArray,
    share: FloatArray,
    touching: float,
) -> FloatArray:
    """Average of ``exp(-u) - 1`` over orientations at each distance.

    Past `touching` the average of u itself is 0 (a neutral body turned every way makes no field
    outside: Newton's shells); added, it takes the slowest part of the noise out.
    """
    mean = np.empty(len(r))
    for k, distance in enumerate(r):
        along = np.broadcast_to([0.0, 0.0, distance], (len(share), 3))
        u = energy(along, first, second)
        mayer = np.expm1(-u)
        mean[k] = share @ (mayer + u if distance > touching else mayer)
    return mean


def _turns(revolution: bool) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
    """Sets of relative orientations: quaternions (M, 4) of both bodies, and their weights."""
    if revolution:
        for divisor in (1, 2):
            yield _revolution_turns(*(n // divisor for n in REVOLUTION_NODES))
        return
    from scipy.stats import qmc

    for seed in range(SCRAMBLES):
        points = qmc.Sobol(5, seed=seed).random_base2(LOG2_POINTS)
        cosines = 2.0 * points[:, :2] - 1.0
        azimuths = 2.0 * math.pi * points[:, 2:]
        yield (
            _turned(cosines[:, 0], 0.0 * azimuths[:, 0], azimuths[:, 0]),
            _turned(cosines[:, 1], azimuths[:, 1], azimuths[:, 2]),
            np.full(len(points), 1.0 / len(points)),
        )


def _revolution_turns(
    tilts_a: int, tilts_b: int, azimuths: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Gauss-Legendre nodes in the cosines of both tilts; even ones in half a turn between them."""
    (ca, wa), (cb, wb) = (np.polynomial.legendre.leggauss(n) for n in (tilts_a, tilts_b))
    between = math.pi * (np.arange(azimuths) + 0.5) / azimuths
    a, b, phi = (g.ravel() for g in np.meshgrid(ca, cb, between, indexing="ij"))
    share = np.broadcast_to(
        0.25 / azimuths * np.multiply.outer(wa, wb)[..., None], (tilts_a, tilts_b, azimuths)
    ).ravel()
    return _turned(a, 0.0 * phi, 0.0 * phi), _turned(b, phi, 0.0 * phi), share


def _turned(cosine: FloatArray, azimuth: FloatArray, spin: FloatArray) -> FloatArray:
    """Quaternions R_z(azimuth) R_y(tilt) R_z(spin), shape (M, 4)."""
    half = 0.5 * np.arccos(cosine)
    plus, minus = 0.5 * (azimuth + spin), 0.5 * (azimuth - spin)
    return np.stack(
        [
            np.cos(half) * np.cos(plus),
            -np.sin(half) * np.sin(minus),
            np.sin(half) * np.cos(minus),
            np.cos(half) * np.sin(plus),
        ],
        axis=1,
    )
