"""Head-to-tail bonds by the geometric criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Compute the number and mean length of the bonds of a frame."""
    lengths = context.bonds.lengths
    mean = float(lengths.mean()) if len(lengths) else float("nan")
    return {"n_bonds": len(lengths), "mean_bond_nm": mean}


OBSERVABLE = Observable(
    (
        Column("n_bonds", "head-to-tail bonds", dtype="int64"),
        Column(
            "mean_bond_nm",
            "mean bond length between centres; null without bonds",
            "nm",
            averaged=True,
            heading=("mean bond", "length / nm"),
            narrow=("bond", "/ nm"),
            in_query=True,
        ),
    ),
    compute,
    place=50,
    of_wires=True,
)
