"""Association constants of two rigid bodies, at several permittivities at once.

The association constant of a bond from the head of A to the tail of B is

    K = int d^3r <exp(-u / kT)>

over all positions of B relative to A, averaged over the orientations of both, where the integrand
is 0 unless they are bonded. It is the cluster integral of a bonded pair (Hill, "Statistical
Mechanics", 1956, section 26). In first-order perturbation theory it takes the place of the volume
``4 pi g K F`` of an association site, which has the Mayer function for the Boltzmann factor
(Jackson, Chapman and Gubbins, Mol. Phys. 65, 1, 1988): here all bonded pairs are counted, and not
only those in excess of the pairs of bodies without attraction. The density of bonds from A to B in
an ideal mixture is K times the densities of free heads of A and of free tails of B.

The integrand may vary by a factor of 10^9 within 1 % of the region. Populations of points that are
typical of the states between no interaction and the full one
(:mod:`janus_md.model.association.populations`) therefore define a mixture of smooth distributions.
Independent points of this mixture give all integrals by importance sampling, without bias and with
a standard error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rowan

from janus_md.model import units
from janus_md.model.association.populations import Endless, Energies, evaluated, populations
from janus_md.model.association.proposal import Kernels, Mixture
from janus_md.model.association.region import BondedRegion
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable
from janus_md.model.pairs.sums import SiteSums

CHUNK = 1 << 14
"""Pairs of sites at a time: their arrays stay in the cache of the processor."""

BATCH = 2048
"""Points at a time."""

DEEPEST = 500.0
"""Depth of an energy that is taken to have no lower bound, kT."""


@dataclass(frozen=True)
class Sampling:
    """Length of a Monte Carlo calculation.

    Attributes
    ----------
    population : int
        Points of a population.
    points : int
        Independent points of a repetition.
    repetitions : int
        Independent repetitions, each with populations of its own, at least 2.
    """

    population: int = 512
    points: int = 1 << 14
    repetitions: int = 8


@dataclass(frozen=True)
class AssociationConstants:
    """Association constants of a pair of bodies.

    Attributes
    ----------
    relative_permittivity : ndarray, shape (P,)
        As asked for.
    value : ndarray, shape (P,)
        nm^3.
    over_repetitions : ndarray, shape (P,)
        Standard error from the scatter of the independent repetitions, nm^3.
    within_repetitions : ndarray, shape (P,)
        Standard error from the scatter of the points within them, nm^3.
    effective_points : ndarray, shape (P,)
        Effective number of points, those of all repetitions together (Kish).
    """

    relative_permittivity: FloatArray
    value: FloatArray
    over_repetitions: FloatArray
    within_repetitions: FloatArray
    effective_points: FloatArray

    @property
    def error(self) -> FloatArray:
        """The larger one of the two standard errors, nm^3."""
        return np.maximum(self.over_repetitions, self.within_repetitions)


def association_constants(
    body_a: RigidBody,
    body_b: RigidBody,
    relative_permittivities: Sequence[float],
    temperature: float,
    *,
    pairs: PairTable | None = None,
    sampling: Sampling | None = None,
    seed: int = 0,
) -> AssociationConstants:
    """Return the association constants of the head of A with the tail of B.

    The bond criterion is the one of the analysis: the larger distance and the larger angle of those
    of the two bodies.

    Parameters
    ----------
    body_a, body_b : RigidBody
        Body whose head (+z) is bonded, and body whose tail is.
    relative_permittivities : sequence of float
        Of the medium. All of them come from one calculation, so that their errors are correlated.
    temperature : float
        K.
    pairs : mapping, optional
        Pair table, as of :func:`~janus_md.model.pairs.energy.pair_energy`.
    sampling : Sampling, optional
        Length of the calculation.
    seed : int
        Of the random numbers. The same seed gives the same result.

    Raises
    ------
    Endless
        If the energy of the pair has no lower bound.
    """
    region = BondedRegion.of(body_a.bond, body_b.bond, fold=body_b.symmetry)
    energies = pair_energies(body_a, body_b, region, temperature, pairs)
    return integrals(energies, region, relative_permittivities, sampling=sampling, seed=seed)


def pair_energies(
    body_a: RigidBody,
    body_b: RigidBody,
    region: BondedRegion,
    temperature: float,
    pairs: PairTable | None = None,
) -> Energies:
    """Return the function of both energies of two bodies at points of a region, in kT."""
    sums, kT = SiteSums(body_a, body_b, 1.0, pairs), units.thermal_energy(temperature)
    step = max(1, CHUNK // sums.pairs)

    def energies(points: FloatArray) -> tuple[FloatArray, FloatArray]:
        vectors, first, second = region.placed(points)
        a, b = rowan.to_matrix(first), rowan.to_matrix(second)
        found = np.empty((2, len(points)))
        for k in range(0, len(points), step):
            part = slice(k, k + step)
            found[:, part] = sums.energies(vectors[part], a[part], b[part])
        return found[0] / kT, found[1] / kT

    return energies


def integrals(
    energies: Energies,
    region: BondedRegion,
    relative_permittivities: Sequence[float],
    *,
    sampling: Sampling | None = None,
    seed: int = 0,
) -> AssociationConstants:
    """Return the integrals of the Boltzmann factor over a bonded region.

    Parameters
    ----------
    energies : callable
        Energies of beads and charges in kT; see
        :data:`~janus_md.model.association.populations.Energies`.
    region : BondedRegion
        Region of the points.
    relative_permittivities : sequence of float
        By which the Coulomb energy is divided; ``math.inf`` for none.
    sampling : Sampling, optional
        Length of the calculation.
    seed : int
        Of the random numbers.
    """
    sampling = sampling or Sampling()
    asked = np.asarray(relative_permittivities, float)
    couplings, place = np.unique(1.0 / asked, return_inverse=True)
    values, errors, effective = [], [], []
    for source in np.random.SeedSequence(seed).spawn(sampling.repetitions):
        weights = _weights(energies, region, couplings, np.random.default_rng(source), sampling)
        count = len(weights)
        mean, square = weights.mean(axis=0), (weights**2).mean(axis=0)
        values.append(region.volume * mean)
        errors.append(region.volume * np.sqrt((square - mean**2) / count))
        effective.append(count * mean**2 / square)
    number = len(values)
    over = np.std(values, axis=0, ddof=1) / math.sqrt(number)
    within = np.sqrt(np.sum(np.square(errors), axis=0)) / number
    columns = (np.mean(values, axis=0), over, within, np.sum(effective, axis=0))
    return AssociationConstants(asked, *(one[place] for one in columns))


def _weights(
    energies: Energies,
    region: BondedRegion,
    couplings: FloatArray,
    rng: np.random.Generator,
    sampling: Sampling,
) -> FloatArray:
    """Return the Boltzmann factors of points over their density, shape (points, couplings)."""
    found = populations(energies, region, couplings.tolist(), rng, sampling.population)
    mixture = Mixture(region, [Kernels.of(one, rng) for one in found])
    points = mixture.sample(rng, sampling.points)
    weights = np.zeros((len(points), len(couplings)))
    inside = np.flatnonzero(region.contains(points))
    for k in range(0, len(inside), BATCH):
        chosen = inside[k : k + BATCH]
        beads, coulomb = evaluated(energies, points[chosen])
        reduced = beads[:, None] + couplings * coulomb[:, None]
        if float(reduced.min(initial=0.0)) < -DEEPEST:
            raise Endless("the energy of the two bodies has no lower bound")
        density = mixture.density(points[chosen], sampling.points)
        weights[chosen] = np.exp(-reduced) / density[:, None]
    return weights
