"""Context of a run: its folder, its callbacks and the end of its wall time."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError, ToBeContinued
from janus_md.simulation.execution import measured_rate, steps_of_call
from janus_md.simulation.files.checkpoint import Checkpoint, save
from janus_md.simulation.files.recorder import Observer
from janus_md.simulation.walltime import Pace
from janus_md.workspace.products import RESTART

Progress = Callable[[str, int, int, float], None]
"""``progress(stage, step, total_steps, steps_per_second)``."""

POLL_SECONDS = 0.5
"""Wall time between two calls of the callbacks `progress` and `should_stop`. It is up to
:data:`janus_md.simulation.execution.LONGEST_CALL_SECONDS` where steps take long."""


@dataclass
class RunContext:
    """What the functions of a run share.

    Attributes
    ----------
    directory : Path
        The job's folder.
    document : MutableMapping
        The job's document: ``execution`` and, where it fails, ``failure`` are written.
    progress : callable, optional
        ``progress(stage, step, total_steps, steps_per_second)``, about twice a second.
    observers : sequence of callables
        ``observer(step, time_ps, system)`` on every frame of the production.
    should_stop : callable
        Called about twice a second, or every few seconds where steps take a long time; True
        ends the run in a checkpoint.
    settled : callable
        Called on every frame of the production; True ends the production there.
    pace : Pace
        Says when the wall time is nearly over, which ends the run in a checkpoint.
    begun : tuple of str and int, or None
        Stage and step of the checkpoint that this process continued from, if there was one.
    fixed : Checkpoint or None
        State at the last fixed step, at which the engine restarted, if this process reached one.
    saved : Checkpoint or None
        The last checkpoint that this process has written.
    """

    directory: Path
    document: MutableMapping[str, Any]
    progress: Progress | None = None
    observers: Sequence[Observer] = ()
    should_stop: Callable[[], bool] = lambda: False
    settled: Callable[[], bool] = lambda: False
    pace: Pace = field(default_factory=Pace)
    begun: tuple[str, int] | None = None
    fixed: Checkpoint | None = None
    saved: Checkpoint | None = None

    def save(self, state: Checkpoint) -> None:
        """Write the checkpoint, and measure the time it takes."""
        with self.pace.timing("checkpoint"):
            save(self.directory / RESTART, state)
        self.saved = state

    def check_stop(self) -> None:
        """End the choice of the mesh if the run is to stop, or if no time is left for it.

        Raises
        ------
        ToBeContinued
            If a later run may begin again.
        JanusError
            If a later run would have no more time.
        """
        if self.should_stop():
            raise ToBeContinued("stopped while the mesh was being chosen; run again to begin anew")
        if self.pace.too_late():
            raise self._out_of_time(None, "while the mesh was being chosen")

    def check_time(self, state: Checkpoint) -> None:
        """End the run at `state` if no time is left to start the engine and make steps.

        Raises
        ------
        ToBeContinued
            If a later run may continue.
        JanusError
            If this run began at `state`, so that a later one would make no steps either.
        """
        rate = measured_rate(state.execution)
        if self.pace.too_late("start", seconds=seconds_to_next_poll(rate)):
            self.document["execution"] = state.execution
            where = f"at step {state.done} of {state.stage}"
            raise self._out_of_time((state.stage, state.done), where)

    def _out_of_time(self, reached: tuple[str, int] | None, where: str) -> JanusError:
        if self.pace.whole and reached == self.begun:
            return JanusError(self.pace.shortage("start"))
        return ToBeContinued(f"stopped {where} with {self.pace.told()}; run again to go on")


def seconds_to_next_poll(rate: float) -> float:
    """Return the time until the callbacks are called next, with a reserve, s."""
    return 2.0 * max(POLL_SECONDS, steps_of_call(rate, POLL_SECONDS) / rate)
