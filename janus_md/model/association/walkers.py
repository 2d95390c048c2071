"""Monte Carlo walkers in the bonded region, at many states at once, with replica exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import rowan

from janus_md.model.association.region import BondedRegion
from janus_md.model.body import FloatArray
from janus_md.model.rotations import rotate, turn

Energies = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
"""Function that returns the energy of the beads and the Coulomb energy at a relative permittivity
of 1, both in kT, shape (M,), for vectors (M, 3) and orientations of B (M, 4)."""

LARGEST = 1e12
"""Energy of overlapping beads above which larger energies are not told apart, kT."""

KINDS = ("move", "turn", "both", "swing")
"""Kinds of moves: B is moved, turned, both, or swings about A (which is a turn of A)."""

ACCEPTANCE = 0.35
"""Share of accepted moves to which the steps are adapted."""


@dataclass
class States:
    """States of a ladder, between no interaction and the full one.

    A state has the reduced energy ``beads * u_beads + coulomb * u_coulomb``.

    Attributes
    ----------
    beads : ndarray, shape (S,)
        Factor of the energy of the beads, 0 to 1. A small factor is a repulsion of small beads.
    coulomb : ndarray, shape (S,)
        Factor of the Coulomb energy, the inverse relative permittivity.
    """

    beads: FloatArray
    coulomb: FloatArray


@dataclass
class Walkers:
    """Walkers, W at each of S states; ``S * W`` points in the order of the states.

    Attributes
    ----------
    region : BondedRegion
        Region that they do not leave.
    energies : callable
        Energies of a point.
    rng : numpy.random.Generator
        Random numbers.
    states : States
        States of the ladder.
    vectors, orientations : ndarray, shape (S * W, 3) and (S * W, 4)
        Places.
    u_beads, u_coulomb : ndarray, shape (S * W,)
        Energies at the places, kT.
    steps : ndarray, shape (kinds, S)
        Length of the moves relative to the largest one.
    """

    region: BondedRegion
    energies: Energies
    rng: np.random.Generator
    states: States
    vectors: FloatArray
    orientations: FloatArray
    u_beads: FloatArray
    u_coulomb: FloatArray
    steps: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        if self.steps.size == 0:
            self.steps = np.full((len(KINDS), len(self.states.beads)), 0.2)

    @property
    def per_state(self) -> int:
        """Walkers at a state, W."""
        return len(self.vectors) // len(self.states.beads)

    def move(self, kind: int, *, adapt: bool = False) -> None:
        """Try one Metropolis move of every walker."""
        count, each = len(self.vectors), self.per_state
        step = np.repeat(self.steps[kind], each)[:, None]
        vectors, orientations = self.vectors, self.orientations
        if KINDS[kind] in ("move", "both"):
            shift = self.rng.uniform(-1.0, 1.0, (count, 3))
            vectors = vectors + 0.5 * self.region.distance * step * shift
        if KINDS[kind] != "move":
            turned = turn(np.pi * step * self.rng.uniform(-1.0, 1.0, (count, 3)))
            orientations = rowan.multiply(turned, orientations)
            if KINDS[kind] == "swing":
                vectors = rotate(turned, vectors)
        inside = np.flatnonzero(self.region.contains(vectors, z_axes(orientations)))
        beads, coulomb = evaluated(self.energies, vectors[inside], orientations[inside])
        change = self._factor(self.states.beads)[inside] * (beads - self.u_beads[inside])
        change += self._factor(self.states.coulomb)[inside] * (coulomb - self.u_coulomb[inside])
        taken = self.rng.random(len(inside)) < np.exp(-np.maximum(change, 0.0))
        moved = inside[taken]
        self.vectors[moved], self.orientations[moved] = vectors[moved], orientations[moved]
        self.u_beads[moved], self.u_coulomb[moved] = beads[taken], coulomb[taken]
        if adapt:
            share = np.bincount(moved // each, minlength=len(self.states.beads)) / each
            grown = self.steps[kind] * np.exp(0.3 * (share - ACCEPTANCE))
            self.steps[kind] = np.clip(grown, 1e-4, 1.0)

    def exchange(self, parity: int) -> None:
        """Try to exchange the walkers of neighbouring states, from state `parity` in pairs."""
        each = self.per_state
        low = np.arange(parity, len(self.states.beads) - 1, 2)
        first = (low[:, None] * each + np.arange(each)).ravel()
        second = first + each
        step_beads = np.repeat(np.diff(self.states.beads)[low], each)
        step_coulomb = np.repeat(np.diff(self.states.coulomb)[low], each)
        change = step_beads * (self.u_beads[first] - self.u_beads[second])
        change += step_coulomb * (self.u_coulomb[first] - self.u_coulomb[second])
        taken = self.rng.random(len(first)) < np.exp(-np.maximum(change, 0.0))
        a, b = first[taken], second[taken]
        for one in (self.vectors, self.orientations, self.u_beads, self.u_coulomb):
            one[a], one[b] = one[b], one[a].copy()

    def renew(self) -> None:
        """Draw the walkers of the first state, which has no interaction, independently."""
        each = self.per_state
        self.vectors[:each], self.orientations[:each] = self.region.sample(self.rng, each)
        found = evaluated(self.energies, self.vectors[:each], self.orientations[:each])
        self.u_beads[:each], self.u_coulomb[:each] = found

    def _factor(self, of_states: FloatArray) -> FloatArray:
        return np.repeat(of_states, self.per_state)


def evaluated(
    energies: Energies, vectors: FloatArray, orientations: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return both energies; those of overlapping beads are limited, so that factors of 0 work."""
    beads, coulomb = energies(vectors, orientations)
    return np.minimum(np.nan_to_num(beads, nan=LARGEST), LARGEST), np.asarray(coulomb)


def z_axes(orientations: FloatArray) -> FloatArray:
    """Return the z axes of bodies in the laboratory frame, shape (M, 3)."""
    w, x, y, z = orientations.T
    return np.stack(
        [2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)], axis=1
    )
