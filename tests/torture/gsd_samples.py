"""Intact GSD files to damage: of other software, of janus-md, a log, and files to resume."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from janus_md.engines.base import Kicks
from janus_md.model.dynamics import Stage
from janus_md.model.setup import Setup
from janus_md.simulation.files import trajectory
from janus_md.simulation.files.checkpoint import Checkpoint, save
from janus_md.simulation.files.recorder import PARTIAL_LOG, PARTIAL_TRAJECTORY, Recorder
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from janus_md.workspace.products import RESTART
from tests.analysis.worlds import gsd_frame, quaternions_along

EDGE = 20.0


@dataclass(frozen=True)
class Sample:
    """An intact file and its use.

    Attributes
    ----------
    title : str
        Its name in messages.
    work : str
        ``analyze``, ``log``, ``resume`` or ``load``.
    name : str
        Name of the file.
    data : bytes
        What is in it.
    beside : Path
        Folder of the other files of the same run.
    point, stage, state
        Of the run that is resumed.
    """

    title: str
    work: str
    name: str
    data: bytes
    beside: Path
    point: Setup | None = None
    stage: Stage | None = None
    state: Checkpoint | None = None


def samples(folder: Path) -> list[Sample]:
    """Write the files and return their content."""
    folder.mkdir()
    foreign = _foreign(folder / "foreign.gsd", flush=True).read_bytes()
    buffered = _foreign(folder / "buffered.gsd", flush=False).read_bytes()
    point, stage, state = _run(folder)
    files = {name: (folder / name).read_bytes() for name in (PARTIAL_TRAJECTORY, PARTIAL_LOG)}
    (folder / "trajectory.gsd").write_bytes(files[PARTIAL_TRAJECTORY])
    pd.DataFrame({"n_bodies": [point.n_bodies]}).to_parquet(folder / "frames.parquet")
    return [
        Sample("somebody else's", "analyze", "foreign.gsd", foreign, folder),
        Sample("somebody else's, written late", "analyze", "buffered.gsd", buffered, folder),
        Sample("our trajectory", "analyze", "trajectory.gsd", files[PARTIAL_TRAJECTORY], folder),
        Sample("log", "log", "log.gsd", files[PARTIAL_LOG], folder),
        *(
            Sample(f"resumed {name}", "resume", name, data, folder, point, stage, state)
            for name, data in files.items()
        ),
        Sample("checkpoint", "load", RESTART, _checkpoint(folder, state), folder, state=state),
    ]


def _checkpoint(folder: Path, state: Checkpoint) -> bytes:
    save(folder / RESTART, state)
    return (folder / RESTART).read_bytes()


def _foreign(path: Path, *, flush: bool) -> Path:
    """Rigid bodies with a constituent each, two types; more entries than an index begins with."""
    import gsd.hoomd

    rng = np.random.default_rng(3)
    n = 8
    with gsd.hoomd.open(path, "w") as file:
        for k in range(19):
            u = rng.normal(size=(n, 3))
            x = rng.uniform(-0.5 * EDGE, 0.5 * EDGE, (n, 3))
            x[: n // 2] = [[0.0, 0.0, 1.6 * j - 3.0 + 0.01 * k] for j in range(n // 2)]
            u[: n // 2] = [0.01 * k, 0.1, 1.0]
            q = quaternions_along(u)
            frame = gsd_frame(
                np.concatenate([x, x + 0.3]),
                np.concatenate([q, q]),
                [EDGE] * 3 + [0.0, 0.1, 0.0],
                step=100 * k,
                types=["centre", "bead"],
                typeid=[0] * n + [1] * n,
            )
            frame.particles.body = [*range(n), *range(n)]
            frame.particles.velocity = rng.normal(size=(2 * n, 3))
            frame.particles.image = rng.integers(-3, 3, (2 * n, 3))
            frame.log["energy"] = np.array([1.0 * k])
            frame.log["pressure"] = rng.normal(size=6)
            file.append(frame)
            if flush:
                file.flush()
    return path


def _run(folder: Path) -> tuple[Setup, Stage, Checkpoint]:
    """Trajectory and log of a run in which bodies jump about, and its last checkpoint."""
    point = resolve(
        StatePoint(
            particle="R-Au-Cu", n_bodies=12, volume_fraction=0.005, relative_permittivity=2.0
        )
    )
    first = build(point)
    stage = point.stages[-1]
    rng = np.random.default_rng(4)
    recorder = Recorder(folder, point, Checkpoint(stage.name, 0, first), stage)
    count = 18
    for k in range(count):
        shape = first.positions.shape
        velocities = rng.normal(size=shape)
        system = replace(
            first,
            positions=first.positions + rng.normal(scale=0.1, size=shape),
            orientations=quaternions_along(rng.normal(size=shape)),
            velocities=velocities,
            angular_momenta=velocities,
        )
        kicks = Kicks(velocities, velocities)
        recorder.keep(k * stage.frame_steps, system, -100.0 + float(rng.normal()), kicks)
        recorder.sync()
    state = Checkpoint(stage.name, (count - 1) * stage.frame_steps, first, {}, recorder.digests)
    recorder.close()
    assert trajectory.digest_of(folder / PARTIAL_TRAJECTORY) == state.digests[0]
    return point, stage, state
