"""Time of each contender for a frame; ``python -m benchmarks.compare``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.contenders import CONTENDERS, freud_neighbours
from benchmarks.figures import Figure
from benchmarks.frames_of_wires import wires_of_twenty
from janus_md.analysis.frames.source import Frame

TITLE = "Wires of a frame"
ABOUT = """
One frame at volume fraction 0.05 with straight wires of 20 bodies at random; one thread, CPU time
of frames in which the contenders alternate. Ratios are to freud's neighbour list up to 2.9 nm.
janus-md finds the same neighbours, the head-to-tail bonds, the wires, the bundles and all columns
of wires.parquet. freud + networkx and MDAnalysis + networkx give only the lengths of the wires; the
cluster analysis of OVITO uses distances without angles. Contenders that are not installed (`pip
install MDAnalysis ovito networkx`) are left out.
"""
LABELS = ("bodies",)
PASSES = 1
FIGURE = Figure(
    x="bodies",
    y="ratio",
    series=("contender",),
    label="time over that of freud's query",
    log="xy",
)

SIZES, QUICK_SIZES = (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000)

SECONDS, QUICK_SECONDS = 10.0, 2.0
"""Time after which no further round is started, for each number of bodies."""

LEAST_ROUNDS = 2


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """Measure all contenders.

    Parameters
    ----------
    quick : bool
        Only up to 10^4 bodies, for a fifth of the time.
    """
    import freud

    with freud.parallel.NumThreads(1):
        for size in QUICK_SIZES if quick else SIZES:
            times = alternating(wires_of_twenty(size), QUICK_SECONDS if quick else SECONDS)
            yardstick = times[freud_neighbours.__name__]
            for name, contender in CONTENDERS.items():
                if found := times.get(contender.__name__):
                    yield {
                        "bodies": size,
                        "contender": name,
                        "shortest / ms": 1e3 * min(found),
                        "median / ms": 1e3 * median(found),
                        "ratio": min(found) / min(yardstick),
                        "ratio of medians": median(found) / median(yardstick),
                    }


def alternating(frame: Frame, seconds: float) -> dict[str, list[float]]:
    """CPU times of rounds in which each installed contender analyses a frame, s, by function."""
    times: dict[str, list[float]] = {}
    for contender in CONTENDERS.values():
        try:
            contender(frame)
        except ImportError:
            continue
        times[contender.__name__] = []
    begin, rounds = time.process_time(), 0
    while rounds < LEAST_ROUNDS or time.process_time() - begin < seconds:
        for contender in CONTENDERS.values():
            if contender.__name__ in times:
                start = time.process_time()
                contender(frame)
                times[contender.__name__].append(time.process_time() - start)
        rounds += 1
    return times


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("compare")
