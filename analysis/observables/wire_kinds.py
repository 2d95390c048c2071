"""Numbers of rings, branched wires and percolating wires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, int]:
    """Count the wires of each kind except linear ones."""
    from janus_md.analysis.aggregates.wires import BRANCHED, PERCOLATING, RING

    kinds = {"n_rings": RING, "n_percolating": PERCOLATING, "n_branched": BRANCHED}
    return {name: int(np.count_nonzero(context.wires.kind == k)) for name, k in kinds.items()}


OBSERVABLE = Observable(
    (
        Column("n_rings", "closed wires (rings)", dtype="int64"),
        Column(
            "n_percolating", "percolating wires, which wind around the periodic box", dtype="int64"
        ),
        Column("n_branched", "branched wires", dtype="int64"),
    ),
    compute,
    place=30,
    of_wires=True,
)
