"""One job from its state point to a whole trajectory; what was cut off goes on where it was."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError, SimulationFailed, ToBeContinued
from janus_md.common.interrupts import interruptible
from janus_md.engines import load, require
from janus_md.engines.base import Simulation
from janus_md.model.dynamics import Stage
from janus_md.simulation import context as surroundings
from janus_md.simulation.choice import choose_once
from janus_md.simulation.context import Progress, Run
from janus_md.simulation.execution import completed, device_of, measured_rate, mesh_of, placed
from janus_md.simulation.files import trajectory
from janus_md.simulation.files.checkpoint import Checkpoint
from janus_md.simulation.files.checkpoint import load as load_checkpoint
from janus_md.simulation.files.recorder import PARTIAL_LOG, PARTIAL_TRAJECTORY, Observer, Recorder
from janus_md.simulation.files.resume import account, adopt, check_allowed
from janus_md.simulation.start.first_state import build
from janus_md.simulation.temperature_check import examine
from janus_md.simulation.thermodynamics import complaint
from janus_md.simulation.walltime import NO_LIMIT, Limit, Pace
from janus_md.study.stages import stages
from janus_md.study.statepoint import StatePoint
from janus_md.workspace import heat
from janus_md.workspace.products import INITIAL, LOG, RESTART, TRAJECTORY

CHECKPOINT_SECONDS = float(os.environ.get("JANUS_MD_CHECKPOINT_SECONDS", "60"))
"""Wall time between checkpoints."""


def simulate(
    point: StatePoint,
    directory: Path,
    document: MutableMapping[str, Any],
    *,
    engine: str = "auto",
    device: str = "auto",
    threads: int = 1,
    gpu_id: int = 0,
    allow: Collection[str] = (),
    observers: Sequence[Observer] = (),
    progress: Progress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    settled: Callable[[], bool] = lambda: False,
    limit: Limit = NO_LIMIT,
) -> None:
    """Run `point` in `directory` to its end; do nothing where the trajectory is there.

    `allow` says what may have changed since the checkpoint was written
    (:data:`janus_md.simulation.files.resume.ALLOWABLE`); anything else that has is refused.

    Products, named when whole: ``init.gsd``, ``trajectory.gsd``, ``log.gsd``; ``restart.npz`` is
    the last checkpoint.

    Raises
    ------
    JanusError
        Where the engine or device asked for is not here, or the checkpoint is not usable or of
        something else.
    SimulationFailed
        Where the numbers stop being physical; the trajectory up to there stays as
        ``trajectory.partial.gsd``.
    ToBeContinued
        Where `should_stop` said so, or `limit` was near.
    """
    check_allowed(allow)
    if (directory / TRAJECTORY).exists():
        return
    run = Run(directory, document, progress, observers, should_stop, settled, Pace(limit))
    plan = stages(point, point.bodies())
    with interruptible("stopped before the simulation began; run again to begin anew"):
        state = _begin(run, point, plan, engine, device, threads, gpu_id, allow)
    document["execution"] = state.execution
    names = [stage.name for stage in plan]
    reached = names.index(state.stage)
    for number, stage in enumerate(plan[reached:], reached):
        state = _run_stage(run, point, state, stage, number)
        if number + 1 < len(plan):
            state = replace(state, stage=plan[number + 1].name, done=0, digests=(0, 0))
            run.save(state)
    run.check_time(state)
    _finish(run, point, state)


def _begin(
    run: Run,
    point: StatePoint,
    plan: Sequence[Stage],
    engine: str,
    device: str,
    threads: int,
    gpu_id: int,
    allow: Collection[str],
) -> Checkpoint:
    """Return where the run begins: at its checkpoint, or with bodies just placed and a mesh."""
    first = build(point)
    made_for = account(point, first, plan)
    restart = run.directory / RESTART
    if restart.exists():
        state = load_checkpoint(restart, first)
        before = state.execution
        if engine not in ("auto", before["engine"]):
            raise JanusError(
                f"engine: {engine!r} was asked for, but {restart} was written by "
                f"{before['engine']!r}; go on with that, or remove the file to start again"
            )
        require(before["engine"], before["device"])
        state = adopt(restart, state, made_for, load(before["engine"]).version(), allow)
        state = replace(state, execution=placed(state.execution, state.system, threads, gpu_id))
        run.begun = (state.stage, state.done)
        return state
    candidates = require(engine, device)
    if not (run.directory / INITIAL).exists():
        about = trajectory.metadata(point, first.bodies)
        trajectory.write_whole(run.directory / INITIAL, trajectory.frame_of(first, 0, about))
    execution = choose_once(point, first, candidates, threads, gpu_id, run.look)
    state = Checkpoint(plan[0].name, 0, first, execution, made_for=made_for)
    run.save(state)  # the mesh need not be chosen again
    return state


def _run_stage(
    run: Run, point: StatePoint, state: Checkpoint, stage: Stage, number: int
) -> Checkpoint:
    """Run `stage` from where `state` stands to its end, from checkpoint to checkpoint.

    After a checkpoint the engine starts anew from it, just as a resumed run does: so both go the
    same way, to the bit where the engine is deterministic.
    """
    if _is_over(state, stage):
        return state
    frames = None
    if stage.frame_steps:
        with _until_steps(run, state, stage):
            frames = Recorder(run.directory, point, state, stage, run.observers)
    try:
        while not _is_over(state, stage):
            run.check_time(state)
            with run.pace.timing("start"), _until_steps(run, state, stage):
                simulation = load(state.execution["engine"]).start(
                    state.system,
                    stage.bath,
                    stage.time_step,
                    mesh_of(state.execution),
                    seed=_seed(point, number),
                    device=device_of(state.execution),
                    # Every stage has steps of its own: HOOMD's noise is a function of seed and
                    # step, of which it takes 40 bits.
                    first_step=(number << 36) + state.done,
                )
            try:
                state = _to_next_checkpoint(run, state, stage, simulation, frames)
            finally:
                simulation.close()
    finally:
        if frames is not None:
            frames.close()
    return state


@contextmanager
def _until_steps(run: Run, state: Checkpoint, stage: Stage) -> Iterator[None]:
    """Let a signal end what goes before the next steps."""
    where = f"at step {state.done} of {stage.steps} ({stage.name})"
    try:
        with interruptible(f"stopped {where}; run again to go on"):
            yield
    except ToBeContinued:
        run.document["execution"] = state.execution
        raise


def _is_over(state: Checkpoint, stage: Stage) -> bool:
    """Whether `stage` has run its time, or was ended because the run had settled."""
    return state.done == stage.steps or state.execution.get("settled_at_step") == state.done


def _to_next_checkpoint(
    run: Run, state: Checkpoint, stage: Stage, simulation: Simulation, frames: Recorder | None
) -> Checkpoint:
    """Integrate, keep frames, look for trouble; end in a checkpoint, by time or by a wish."""
    execution = dict(state.execution)
    done, before = state.done, simulation.potential_energy()
    if frames is not None and done == 0:
        frames.keep(0, simulation.system(), before, simulation.kicks())
    begun = told = time.monotonic()
    rate = 0.01 * measured_rate(execution)  # it may be slower by now: measured at once
    look = stage.frame_steps or max(1, stage.steps // 10)
    while True:
        goal = min(stage.steps, (done // look + 1) * look)
        piece = min(goal - done, max(1, int(rate * surroundings.LOOK_SECONDS)))
        start = time.monotonic()
        try:
            simulation.advance(piece)
        except ArithmeticError as error:
            raise _failed(run, stage, done, str(error), frames) from error
        now = time.monotonic()
        done += piece
        rate = max(1.0, piece / max(now - start, 1e-6))
        execution["steps"] += piece
        execution["seconds"] += now - start
        if done == goal:
            system, potential = simulation.system(), simulation.potential_energy()
            if trouble := complaint(system, potential, before, stage.bath.kT):
                raise _failed(run, stage, done, trouble, frames)
            before = potential
            if frames is not None:
                frames.keep(done, system, potential, simulation.kicks())
        if frames is not None and done == goal and run.settled():
            execution["settled_at_step"] = done
        ended = done == stage.steps or "settled_at_step" in execution
        if run.progress is not None and (ended or now - told > surroundings.LOOK_SECONDS):
            run.progress(stage.name, done, stage.steps, rate)
            told = now
        late = not ended and run.pace.too_late(seconds=surroundings.next_look(rate))
        stop = late or run.should_stop()
        if stop or ended or now - begun > CHECKPOINT_SECONDS:
            if frames is not None:
                frames.sync()
            digests = frames.digests if frames is not None else (0, 0)
            state = replace(
                state,
                done=done,
                system=simulation.system(),
                execution=execution,
                digests=digests,
            )
            run.save(state)
            if stop and not ended:
                run.document["execution"] = execution
                why = f" with {run.pace.told()}" if late else ""
                raise ToBeContinued(
                    f"stopped at step {done} of {stage.steps} ({stage.name}){why}; "
                    "run again to go on"
                )
            return state


def _finish(run: Run, point: StatePoint, state: Checkpoint) -> None:
    """Measure the mesh once more on the last state, complete the record, name the products."""
    with interruptible("stopped after the last step; run again to complete the record"):
        execution = completed(state.execution, point, state.system)
    run.document["execution"] = execution
    run.document.pop("failure", None)
    kept = (run.directory / name for name in (PARTIAL_LOG, LOG))
    run.document[heat.KEY] = examine(next(filter(Path.exists, kept)), point)
    for partial, product in ((PARTIAL_LOG, LOG), (PARTIAL_TRAJECTORY, TRAJECTORY)):
        # A run that was killed just here has named the first one already.
        if product == TRAJECTORY or (run.directory / partial).exists():
            trajectory.publish(run.directory / partial, run.directory / product)


def _failed(
    run: Run, stage: Stage, step: int, why: str, frames: Recorder | None
) -> SimulationFailed:
    """Return the failure, noted in the job's document."""
    last_frame = len(frames) - 1 if frames is not None else -1
    good = f"the last good frame is {last_frame}" if last_frame >= 0 else "no frame was kept"
    message = (
        f"the simulation failed at step {step} of {stage.name}: {why}; {good}; "
        "a smaller protocol.time_step_ps may help"
    )
    run.document["failure"] = {
        "message": message,
        "stage": stage.name,
        "step": step,
        "last_good_frame": last_frame,
    }
    # A checkpoint may be from shortly before the end: going on from there would fail again.
    (run.directory / RESTART).unlink(missing_ok=True)
    return SimulationFailed(message, step, last_frame)


def _seed(point: StatePoint, stage: int) -> int:
    """Seed of the bath's noise: of the state point, another one for each stage."""
    return (point.seed() + 7919 * stage) % 2**31
