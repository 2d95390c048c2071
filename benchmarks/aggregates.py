"""CPU time to find, measure and name the aggregates of a frame, one thread.

``OMP_NUM_THREADS=1 python benchmarks/aggregates.py [trajectory.gsd]``

The frame is the last of a run of the template ``amphiphilic_micelles`` at 6 kT, repeated along the
edges of the box; without a trajectory the run is made first (LAMMPS, about a minute).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.analysis.frames.source import Frame, GsdSource
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.setup import Setup

REPEATS = (2, 4, 6, 8, 12)
"""Copies along each edge: 12 make 373,248 bodies of 216."""

TEMPLATE = {
    "fixed": {
        "particle": "amphiphile",
        "n_bodies": 216,
        "number_density": 0.00625,
        "interactions": {"A-A": {"attraction": {"epsilon": 14.874}}},
        "protocol": {
            "time_step_ps": 0.25,
            "damping_ps": 69.6,
            "relax_ps": 50.0,
            "produce_ns": 25.0,
            "frame_interval_ps": 500.0,
        },
    }
}


def run(folder: Path) -> Path:
    """Make a run in which micelles form; return its trajectory."""
    template = folder / "template.yaml"
    template.write_text(json.dumps(TEMPLATE))
    for command in (["init", template], ["run", "--engine", "lammps", "--operation", "simulate"]):
        words = [sys.executable, "-m", "janus_md.cli", *map(str, command)]
        subprocess.run([*words, "--directory", str(folder / "run")], check=True)
    return next((folder / "run" / "workspace").glob("*/trajectory.gsd"))


def tiled(frame: Frame, copies: int) -> Frame:
    """Repeat a frame of a box with right angles along its three edges."""
    steps = np.stack(np.meshgrid(*[np.arange(copies)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    shift = (steps - 0.5 * (copies - 1)) * frame.box[:3]
    count = len(frame.positions) * len(steps)
    return Frame(
        0,
        0,
        np.concatenate([copies * frame.box[:3], frame.box[3:]]),
        (shift[:, None] + frame.positions).reshape(-1, 3),
        np.tile(frame.orientations, (len(steps), 1)),
        frame.names,
        np.tile(frame.kinds, len(steps)),
        np.arange(count),
    )


def measure(frame: Frame, setup: Setup, settings: Settings) -> tuple[float, FrameContext]:
    """Shortest CPU time of three, s, and the frame with its aggregates."""
    times = []
    for _ in range(3):
        context = FrameContext(frame, settings, setup)
        begun = time.process_time()
        found = context.aggregates
        times.append(time.process_time() - begun)
        assert found is not None
    return min(times), context


def main() -> None:
    """Print a line for each size."""
    import freud

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "trajectory", nargs="?", type=Path, help="of a run of the template amphiphilic_micelles"
    )
    path = parser.parse_args().trajectory
    with tempfile.TemporaryDirectory() as folder, freud.parallel.NumThreads(1):
        with GsdSource(path or run(Path(folder))) as source:
            setup = source.setup()
            frame = source.frame(len(source) - 1)
        assert setup is not None
        settings = Settings.of(bond_criterion(setup), setup)
        print("bodies      aggregates  micelles  seconds  microseconds a body")
        for copies in REPEATS:
            seconds, context = measure(tiled(frame, copies), setup, settings)
            found, n = context.aggregates, len(context.positions)
            assert found is not None
            share = found.share("micelle")
            print(f"{n:<11} {len(found):<11} {share:<9.2f} {seconds:<8.3f} {seconds / n * 1e6:.1f}")


if __name__ == "__main__":
    main()
