"""Aggregates of a frame whose file states an attraction between sites of its bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.aggregates.bonds import body_axes
from janus_md.analysis.aggregates.contacts import attractions
from janus_md.analysis.aggregates.morphology.bodies import (
    Bodies,
    head_of,
    largest_bead,
    side_of,
    tails_of,
)
from janus_md.analysis.aggregates.morphology.graph import join
from janus_md.analysis.aggregates.morphology.recognition import Aggregates, recognise

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def aggregates_of(context: FrameContext) -> Aggregates | None:
    """Find the aggregates; None where the file states no attraction or no body has such a site.

    Bodies are joined as in :mod:`janus_md.analysis.aggregates.contacts`.

    Raises
    ------
    JanusError
        If the box is too small for the distance of sites, or too many sites are within it.
    """
    import rowan

    setup, criterion = context.setup, context.settings.clusters
    if setup is None or criterion is None or not any(attractions(setup.interactions)):
        return None
    found = context.contacts
    if found is None:
        return None
    kinds = frozenset(criterion.kinds)
    n = len(found.body)
    orientations, kind = context.orientations[found.body], context.kinds[found.body]
    heads = context.positions[found.body].copy()
    tails = tails_of(found.sites, found.owner, n)
    axes = body_axes(orientations)
    known = []
    for k in np.unique(kind):
        body = setup.body(context.names[k])
        if body is None:
            return None
        known.append(body)
        who = np.flatnonzero(kind == k)
        arm = head_of(body, kinds)
        if arm.any():
            heads[who] += rowan.rotate(orientations[who], arm)
        axes[who] *= side_of(body, kinds)
    unit = largest_bead(known)
    pieces = join(found.pairs, found.sites, found.owner, n, context.lattice)
    box = context.box.copy()
    box[:3] /= unit
    return recognise(Bodies(heads / unit, tails / unit, axes, box), pieces, found.body, unit)
