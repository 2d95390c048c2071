"""Number of bodies that overlap."""

from __future__ import annotations

from janus_md.model.body import FloatArray
from janus_md.model.setup import Setup
from janus_md.model.system import IntArray, System
from janus_md.simulation.start.beads import Beads
from janus_md.simulation.start.placement import _clashes


def count_overlaps(system: System, share: float) -> int:
    """Count the pairs of bodies with beads closer than `share` times their sigma.

    The count is 0 for a box that is not orthogonal, which no protocol creates.
    """
    if system.box[3:].any():
        return 0
    beads = Beads(system.bodies, system.interactions.pairs, share)
    first, second = _clashes(
        beads, system.box[:3], system.kinds, system.positions, system.orientations
    )
    return len(set(zip(first.tolist(), second.tolist(), strict=True)))


def overlaps_in(
    setup: Setup, kinds: IntArray, positions: FloatArray, orientations: FloatArray, share: float
) -> int:
    """Count the overlaps, as of :func:`count_overlaps`, of bodies placed in the box of a setup."""
    system = System(
        bodies=setup.bodies,
        kinds=kinds,
        box=setup.box.copy(),
        positions=positions,
        orientations=orientations,
        interactions=setup.interactions,
    )
    return count_overlaps(system, share)
