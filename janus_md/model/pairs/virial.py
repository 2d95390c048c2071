"""Second virial coefficient of rigid bodies: how strongly two of them attract on the whole.

    B2 = -1/2 int d^3r <exp(-u / kT) - 1>,

the average being over all orientations of both (Hill, "Statistical Mechanics", 1956, section 23).
Positive where bodies repel, negative where they attract; the osmotic pressure of a dilute
suspension is ``rho kT (1 + B2 rho)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from janus_md.model import units
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable
from janus_md.model.pairs.energy import pair_energy, reach_of_beads
from janus_md.model.pairs.orientations import SETS, Turns, random_set, revolution_rule
from janus_md.model.pairs.radial import NEAR, Integral, NoIntegral, integral
from janus_md.model.pairs.survey import Energy, Survey
from janus_md.model.units import COULOMB, DEBYE

ORDERS = (12, 16, 24, 32, 48, 64)
"""Nodes in either tilt of bodies of revolution, tried until the value stays."""

EVALUATIONS = 20_000_000
"""Pair energies after which no finer set of orientations is begun."""

DIPOLES_END = 8.0
"""Distance past which dipoles are sure to be weak, in units of that at which they have kT."""

ENOUGH = 20
"""Random orientations with an energy near the lowest that tell how much they count."""

RANDOM_ACCURACY = 1e-3
"""Accuracy past which integrating over distances is no use where orientations are random."""

NEAREST = 1.2
"""End of the range in which bonds are looked for first, in units of the touching distance."""


@dataclass(frozen=True)
class SecondVirial:
    """Second virial coefficient.

    Attributes
    ----------
    value : float
        nm^3.
    error : float
        Of the integration over distances and orientations, nm^3. Of bodies of revolution it is a
        bound that the difference between successive sets of orientations gives; of other bodies it
        holds twice the standard error over sets of random orientations. It is as large as the
        value where the orientations that bind are too few to be told.
    """

    value: float
    error: float


def second_virial(
    body_a: RigidBody,
    body_b: RigidBody,
    temperature: float,
    relative_permittivity: float = 1.0,
    *,
    pairs: PairTable | None = None,
    accuracy: float = 1e-6,
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
    pairs : mapping, optional
        Pair table by sorted pair of type names; by default the repulsion of all beads.
    accuracy : float
        As for :func:`integrate`.

    Raises
    ------
    ValueError
        If a body carries a net charge, or the bodies attract without bound: the integral does not
        converge.
    """
    for body in (body_a, body_b):
        if abs(body.charges.sum()) > 1e-9:
            raise NoIntegral(f"body {body.name}: no second virial coefficient with a net charge")
    kT = units.thermal_energy(temperature)

    def energy(r: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
        u = pair_energy(
            body_a,
            body_b,
            r,
            first,
            second,
            relative_permittivity=relative_permittivity,
            pairs=pairs,
        )
        return np.asarray(u / kT)

    moments = [float(np.linalg.norm(body.dipole)) * DEBYE for body in (body_a, body_b)]
    strength = COULOMB * moments[0] * moments[1] / (relative_permittivity * kT)
    touching = reach_of_beads(body_a, body_b, pairs) or math.cbrt(strength)
    if touching == 0.0:
        return SecondVirial(0.0, 0.0)  # neither beads nor dipoles
    turning = body_a.symmetry == 0 and body_b.symmetry == 0
    return integrate(energy, strength, touching, revolution=turning, accuracy=accuracy)


def integrate(
    energy: Energy,
    strength: float,
    touching: float,
    *,
    core: float = 0.0,
    revolution: bool,
    accuracy: float = 1e-6,
) -> SecondVirial:
    """Integrate over distances, to infinity, and orientations.

    Nothing is taken for granted of the energy but that it changes over lengths that are no tiny
    part of `touching`: it may attract at any distance, jump, and have a tail of any power that has
    an integral.

    Parameters
    ----------
    energy : callable
        Pair energy in kT.
    strength : float
        ``mu_a mu_b / (4 pi eps0 eps_r kT)``, nm^3; it sets the distance at which the tail begins.
    touching : float
        Distance at which the bodies touch, nm; it need not be exact.
    core : float
        Distance of the centres below which the energy is infinite, nm.
    revolution : bool
        Whether both bodies are bodies of revolution about their z.
    accuracy : float
        Error aimed at, in units of ``touching^3`` or of the value, whichever is larger. What was
        reached is part of the result.

    Raises
    ------
    ValueError
        Where the integral does not exist: the energy falls without bound, or falls off too slowly.
    """
    if not (touching > 0.0 and math.isfinite(touching) and core >= 0.0 and strength >= 0.0):
        raise NoIntegral(
            f"touching {touching!r} must be above 0, core {core!r} and strength {strength!r} "
            "at least 0"
        )
    if not revolution:
        accuracy = max(accuracy, RANDOM_ACCURACY)
    tolerance = accuracy * touching**3
    survey = Survey(energy, 3 if revolution else 5, touching, accuracy)
    far = DIPOLES_END * math.cbrt(strength)

    def over(turns: Turns, share: FloatArray) -> Integral:
        """Integral of the mean Mayer function and of its binding part."""
        return integral(
            lambda r: survey.mean_mayer(r, turns, share),
            core,
            touching,
            far,
            tolerance=tolerance / (4.0 * math.pi),
            relative=0.25 * accuracy,
        )

    if revolution:
        found, error = _by_rules(over, survey, tolerance, accuracy)
    else:
        found, error = _by_random_sets(over)
    value = 2.0 * math.pi / 3.0 * core**3 - 2.0 * math.pi * float(found[0])
    attraction = 2.0 * math.pi * float(found[1])
    outer = max(core, touching)
    bound = survey.deepest_box(core, NEAREST * outer, NEAR * outer)
    few = not revolution and survey.orientations_near_lowest() < ENOUGH and bound > error
    if few or bound > 1.1 * attraction + error:
        error = max(error, abs(value), bound)
    return SecondVirial(value, error)


def _by_rules(
    over: Callable[[Turns, FloatArray], Integral],
    survey: Survey,
    tolerance: float,
    accuracy: float,
) -> tuple[FloatArray, float]:
    """Take ever finer sets of orientations until the value stays; it, and a bound of its error."""
    values: list[FloatArray] = []
    error = math.inf
    for order in ORDERS:
        if len(values) > 2 and survey.evaluations * 3 > EVALUATIONS:
            break
        found = over(*revolution_rule(order))
        values.append(found.value)
        if len(values) < 3:
            continue
        # two that agree by chance do not count: the difference before has its say
        last, before = (
            2.0 * math.pi * abs(float(values[-k][0] - values[-k - 1][0])) for k in (1, 2)
        )
        error = 2.0 * max(last, before / 8.0) + 2.0 * math.pi * found.error
        if error <= max(tolerance, accuracy * 2.0 * math.pi * abs(float(values[-1][0]))):
            break
    return values[-1], error


def _by_random_sets(over: Callable[[Turns, FloatArray], Integral]) -> tuple[FloatArray, float]:
    """Mean over independent sets of orientations; it, and its error."""
    found = [over(*random_set(seed)) for seed in range(SETS)]
    values = np.array([one.value for one in found])
    spread = 2.0 * float(np.std(values[:, 0], ddof=1)) / math.sqrt(SETS)
    radial = max(one.error for one in found)
    return values.mean(axis=0), 2.0 * math.pi * (spread + radial)
