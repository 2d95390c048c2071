"""CPU time of the aggregates of a frame: ``python -m benchmarks.aggregates``.

The frame is the last of a run of the template ``amphiphilic_micelles`` at 6 kT (LAMMPS, about a
minute), repeated along the edges of the box.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import Figure
from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.analysis.frames.source import Frame, GsdSource
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.setup import Setup

TITLE = "Aggregates of a frame"
ABOUT = """
The aggregates of the last frame of a run (template `amphiphilic_micelles` at 6 kT, 25 ns), repeated
along the edges of the box, are found, measured and named. One thread, CPU time.
"""
LABELS = ("bodies", "aggregates")
PASSES = 1
FIGURE = Figure(x="bodies", y="CPU time / s", log="xy")

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
        subprocess.run(
            [*words, "--directory", str(folder / "run")], check=True, stdout=subprocess.DEVNULL
        )
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


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """Measure all sizes; `quick`: the smallest two."""
    import freud

    with tempfile.TemporaryDirectory(prefix="janus-md-") as folder, freud.parallel.NumThreads(1):
        with GsdSource(run(Path(folder))) as source:
            setup = source.setup()
            frame = source.frame(len(source) - 1)
        assert setup is not None
        settings = Settings.of(bond_criterion(setup), setup)
        for copies in REPEATS[:2] if quick else REPEATS:
            seconds, context = measure(tiled(frame, copies), setup, settings)
            found, bodies = context.aggregates, len(context.positions)
            assert found is not None
            yield {
                "bodies": bodies,
                "aggregates": len(found),
                "share in micelles": found.share("micelle"),
                "CPU time / s": seconds,
                "per body / µs": 1e6 * seconds / bodies,
            }


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("aggregates")
