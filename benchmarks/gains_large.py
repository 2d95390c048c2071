"""Speed of the present code beside version 0.1.0 for more bodies, in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.gains import compared
from benchmarks.items import Figure

TITLE = "Speed beside v0.1.0, more bodies"
ABOUT = "As the item above with 1728 and 10,000 bodies, in one pass."
LABELS = ("bodies",)
PASSES = 1
FIGURE = Figure(x="bodies", y="gain", series=("model", "engine"))

SIZES = (1728, 10_000)


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """One pass: both versions, all models, engines and sizes."""
    return compared(SIZES[:1] if quick else SIZES, quick)
