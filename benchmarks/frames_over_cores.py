"""Analysis of a trajectory on several cores: ``python benchmarks/frames_over_cores.py``.

A file with frames of wires of twenty bodies is analysed by one process and by one per core, in
turn. The efficiency is the wall time of one process over that of n processes times n, from the
fastest of several runs, and needs idle cores. On a busy machine, the ratio of the CPU times is an
upper limit of it.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

sys.path.insert(0, str(Path(__file__).parent))

from frames_of_wires import wires_of_twenty  # noqa: E402

from janus_md.running.workstation.machine import cores_here  # noqa: E402

TITLE = "Analysis over cores"
ABOUT = """
Analysis of a trajectory of wires by one process and by one per core. `efficiency` is the wall
time of one process over that of n processes times n.
"""
LABELS = ("bodies", "frames", "cores")
PASSES = 1

Row = dict[str, Any]

CASES = [(1_000, 4_000), (10_000, 400), (100_000, 40)]
"""Bodies and frames of each file."""

QUICK_CASES = [(1_000, 1_600)]


def rows(quick: bool = False) -> list[Row]:
    """Measure all cases.

    Parameters
    ----------
    quick : bool
        One small file, once.

    Returns
    -------
    list of dict
        ``bodies``, ``frames``, ``cores``; ``one`` and ``all``, wall time with one process and with
        one per core, s; ``efficiency``; ``cpu_one`` and ``cpu_all``, CPU time of all processes, s,
        and ``cpu_efficiency``, their ratio.
    """
    return [
        measured(bodies, frames, 1 if quick else 3)
        for bodies, frames in (QUICK_CASES if quick else CASES)
    ]


def measured(bodies: int, frames: int, times: int) -> Row:
    """Measure one file."""
    from janus_md.analysis.pipeline.pipeline import analyze_file

    cores, best = cores_here(), {}
    with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
        path = Path(folder) / "wires.gsd"
        write(path, bodies, frames)
        for number in range(times):
            for workers in (1, cores):
                before, begin = _cpu(), time.monotonic()
                analyze_file(path, Path(folder) / f"{workers}-{number}", workers=workers)
                wall, cpu = time.monotonic() - begin, _cpu() - before
                kept = best.get(workers, (wall, cpu))
                best[workers] = (min(wall, kept[0]), min(cpu, kept[1]))
    (one, cpu_one), (every, cpu_all) = best[1], best[cores]
    return {
        "bodies": bodies,
        "frames": frames,
        "cores": cores,
        "one": one,
        "all": every,
        "efficiency": one / (cores * every),
        "cpu_one": cpu_one,
        "cpu_all": cpu_all,
        "cpu_efficiency": cpu_one / cpu_all,
    }


def write(path: Path, bodies: int, frames: int) -> None:
    """Write a file of frames, all different."""
    import gsd.hoomd
    import numpy as np

    first, rng = wires_of_twenty(bodies), np.random.default_rng(1)
    with gsd.hoomd.open(str(path), "w") as file:
        for step in range(frames):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = step
            frame.configuration.box = first.box
            frame.particles.N = bodies
            frame.particles.types = list(first.names)
            frame.particles.typeid = first.kinds
            moved = first.positions + rng.normal(scale=0.02, size=first.positions.shape)
            edges = first.box[:3]
            frame.particles.position = moved - edges * np.round(moved / edges)
            frame.particles.orientation = first.orientations
            file.append(frame)


def _cpu() -> float:
    used = [resource.getrusage(one) for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one small file, once")
    given = parser.parse_args()
    print(
        "| bodies | frames | cores | one process, s | one per core, s | efficiency "
        "| CPU, one process, s | CPU, one per core, s | ratio |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    for row in rows(given.quick):
        print(
            f"| {row['bodies']} | {row['frames']} | {row['cores']} | {row['one']:.1f} "
            f"| {row['all']:.1f} | {row['efficiency']:.2f} | {row['cpu_one']:.1f} "
            f"| {row['cpu_all']:.1f} | {row['cpu_efficiency']:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
