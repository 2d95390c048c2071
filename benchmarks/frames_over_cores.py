"""Analysis of a trajectory on several cores: ``python -m benchmarks.frames_over_cores``.

A file with frames of wires of twenty bodies is analysed by one process and by one per core, in
turn. Cores that share memory bandwidth, or the units of a physical core, cannot be faster together
than independent processes: one per core analyse the file at the same time, to find that limit.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.frames_of_wires import wires_of_twenty
from janus_md.running.workstation.machine import cores_here

TITLE = "Analysis over cores"
ABOUT = """
Wall time of the analysis of a trajectory of wires by one process and by one per core (`all`), start
included. `speedup` is the ratio of the two. `limit` is that of independent processes: one per core,
each with the file for itself and started before, over the time of one, times their number.
"""
LABELS = ("bodies", "frames", "cores")
PASSES = 1
MINUTES = 15.0
FIGURE = Figure(
    x="bodies",
    y=("over cores", "over limit"),
    label="share of linear speedup, of the limit",
    log="x",
    target=0.9,
)

CASES = [(1_000, 4_000), (10_000, 400), (100_000, 56)]
"""Bodies and frames of each file."""

QUICK_CASES = [(1_000, 1_600)]

TIMES = 3
"""Number of measurements, of which the shortest counts."""

ROOT = Path(__file__).resolve().parents[1]

ANALYSIS = """\
import sys, time
from janus_md.analysis.pipeline.pipeline import analyze_file
analyze_file(sys.argv[1], sys.argv[2] + "-start", workers=1, frames=slice(0, 2))
print("ready", flush=True)
sys.stdin.readline()
begin = time.monotonic()
analyze_file(sys.argv[1], sys.argv[2], workers=int(sys.argv[3]))
print(time.monotonic() - begin, flush=True)
"""
"""Program that analyses a file when it is told to, and prints the wall time."""


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """Measure all files.

    Parameters
    ----------
    quick : bool
        One small file, once.
    """
    for bodies, frames in QUICK_CASES if quick else CASES:
        with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
            path = Path(folder) / "wires.gsd"
            write(path, bodies, frames)
            yield {"bodies": bodies, "frames": frames, **measured(path, 1 if quick else TIMES)}


def measured(path: Path, times: int) -> dict[str, Any]:
    """Measure one file."""
    cores = cores_here()
    one, every, apart = (
        min(longest) for longest in zip(*(_round(path, cores) for _ in range(times)), strict=True)
    )
    return {
        "cores": cores,
        "one / s": one,
        "all / s": every,
        "speedup": one / every,
        "over cores": one / (every * cores),
        "limit": cores * one / apart,
        "over limit": apart / (every * cores),
    }


def _round(path: Path, cores: int) -> tuple[float, float, float]:
    """Wall time with one process, with one per core, and of independent processes, s."""
    return analyses(path, 1, 1), analyses(path, 1, cores), analyses(path, cores, 1)


def analyses(path: Path, count: int, workers: int) -> float:
    """Wall time of the longest of several analyses at the same time, s."""
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", ANALYSIS, path, f"{folder}/{number}", str(workers)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
            )
            for number in range(count)
        ]
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        return max(float(process.communicate()[0]) for process in processes)


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


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("frames_over_cores")
