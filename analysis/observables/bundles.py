"""Bundles of wires side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Compute the side contacts and bundles of a frame."""
    from janus_md.analysis.aggregates.bundles import hexagonal_order

    found = context.bundles
    return {
        "n_side_contacts": len(found.pairs.i),
        "n_bundles": int(np.count_nonzero(found.size > 1)),
        "largest_bundle": int(found.size.max()),
        "hexagonal_order": hexagonal_order(found, context.axes),
    }


OBSERVABLE = Observable(
    (
        Column(
            "n_side_contacts",
            "pairs of bodies side by side: closer than 2.9 nm (1.41 bond distances in a file of "
            "other software), dipoles parallel or antiparallel and perpendicular to their distance",
            dtype="int64",
            source="Li et al., ACS Cent. Sci. 8, 1258 (2022)",
        ),
        Column(
            "n_bundles",
            "bundles of two or more wires; wires are joined by two or more side contacts",
            dtype="int64",
        ),
        Column("largest_bundle", "wires in the largest bundle", "wires", dtype="int64"),
        Column(
            "hexagonal_order",
            "hexagonal order of the side contacts about the dipole, 0 to 1; null if no body has "
            "three side contacts",
            source="Halperin and Nelson, Phys. Rev. Lett. 41, 121 (1978)",
        ),
    ),
    compute,
    place=60,
    of_wires=True,
)
