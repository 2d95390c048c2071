"""Speed of the present code beside version 0.1.0 for more bodies, in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks import gains
from benchmarks.gains import SECONDS, compared

TITLE = "Speed beside v0.1.0, more bodies"
ABOUT = """
As the item above with 1728 and 10,000 bodies, in one pass. Meshes have a cutoff of 5 nm and order
4, as the choice among all takes v0.1.0 many minutes. Runs that take longer than their time limit
have a dash.
"""
LABELS = ("bodies",)
PASSES = 1
MINUTES = 40.0
FIGURE = gains.FIGURE

SIZES = (1728, 10_000)
CUTOFF_NM = 5.0

LIMIT, QUICK_LIMIT = 240.0, 40.0
"""Time limit of a run, s."""


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """One pass: both versions, all models, engines and sizes; `quick`: `sphere`, a second each."""
    if quick:
        return compared(SIZES, 1.0, CUTOFF_NM, QUICK_LIMIT, ("sphere",))
    return compared(SIZES, SECONDS, CUTOFF_NM, LIMIT)


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("gains_large")
