"""Aggregates of a frame: bodies joined by attractive sites, or by sites that are close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.aggregates.bonds import body_axes
from janus_md.analysis.aggregates.contacts import JOINED_BELOW
from janus_md.analysis.aggregates.morphology.bodies import (
    Bodies,
    diameter_of,
    head_of,
    side_of,
    tails_of,
)
from janus_md.analysis.aggregates.morphology.graph import join
from janus_md.analysis.aggregates.morphology.recognition import Aggregates, recognise
from janus_md.analysis.frames.neighbours import lengths

if TYPE_CHECKING:
    from janus_md.analysis.aggregates.contacts import Contacts
    from janus_md.analysis.pipeline.context import FrameContext
    from janus_md.model.body import FloatArray

OFF_CENTRE = 1e-3
"""Distance of a body's sites from its centre above which they show its direction, in S."""


def find_aggregates(context: FrameContext) -> Aggregates | None:
    """Find the aggregates; None where clusters are not defined or no body has a site for them.

    Bodies are joined as in :mod:`janus_md.analysis.aggregates.contacts`.

    Raises
    ------
    JanusError
        If the box is too small for the distance of sites, or too many sites are within it.
    """
    criterion = context.settings.clusters
    found = context.contacts
    if criterion is None or found is None:
        return None
    tails = tails_of(found.sites, found.owner, len(found.body))
    described = _described(context, found, frozenset(criterion.kinds))
    if described is None:
        unit = criterion.diameter or max(criterion.distances.values()) / JOINED_BELOW
        heads = context.positions[found.body]
        axes = _directions(context, found, tails - heads, unit)
    else:
        heads, axes, diameter = described
        unit = criterion.diameter or diameter
    pieces = join(found.pairs, found.sites, found.owner, len(found.body), context.lattice)
    box = context.box.copy()
    box[:3] /= unit
    return recognise(Bodies(heads / unit, tails / unit, axes, box), pieces, found.body, unit)


def _described(
    context: FrameContext, found: Contacts, kinds: frozenset[str]
) -> tuple[FloatArray, FloatArray, float] | None:
    """Heads, axes and diameter of bodies that the file describes; None for those of others."""
    import rowan

    if context.setup is None:
        return None
    orientations, kind = context.orientations[found.body], context.kinds[found.body]
    heads = context.positions[found.body].copy()
    axes = body_axes(orientations)
    diameter = 0.0
    for k in np.unique(kind):
        body = context.setup.body(context.names[k])
        if body is None:
            return None
        diameter = max(diameter, diameter_of(body))
        who = np.flatnonzero(kind == k)
        arm = head_of(body, kinds)
        if arm.any():
            heads[who] += rowan.rotate(orientations[who], arm)
        axes[who] *= side_of(body, kinds)
    return (heads, axes, diameter) if diameter > 0.0 else None


def _directions(
    context: FrameContext, found: Contacts, arms: FloatArray, unit: float
) -> FloatArray | None:
    """Unit vectors u of bodies that the file does not describe; None where one is not known.

    From the centre to the sites, where these are off the centre; else the axis of the settings,
    turned by the orientation.
    """
    length = lengths(arms)
    shown = length > OFF_CENTRE * unit
    if not shown.all() and not context.frame.oriented:
        return None
    axes = context.axes[found.body].copy()
    axes[shown] = arms[shown] / length[shown, None]
    return axes
