"""How the frames of a file are analysed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.bundles import SIDE_CONTACT
from janus_md.analysis.aggregates.chirality import common_symmetry
from janus_md.analysis.aggregates.contacts import ClusterCriterion, cluster_criterion
from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION
from janus_md.analysis.aggregates.energy import EnergyCriterion, energy_criterion
from janus_md.analysis.aggregates.measures import BodyProperties
from janus_md.analysis.frames.source import HANDS, Frame, unit_axis
from janus_md.analysis.pipeline.journal import code
from janus_md.analysis.series.lifetimes import breaking
from janus_md.common import cache
from janus_md.common.errors import JanusError
from janus_md.model.body import BondCriterion
from janus_md.model.interactions.table import sorted_pairs
from janus_md.model.interactions.term import TERMS
from janus_md.model.setup import Setup

THRESHOLDS = "bond_energies"
"""Name of the cache file of the threshold energies of bonds."""

LARGEST_SYMMETRY = 360
"""Largest symmetry number; above it a body counts as a body of revolution."""


@dataclass(frozen=True)
class Settings:
    """How frames are analysed.

    Attributes
    ----------
    criterion : BondCriterion
        Head-to-tail bond.
    axis : tuple of 3 floats
        Direction of the dipole in the body frame.
    symmetries : mapping of str to int
        Symmetry number about that axis by type name; 0: body of revolution.
    symmetry : int
        Symmetry number of all other types.
    enantiomers : mapping of str to str
        ``R`` or ``S`` by type name.
    energy : EnergyCriterion, optional
        Bonds by energy, where the bodies are known.
    unit : float
        Scale of the lengths that the analysis states in nm. 1 for files of janus-md; for files of
        other software, whose unit is not known, their bond distance over the default one.
    clusters : ClusterCriterion, optional
        When bodies are in one cluster; without it, clusters are not defined.
    wires : bool
        Whether wires are looked for.
    """

    criterion: BondCriterion
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    symmetries: Mapping[str, int] = field(default_factory=dict)
    symmetry: int = 1
    enantiomers: Mapping[str, str] = field(default_factory=dict)
    energy: EnergyCriterion | None = None
    unit: float = 1.0
    clusters: ClusterCriterion | None = None
    wires: bool = True

    @property
    def cutoff(self) -> float:
        """Distance within which all pairs are needed, nm."""
        if not self.wires:
            return self.criterion.distance
        return max(breaking(self.criterion).distance, self.side_contact)

    @property
    def side_contact(self) -> float:
        """Distance below which bodies can be in contact side by side, nm."""
        return SIDE_CONTACT * self.unit

    @classmethod
    def of(
        cls,
        criterion: BondCriterion,
        setup: Setup | None,
        axis: Sequence[float] = (0.0, 0.0, 1.0),
        symmetry: int | None = None,
        enantiomers: Mapping[str, str] | None = None,
        clusters: ClusterCriterion | None = None,
        wires: bool | None = None,
    ) -> Settings:
        """Build settings; what is not given is taken from what the trajectory states.

        Wires are looked for where the trajectory describes no bodies, or one with a dipole.

        Raises
        ------
        JanusError
            If the axis has no direction, the symmetry number is impossible, or a hand is neither R
            nor S.
        """
        if symmetry is not None and not 0 <= symmetry <= LARGEST_SYMMETRY:
            raise JanusError(
                f"symmetry is {symmetry}; it must be from 0 (of revolution) to {LARGEST_SYMMETRY}"
            )
        for name, hand in (enantiomers or {}).items():
            if hand not in HANDS:
                raise JanusError(f"enantiomer of {name} is {hand!r}; it must be R or S")
        bodies = setup.bodies if setup is not None else ()
        stated = {body.name: body.enantiomer for body in bodies}
        folds = {body.name: body.symmetry for body in bodies}
        return cls(
            criterion,
            unit_axis(axis),
            folds if symmetry is None else {},
            1 if symmetry is None else symmetry,
            {**stated, **(enantiomers or {})},
            _energy_criterion(setup),
            1.0 if bodies else criterion.distance / DEFAULT_CRITERION.distance,
            clusters or cluster_criterion(setup, [body.name for body in bodies]),
            (setup is None or setup.dipolar) if wires is None else wires,
        )

    def properties(self, frame: Frame) -> BodyProperties:
        """Properties of the bodies of this frame that the wires are measured with."""
        present = np.flatnonzero(np.bincount(frame.kinds)).tolist()
        folds = [self.symmetries.get(frame.names[k], self.symmetry) for k in present]
        hands = np.array([HANDS.get(self.enantiomers.get(name, ""), 0) for name in frame.names])
        return BodyProperties(self.axis, common_symmetry(folds), hands[frame.kinds])


def _energy_criterion(setup: Setup | None) -> EnergyCriterion | None:
    """Return :func:`energy_criterion` with threshold energies from the cache.

    All jobs with the same bodies, interactions and medium have the same thresholds. Their
    calculation takes as long as the analysis of ten frames.
    """
    if setup is None or not _built_in(setup):
        return energy_criterion(setup)
    file, machine, key = cache.cache_file(THRESHOLDS), cache.processor(), _digest(setup)
    found = energy_criterion(setup, known := _read(cache.recall(machine, file).get(key)))
    if found is not None and found.thresholds != known:
        rows = [[*names, energy] for names, energy in found.thresholds.items()]
        cache.keep(machine, key, rows, file)
    return found


def _built_in(setup: Setup) -> bool:
    """Return whether all pair terms belong to this package, whose code is part of the key."""
    forms = {row.form for rows in sorted_pairs(setup.interactions.pairs).values() for row in rows}
    return not forms & TERMS.added().keys()


def _digest(setup: Setup) -> str:
    """Return a digest of all that the threshold energies depend on."""
    import scipy

    bodies = [body.to_dict() for body in setup.bodies]
    pairs = sorted(sorted_pairs(setup.interactions.pairs).items())
    versions = (np.__version__, scipy.__version__)
    known = repr((bodies, pairs, setup.relative_permittivity, versions))
    return hashlib.sha256(code() + known.encode()).hexdigest()


def _read(rows: Any) -> dict[tuple[str, str], float]:
    """Return thresholds of the cache; none if they are missing or damaged."""
    try:
        return {(str(a), str(b)): float(energy) for a, b, energy in rows}
    except (TypeError, ValueError):
        return {}
