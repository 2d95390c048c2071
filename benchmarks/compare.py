"""Print the time of each contender for a frame; ``python benchmarks/compare.py 1000 10000``.

Each uses one thread. Times are the shortest CPU times of several runs; ratios are relative to the
neighbour list of freud.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OVITO_THREAD_COUNT"):
    os.environ[name] = "1"

sys.path.insert(0, str(Path(__file__).parent))

from contenders import CONTENDERS, freud_neighbours  # noqa: E402
from frames_of_wires import wires_of_twenty  # noqa: E402

from janus_md.analysis.frames.source import Frame  # noqa: E402

TITLE = "Wires of a frame"
ABOUT = """
One frame at volume fraction 0.05 with straight wires of 20 bodies at random; one thread, the
shortest CPU time of several runs. The ratio is to freud's neighbour list up to 2.9 nm. janus-md
finds the same neighbours, the bonds, the wires, the bundles and all columns of wires.parquet; the
others less.
"""
LABELS = ("bodies",)

SIZES = (1_000, 10_000, 100_000, 1_000_000)

SECONDS = 3.0
"""Time after which no further run is started."""


def best_of(contender: Callable[[Frame], int], frame: Frame, seconds: float) -> float:
    """Shortest CPU time of at least two runs, s; no further run is started after `seconds`."""
    best, begin, runs = float("inf"), time.process_time(), 0
    while runs < 2 or time.process_time() - begin < seconds:
        start = time.process_time()
        contender(frame)
        best = min(best, time.process_time() - start)
        runs += 1
    return best


def rows(quick: bool = False, sizes: Sequence[int] = SIZES) -> list[dict[str, Any]]:
    """Measure all contenders.

    Parameters
    ----------
    quick : bool
        Only up to 10^4 bodies, for a tenth of the time.
    sizes : sequence of int
        Numbers of bodies.

    Returns
    -------
    list of dict
        ``bodies`` and ``contender``; ``seconds``, the shortest CPU time for a frame, and ``ratio``
        to that of the neighbour list of freud. Contenders that are not installed have ``missing``
        instead, the reason.
    """
    chosen = [size for size in sizes if size <= 10_000] if quick else sizes
    return list(_rows(chosen, 0.1 * SECONDS if quick else SECONDS))


def _rows(sizes: Sequence[int], seconds: float) -> Iterator[dict[str, Any]]:
    import freud

    freud.parallel.set_num_threads(1)
    for size in sizes:
        frame = wires_of_twenty(size)
        yardstick = best_of(freud_neighbours, frame, seconds)
        for name, contender in CONTENDERS.items():
            row: dict[str, Any] = {"bodies": size, "contender": name}
            try:
                same = contender is freud_neighbours
                taken = yardstick if same else best_of(contender, frame, seconds)
            except ImportError as error:
                yield row | {"missing": str(error)}
                continue
            yield row | {"seconds": taken, "ratio": taken / yardstick}


def main() -> None:
    """Print the table."""
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    print(f"{'bodies':>9}  {'contender':32} {'ms':>10} {'ms/1000':>8} {'ratio':>6}")
    for row in _rows(sizes, SECONDS):
        begin = f"{row['bodies']:9d}  {row['contender']:32}"
        if "missing" in row:
            print(f"{begin} {'-':>10}   ({row['missing']})")
            continue
        print(
            f"{begin} {1e3 * row['seconds']:10.2f} {1e6 * row['seconds'] / row['bodies']:8.3f} "
            f"{row['ratio']:6.2f}",
            flush=True,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"largest memory of the process: {peak:.2f} GiB")


if __name__ == "__main__":
    main()
