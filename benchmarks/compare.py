"""Print the time of each contender for a frame; ``python benchmarks/compare.py 1000 10000``.

Each uses one thread. Times are the best of several runs; ratios are relative to the neighbour list
of freud.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OVITO_THREAD_COUNT"):
    os.environ[name] = "1"

from contenders import CONTENDERS, freud_neighbours  # noqa: E402
from frames_of_wires import wires_of_twenty  # noqa: E402

from janus_md.analysis.frames.source import Frame  # noqa: E402

SIZES = (1_000, 10_000, 100_000, 1_000_000)

SECONDS = 3.0
"""Time after which no further run is started."""


def best_of(contender: Callable[[Frame], int], frame: Frame) -> float:
    """Shortest time of at least two runs, seconds."""
    best, begin, runs = float("inf"), time.perf_counter(), 0
    while runs < 2 or time.perf_counter() - begin < SECONDS:
        start = time.perf_counter()
        contender(frame)
        best = min(best, time.perf_counter() - start)
        runs += 1
    return best


def main() -> None:
    """Print the table."""
    import freud

    freud.parallel.set_num_threads(1)
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    print(f"{'bodies':>9}  {'contender':32} {'ms':>10} {'ms/1000':>8} {'ratio':>6}")
    for size in sizes:
        frame = wires_of_twenty(size)
        yardstick = best_of(freud_neighbours, frame)
        for name, contender in CONTENDERS.items():
            try:
                seconds = yardstick if contender is freud_neighbours else best_of(contender, frame)
            except ImportError as error:
                print(f"{size:9d}  {name:32} {'-':>10}   ({error})")
                continue
            print(
                f"{size:9d}  {name:32} {1e3 * seconds:10.2f} {1e6 * seconds / size:8.3f} "
                f"{seconds / yardstick:6.2f}",
                flush=True,
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"largest memory of the process: {peak:.2f} GiB")


if __name__ == "__main__":
    main()
