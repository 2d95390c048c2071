"""Output of a production: trajectory and log, frame by frame, and calls of observers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from janus_md.common.errors import JanusError
from janus_md.engines.base import Kicks
from janus_md.model.dynamics import Stage
from janus_md.model.pairs.overlap import overlap_energy
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.simulation.files import trajectory
from janus_md.simulation.files.checkpoint import Checkpoint
from janus_md.simulation.thermodynamics import quantities, step_excess

Observer = Callable[[int, float, System], Mapping[str, float] | None]
"""Function called on every frame with step, time in ps and state; its result goes to the log."""

PARTIAL_TRAJECTORY, PARTIAL_LOG = "trajectory.partial.gsd", "log.partial.gsd"


class Recorder:
    """Trajectory and log of a production; files of a resumed one are cut at the checkpoint."""

    def __init__(
        self,
        directory: Path,
        setup: Setup,
        state: Checkpoint,
        stage: Stage,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._observers, self._stage = observers, stage
        self._setup = setup
        paths = (directory / PARTIAL_TRAJECTORY, directory / PARTIAL_LOG)
        wanted = state.done // stage.frame_steps + 1 if state.done else 0
        self._digests = [0, 0]
        for k, path in enumerate(paths):
            if trajectory.keep_until(path, state.done if wanted else -1, wanted) != wanted:
                raise _unsound(path)
            if wanted:
                self._digests[k] = trajectory.digest_of(path)
                if self._digests[k] != state.digests[k]:
                    raise _unsound(path)
        self._trajectory, self._log = (trajectory.GsdWriter(path) for path in paths)

    def __len__(self) -> int:
        return len(self._trajectory)

    @property
    def digests(self) -> tuple[int, int]:
        """CRC-32 of all frames and of all rows of the log."""
        return self._digests[0], self._digests[1]

    def keep(self, step: int, system: System, potential: float, kicks: Kicks) -> None:
        """Append a state with its potential energy (kJ/mol), and call the observers."""
        bath, time_step = self._setup.at(step).bath, self._stage.time_step
        time_ps = step * time_step
        first = len(self) == 0
        setup, values = self._setup if first else None, self._setup.values(step)
        row = quantities(system, potential, time_ps)
        if bath.method != "brownian":  # Brownian dynamics has no velocities
            excess = step_excess(system, kicks.forces, kicks.torques, bath, time_step)
            row["excess_translational"], row["excess_rotational"] = excess
        if self._setup.schedule:
            row["overlap_energy"] = overlap_energy(system)
        for observer in self._observers:
            row.update(observer(step, time_ps, system) or {})
        frames = (
            trajectory.frame_of(system, step, setup, time_ps, values, whole=first),
            trajectory.log_frame(step, row),
        )
        for k, (file, frame) in enumerate(zip((self._trajectory, self._log), frames, strict=True)):
            file.append(frame)
            self._digests[k] = trajectory.digest(frame, self._digests[k])

    def sync(self) -> None:
        """Flush both files to disk before a checkpoint refers to them."""
        self._trajectory.sync()
        self._log.sync()

    def close(self) -> None:
        """Close both files."""
        try:
            self._trajectory.close()
        finally:
            self._log.close()


def _unsound(path: Path) -> JanusError:
    return JanusError(
        f"{path}: does not hold the frames that the checkpoint refers to; "
        "remove restart.npz to start this job from the beginning"
    )
