"""Association constants of two rigid bodies, at several permittivities at once.

The association constant of a bond from the head of A to the tail of B is

    K = int d^3r <exp(-u / kT)>

over all positions of B relative to A in which they are bonded, averaged over the orientations of
both; the integrand is 0 in orientations that are not bonded. It is the cluster integral of a bonded
pair (Hill, "Statistical Mechanics", 1956, section 26), and the volume ``4 pi Delta`` of an
association site, with ``exp(-u/kT)`` for ``exp(-u/kT) - 1`` (Jackson, Chapman and Gubbins, Mol. Phys.
65, 1, 1988): bonded pairs are counted, rather than those that a bond adds. With it, the density of
bonds from A to B in an ideal mixture is K times the densities of free heads of A and free tails of B.

The integral of a ladder of states (:mod:`janus_md.model.association.ladder`) is known for the first
one, the volume of the bonded region. MBAR gives the ratios (Shirts and Chodera, J. Chem. Phys. 129,
124105, 2008).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rowan

from janus_md.model import units
from janus_md.model.association.ladder import Samples, Sampling, sample
from janus_md.model.association.region import BondedRegion
from janus_md.model.association.walkers import Energies
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable
from janus_md.model.pairs.sums import SiteSums


@dataclass(frozen=True)
class AssociationConstants:
    """Association constants of a pair of bodies.

    Attributes
    ----------
    relative_permittivity : ndarray, shape (P,)
        As asked for.
    value : ndarray, shape (P,)
        nm^3: the geometric mean of the repetitions.
    over_repetitions : ndarray, shape (P,)
        Standard error over the independent repetitions, nm^3.
    within_repetitions : ndarray, shape (P,)
        Standard error that MBAR gives for the samples of the repetitions, nm^3.
    """

    relative_permittivity: FloatArray
    value: FloatArray
    over_repetitions: FloatArray
    within_repetitions: FloatArray

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
        Of the medium. All of them come from one calculation, and their errors are correlated.
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
    energies = pair_energies(body_a, body_b, temperature, pairs)
    region = BondedRegion.of(body_a.bond, body_b.bond)
    return integrals(energies, region, relative_permittivities, sampling=sampling, seed=seed)


def pair_energies(
    body_a: RigidBody, body_b: RigidBody, temperature: float, pairs: PairTable | None = None
) -> Energies:
    """Return the function of both energies of B in the frame of A, in kT."""
    sums, kT = SiteSums(body_a, body_b, 1.0, pairs), units.thermal_energy(temperature)
    upright = np.eye(3)[None]

    def energies(vectors: FloatArray, orientations: FloatArray) -> tuple[FloatArray, FloatArray]:
        beads, coulomb = sums.energies(vectors, upright, rowan.to_matrix(orientations))
        return beads / kT, coulomb / kT

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
        Energies of beads and charges in kT; see :data:`~janus_md.model.association.walkers.Energies`.
    region : BondedRegion
        Region of vectors and orientations.
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
    found, within = [], []
    for random in np.random.SeedSequence(seed).spawn(sampling.repetitions):
        rng = np.random.default_rng(random)
        ln_ratio, error = ln_ratios(sample(energies, region, couplings.tolist(), rng, sampling))
        found.append(ln_ratio)
        within.append(error)
    count = len(found)
    value = region.volume * np.exp(np.mean(found, axis=0))
    over = np.std(found, axis=0, ddof=1) / math.sqrt(count) if count > 1 else 0.0 * value
    inside = np.sqrt(np.sum(np.square(within), axis=0)) / count
    return AssociationConstants(
        asked, value[place], (value * over)[place], (value * inside)[place]
    )


def ln_ratios(samples: Samples) -> tuple[FloatArray, FloatArray]:
    """Return ``ln(K / V)`` at the states asked for and its standard error, by MBAR.

    Samples of a state are thinned out to one per statistical inefficiency of its energy.
    """
    # pymbar says at its import that jax is not installed, which would only be faster.
    logging.getLogger("pymbar").setLevel(logging.ERROR)
    from pymbar import MBAR
    from pymbar.timeseries import statistical_inefficiency_multiple

    states = samples.states
    beads, coulomb, counts = [], [], []
    for k in range(len(states.beads)):
        # the slopes of the reduced energy along the ladder; of hard beads, its logarithm
        followed = samples.u_coulomb[k] if states.beads[k] == 1.0 else np.log1p(
            np.abs(samples.u_beads[k])
        )
        every = 1
        if k > 0 and np.ptp(followed) > 0.0:
            every = math.ceil(statistical_inefficiency_multiple(list(followed.T)))
        beads.append(samples.u_beads[k, ::every].ravel())
        coulomb.append(samples.u_coulomb[k, ::every].ravel())
        counts.append(len(beads[-1]))
    reduced = np.multiply.outer(states.beads, np.concatenate(beads))
    reduced += np.multiply.outer(states.coulomb, np.concatenate(coulomb))
    mbar = MBAR(reduced, np.array(counts), initialize="BAR")
    result = mbar.compute_free_energy_differences()
    asked = samples.asked
    return -result["Delta_f"][0, asked], result["dDelta_f"][0, asked]
