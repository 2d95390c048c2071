"""Second virial coefficient of rigid bodies: their overall attraction or repulsion.

    B2 = -1/2 int d^3r <exp(-u / kT) - 1>,

averaged over all orientations of both bodies (Hill, "Statistical Mechanics", 1956, section 23). It
is positive for repulsion and negative for attraction. The osmotic pressure of a dilute suspension
is ``rho kT (1 + B2 rho)``.
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
from janus_md.model.pairs.radial import FINE_RANGE, Integral, NoIntegral, integral
from janus_md.model.pairs.survey import Energy, Survey
from janus_md.model.units import COULOMB, DEBYE

ORDERS = (12, 16, 24, 32, 48, 64)
"""Nodes in each tilt of bodies of revolution, increased until the value converges."""

EVALUATIONS = 20_000_000
"""Number of pair energies after which no finer set of orientations is started."""

DIPOLES_END = 8.0
"""Distance beyond which dipoles are weak, in units of the distance at which their energy is kT."""

MIN_ORIENTATIONS = 20
"""Number of random orientations near the lowest energy that suffice to estimate their weight."""

RANDOM_ACCURACY = 1e-3
"""Best accuracy of the integration over distances that is useful with random orientations."""

BOND_RANGE = 1.2
"""End of the range first searched for bonds, in units of the touching distance."""


@dataclass(frozen=True)
class SecondVirial:
    """Second virial coefficient.

    Attributes
    ----------
    value : float
        nm^3.
    error : float
        Error of the integration over distances and orientations, nm^3. For bodies of revolution
        it is a bound from the difference between successive sets of orientations; for other bodies
        it includes twice the standard error over sets of random orientations. It is as large as
        the value if too few orientations bind.
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
    """Return the second virial coefficient of two bodies of the same or of different kinds.

    If bodies without an axis of revolution bind by many kT, only few of the random orientations
    bind. The value is then uncertain, and its error large.

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
        See :func:`integrate`.

    Raises
    ------
    ValueError
        If a body has a net charge, or the energy has no lower bound (the integral diverges).
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

    The only assumption about the energy is that it does not change over lengths much shorter than
    `touching`. It may be attractive at any distance, jump, and have a tail of any integrable power.

    Parameters
    ----------
    energy : callable
        Pair energy in kT.
    strength : float
        ``mu_a mu_b / (4 pi eps0 eps_r kT)``, nm^3; it sets the distance at which the tail begins.
    touching : float
        Approximate distance at which the bodies touch, nm.
    core : float
        Distance of the centres below which the energy is infinite, nm.
    revolution : bool
        Whether both bodies are bodies of revolution about z.
    accuracy : float
        Target error, in units of ``touching^3`` or of the value, whichever is larger. The result
        contains the error that was reached.

    Raises
    ------
    ValueError
        If the integral does not exist: the energy has no lower bound or decays too slowly.
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
    bound = survey.deepest_box(core, BOND_RANGE * outer, FINE_RANGE * outer)
    few = not revolution and survey.orientations_near_lowest() < MIN_ORIENTATIONS and bound > error
    if few or bound > 1.1 * attraction + error:
        error = max(error, abs(value), bound)
    return SecondVirial(value, error)


def _by_rules(
    over: Callable[[Turns, FloatArray], Integral],
    survey: Survey,
    tolerance: float,
    accuracy: float,
) -> tuple[FloatArray, float]:
    """Refine the set of orientations until the value converges; return it with an error bound."""
    values: list[FloatArray] = []
    error = math.inf
    for order in ORDERS:
        if len(values) > 2 and survey.evaluations * 3 > EVALUATIONS:
            break
        found = over(*revolution_rule(order))
        values.append(found.value)
        if len(values) < 3:
            continue
        # two sets may agree by chance, so the previous difference counts too
        last, before = (
            2.0 * math.pi * abs(float(values[-k][0] - values[-k - 1][0])) for k in (1, 2)
        )
        error = 2.0 * max(last, before / 8.0) + 2.0 * math.pi * found.error
        if error <= max(tolerance, accuracy * 2.0 * math.pi * abs(float(values[-1][0]))):
            break
    return values[-1], error


def _by_random_sets(over: Callable[[Turns, FloatArray], Integral]) -> tuple[FloatArray, float]:
    """Return the mean over independent sets of orientations and its error."""
    found = [over(*random_set(seed)) for seed in range(SETS)]
    values = np.array([one.value for one in found])
    spread = 2.0 * float(np.std(values[:, 0], ddof=1)) / math.sqrt(SETS)
    radial = max(one.error for one in found)
    return values.mean(axis=0), 2.0 * math.pi * (spread + radial)
