"""Number of overlapping bodies against the distances of all pairs of beads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rowan

from janus_md.model.system import System
from janus_md.simulation.start.first_state import build
from janus_md.simulation.start.overlaps import count_overlaps
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint


def by_all_beads(system: System, share: float) -> int:
    """All pairs of bodies, all pairs of their beads, nearest images."""
    beads = []
    for kind, x, q in zip(system.kinds, system.positions, system.orientations, strict=True):
        body = system.bodies[kind]
        sites = np.vstack([np.zeros(3), body.positions])
        beads.append((x + rowan.rotate(q, sites), [body.name, *body.types]))
    table = system.interactions.pairs
    edges, found = system.box[:3], 0
    for i, (x, types_x) in enumerate(beads):
        for y, types_y in beads[:i]:
            apart = x[:, None] - y[None]
            d = np.linalg.norm(apart - edges * np.rint(apart / edges), axis=-1)
            limit = np.zeros(d.shape)
            for k, a in enumerate(types_x):
                for m, b in enumerate(types_y):
                    rows = table.get((a, b)) or table.get((b, a)) or ()
                    limit[k, m] = max((row.parameters["sigma"] for row in rows), default=0.0)
            found += bool((d < share * limit).any())
    return found


@pytest.mark.parametrize(
    ("particle", "model"), [("R-Au-Cu", "bladed"), ("R-Au-Cu", "sphere"), ("snowman", None)]
)
def test_overlaps_are_those_of_all_pairs_of_beads(particle: str, model: str | None) -> None:
    fields = {"particle": particle, "n_bodies": 40, "volume_fraction": 0.03}
    if model is not None:
        fields |= {"model": model, "relative_permittivity": 2.0}
    state = build(resolve(StatePoint.of(fields)))
    rng = np.random.default_rng(1)
    counts = []
    for share in (0.7, 0.9, 1.0):
        # bodies that were moved at random, so that some overlap, also across the border
        moved = replace(
            state, positions=state.positions + rng.normal(0, 0.8, state.positions.shape)
        )
        counts.append(count_overlaps(moved, share))
        assert counts[-1] == by_all_beads(moved, share)
    assert counts[-1] > 1
