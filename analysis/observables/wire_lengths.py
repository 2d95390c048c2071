"""Lengths of the wires, in bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.frames.neighbours import IndexArray
    from janus_md.analysis.pipeline.context import FrameContext


def length_statistics(sizes: IndexArray) -> dict[str, float | int]:
    """Return statistics of the numbers of bodies in each wire, shape (W,).

    ``mean_n`` is the mean by number, bodies over wires, and ``mean_w = sum n^2 / sum n`` the mean
    by weight. Single bodies are wires of length 1.
    """
    n = sizes.astype(np.float64)
    return {
        "n_wires": len(n),
        "mean_n": float(n.mean()),
        "mean_w": float((n * n).sum() / n.sum()),
        "longest": int(sizes.max()),
        "share_in_wires_of_3": float(n[n >= 3].sum() / n.sum()),
    }


def compute(context: FrameContext) -> dict[str, float | int]:
    """Compute the wire lengths of a frame."""
    return length_statistics(context.wires.n)


OBSERVABLE = Observable(
    (
        Column("n_wires", "number of wires, including single bodies", dtype="int64"),
        Column(
            "mean_n",
            "mean wire length by number: bodies over wires",
            "bodies",
            averaged=True,
            heading=("mean wire length", "by number / bodies"),
            narrow=("length", "(number)"),
            in_query=True,
        ),
        Column(
            "mean_w",
            "mean wire length by weight: sum of n² over sum of n",
            "bodies",
            averaged=True,
            heading=("mean wire length", "by weight / bodies"),
            narrow=("length", "(weight)"),
            in_query=True,
        ),
        Column(
            "longest",
            "length of the longest wire",
            "bodies",
            dtype="int64",
            averaged=True,
            heading=("longest", "wire / bodies"),
            narrow=("longest", "wire"),
            in_query=True,
        ),
        Column(
            "share_in_wires_of_3",
            "share of bodies in wires of three or more",
            averaged=True,
            heading=("share of bodies", "in wires of 3 or more"),
            narrow=("wires", "of 3+"),
            in_query=True,
        ),
    ),
    compute,
    place=20,
    of_wires=True,
)
