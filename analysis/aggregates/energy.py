"""Head-to-tail bonds by pair energy, for files that describe their bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from janus_md.analysis.aggregates.bonds import Bonds, directed
from janus_md.analysis.frames.neighbours import IndexArray, Pairs
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable
from janus_md.model.setup import Setup

SHARE = 0.5
"""Threshold energy of a bond, as a fraction of the energy of the head-to-tail minimum."""


@dataclass(frozen=True)
class EnergyCriterion:
    """Criterion for a bond: both dipoles point from one body to the other, and the energy is low.

    Attributes
    ----------
    bodies : dict of str to RigidBody
        Bodies by type name.
    relative_permittivity : float
        Relative permittivity of the medium.
    pairs : mapping
        Pair table.
    thresholds : dict of (str, str) to float
        Threshold energies, kJ/mol: :data:`SHARE` times the energy of the head-to-tail minimum with
        the first kind behind the second.
    """

    bodies: dict[str, RigidBody]
    relative_permittivity: float
    pairs: PairTable
    thresholds: dict[tuple[str, str], float]


def energy_criterion(
    setup: Setup | None, known: Mapping[tuple[str, str], float] | None = None
) -> EnergyCriterion | None:
    """Build the criterion from the setup of a trajectory.

    None without a setup, without dipoles, or if charges are off.

    Parameters
    ----------
    setup : Setup, optional
        The setup.
    known : mapping of (str, str) to float, optional
        Thresholds for this setup that need not be calculated.
    """
    from janus_md.model.pairs.energy import head_to_tail_minimum

    if setup is None or setup.relative_permittivity is None:
        return None
    medium, names = setup.relative_permittivity, [body.name for body in setup.bodies]
    table = setup.interactions.pairs
    bodies = {body.name: body for body in setup.bodies}
    if not all(body.polar for body in setup.bodies):
        return None
    thresholds: dict[tuple[str, str], float] = {}
    for a, b in product(names, names):
        if known and (a, b) in known:
            thresholds[a, b] = known[a, b]
        else:
            minimum = head_to_tail_minimum(bodies[a], bodies[b], medium, pairs=table)
            thresholds[a, b] = SHARE * minimum.energy
    return EnergyCriterion(bodies, medium, table, thresholds)


def select_bonds_by_energy(
    pairs: Pairs,
    along: FloatArray,
    orientations: FloatArray,
    names: tuple[str, ...],
    kinds: IndexArray,
    criterion: EnergyCriterion,
) -> Bonds:
    """Return the pairs that are bonded head to tail by the energy criterion.

    Parameters
    ----------
    pairs : Pairs
        All pairs within bonding distance.
    along : ndarray, shape (2, P)
        Their :func:`~janus_md.analysis.aggregates.bonds.projections`.
    orientations : ndarray, shape (N, 4)
        Quaternions (w, x, y, z).
    names : tuple of str
        Type names.
    kinds : ndarray of int, shape (N,)
        Index into `names` of each body.
    criterion : EnergyCriterion
        The criterion. Energies are those of isolated pairs (:mod:`janus_md.model.pairs.energy`).
    """
    from janus_md.model.pairs.energy import pair_energy

    candidates = directed(pairs, along, 0.0)
    both = kinds[candidates.source] * len(names) + kinds[candidates.target]
    bonded = np.zeros(len(candidates), dtype=bool)
    for pair in np.flatnonzero(np.bincount(both)):
        first, second = names[pair // len(names)], names[pair % len(names)]
        chosen = np.flatnonzero(both == pair)
        energy = pair_energy(
            criterion.bodies[first],
            criterion.bodies[second],
            candidates.vectors[chosen],
            orientations[candidates.source[chosen]],
            orientations[candidates.target[chosen]],
            relative_permittivity=criterion.relative_permittivity,
            pairs=criterion.pairs,
        )
        bonded[chosen] = energy < criterion.thresholds[first, second]
    return candidates.take(np.flatnonzero(bonded))
