"""One job from its state point to a complete trajectory; a run that was cut off is continued."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError, ToBeContinued
from janus_md.common.files import publish
from janus_md.common.interrupts import interruptible
from janus_md.engines import load, require
from janus_md.engines.base import Simulation
from janus_md.model.dynamics import Stage
from janus_md.model.setup import Setup
from janus_md.simulation.accuracy import check_due, rechecked
from janus_md.simulation.choice import choose_once
from janus_md.simulation.context import Progress, RunContext
from janus_md.simulation.execution import (
    completed,
    device_of,
    engine_of,
    mesh_of,
    placed,
)
from janus_md.simulation.files import trajectory
from janus_md.simulation.files.checkpoint import Checkpoint
from janus_md.simulation.files.checkpoint import load as load_checkpoint
from janus_md.simulation.files.recorder import PARTIAL_LOG, PARTIAL_TRAJECTORY, Observer, Recorder
from janus_md.simulation.files.resume import Versions, adopt, check_allowed
from janus_md.simulation.pieces import entered, pressed, restored
from janus_md.simulation.run_options import RunOptions
from janus_md.simulation.start.first_state import build
from janus_md.simulation.stepping import failed, fixed_steps, is_over, to_next_restart
from janus_md.simulation.temperature_check import examine
from janus_md.simulation.walltime import Pace
from janus_md.study.resolve import as_setup
from janus_md.study.statepoint import StatePoint
from janus_md.workspace import doubts
from janus_md.workspace.products import INITIAL, LOG, RESTART, TRAJECTORY


def simulate(
    point: StatePoint | Setup,
    directory: Path,
    document: MutableMapping[str, Any],
    options: RunOptions | None = None,
    *,
    observers: Sequence[Observer] = (),
    progress: Progress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    settled: Callable[[], bool] = lambda: False,
    **keywords: Any,
) -> None:
    """Run a state point or setup in `directory` to its end, unless the trajectory is there.

    It writes ``init.gsd``, ``trajectory.gsd`` and ``log.gsd``, each under this name when it is
    complete, and ``restart.npz``, the last checkpoint.

    Parameters
    ----------
    point : StatePoint or Setup
        What is simulated.
    directory : Path
        Folder of the files; it must exist.
    document : MutableMapping
        Gets ``execution`` and, if the simulation fails, ``failure``: a dict, or a job document.
    options : RunOptions, optional
        How it is executed.
    observers : sequence of callables
        ``observer(step, time_ps, system)`` is called on every frame of the production.
    progress : callable, optional
        ``progress(stage, step, total_steps, steps_per_second)`` is called about twice a second.
    should_stop : callable
        Is called about twice a second, or every few seconds where steps take a long time; True
        ends the run in a checkpoint.
    settled : callable
        Is called on every frame of the production; True ends the production there.
    **keywords
        Fields of :class:`RunOptions`, such as ``engine="lammps"`` or ``threads=4``.

    Raises
    ------
    JanusError
        If the engine or device asked for is not installed, or the checkpoint cannot be used.
    SimulationFailed
        If the numbers stop being physical; the trajectory up to there stays as
        ``trajectory.partial.gsd``.
    ToBeContinued
        If `should_stop` returned True, or the end of the wall time was near.
    """
    options = replace(options or RunOptions(), **keywords)
    check_allowed(options.allow)
    if (directory / TRAJECTORY).exists():
        return
    pace = Pace(options.limit)
    run = RunContext(directory, document, progress, observers, should_stop, settled, pace)
    setup = as_setup(point)
    plan = setup.stages
    with interruptible("stopped before the simulation began; run again to begin anew"):
        state = _begin(run, setup, options)
    document["execution"] = state.execution
    names = [stage.name for stage in plan]
    reached = names.index(state.stage)
    for number, stage in enumerate(plan[reached:], reached):
        state = _run_stage(run, setup, state, stage, number)
        if number + 1 < len(plan):
            state = replace(state, stage=plan[number + 1].name, done=0, digests=(0, 0))
            run.save(state)
    run.check_time(state)
    _finish(run, setup, state)
    _keep_fixed_step(run, setup)


def _begin(run: RunContext, setup: Setup, options: RunOptions) -> Checkpoint:
    """Return the first state of the run: its checkpoint, or a new first frame with a mesh."""
    first = build(setup)
    restart = run.directory / RESTART
    if restart.exists():
        state = load_checkpoint(restart, first)
        before = state.execution
        if options.engine not in ("auto", before["engine"]):
            raise JanusError(
                f"engine: {options.engine!r} was asked for, but {restart} was written by "
                f"{before['engine']!r}; go on with that, or remove the file to start again"
            )
        require(before["engine"], before["device"])
        engine = load(before["engine"])
        here = Versions(engine.version(), engine.component_version())
        state = restored(setup, adopt(restart, state, setup.to_dict(), here, options.allow))
        execution = placed(state.execution, state.system, options)
        if state.done not in fixed_steps(execution, setup, state.stage):
            execution["bit_equal"] = False
        run.begun = (state.stage, state.done)
        return replace(state, execution=execution)
    candidates = require(options.engine, options.device)
    if not (run.directory / INITIAL).exists():
        frame = trajectory.frame_of(first, 0, setup, 0.0)
        trajectory.write_whole(run.directory / INITIAL, frame)
    execution = choose_once(setup, first, candidates, options, run.check_stop)
    state = Checkpoint(setup.stages[0].name, 0, first, execution, made_for=setup.to_dict())
    run.save(state)  # so that the mesh need not be chosen again
    return state


def _run_stage(
    run: RunContext, setup: Setup, state: Checkpoint, stage: Stage, number: int
) -> Checkpoint:
    """Run `stage` from `state` to its end, from one restart of the engine to the next.

    The engine restarts at fixed steps (:func:`janus_md.simulation.stepping.fixed_steps`), also if
    the run was not stopped there. A run that was stopped is then equal to one that was not, to the
    bit if the engine is deterministic.
    """
    if is_over(state, stage):
        return state
    frames = None
    if stage.frame_steps:
        with _until_steps(run, state, stage):
            frames = Recorder(run.directory, setup, state, stage, run.observers)
    fixed_at = fixed_steps(state.execution, setup, stage.name)
    try:
        if frames is not None and setup.schedule and state.done == 0:
            _keep_first_frame(run, state, stage, frames, _seed(setup, number))
        while not is_over(state, stage):
            run.check_time(state)
            if state.done in fixed_at:
                run.fixed = state
            if check_due(state.execution, state.done, fixed_at.every):
                state = _rechecked(run, state, stage)
            if frames is not None and setup.schedule:
                if trouble := pressed(setup, state):
                    advice = "a slower change of protocol.stages, or a smaller one, may help"
                    raise failed(run, stage, state.done, trouble, frames, advice)
                state = _entered(run, setup, state, stage)
                stage = setup.at(state.done + 1).stages[-1]
            with run.pace.timing("start"), _until_steps(run, state, stage):
                # Every stage has steps of its own: HOOMD's noise is a function of seed and step, of
                # which it takes 40 bits.
                first_step = (number << 36) + state.done
                simulation = _started(state, stage, _seed(setup, number), first_step)
            try:
                state = to_next_restart(run, state, stage, simulation, frames, fixed_at)
            finally:
                simulation.close()
    except BaseException:
        if frames is not None:
            with suppress(OSError, RuntimeError):  # gsd on a full disk
                frames.close()
        raise
    if frames is not None:
        frames.close()
    return state


def _started(state: Checkpoint, stage: Stage, seed: int, first_step: int = 0) -> Simulation:
    """Return a simulation from a state, with engine, mesh and device of its execution."""
    return engine_of(state.execution).start(
        state.system,
        stage.bath,
        stage.time_step,
        mesh_of(state.execution),
        seed=seed,
        device=device_of(state.execution),
        first_step=first_step,
    )


@contextmanager
def _until_steps(run: RunContext, state: Checkpoint, stage: Stage) -> Iterator[None]:
    """Let a signal end the preparation of the next steps."""
    where = f"at step {state.done} of {stage.steps} ({stage.name})"
    try:
        with interruptible(f"stopped {where}; run again to go on"):
            yield
    except ToBeContinued:
        run.document["execution"] = state.execution
        raise


def _rechecked(run: RunContext, state: Checkpoint, stage: Stage) -> Checkpoint:
    """Return a state with a range that is accurate enough in it, and write it into the document."""
    where = f"step {state.done} of {stage.name}"
    with run.pace.timing("start"), _until_steps(run, state, stage):
        execution = rechecked(state.execution, stage.bath.kT, state.system, where)
    run.document["execution"] = execution
    return replace(state, execution=execution)


def _entered(run: RunContext, setup: Setup, state: Checkpoint, stage: Stage) -> Checkpoint:
    """Return the state with which the next piece begins; save it if it has a new mesh."""
    with run.pace.timing("start"), _until_steps(run, state, stage):
        state, chosen = entered(setup, state, run.check_stop)
    run.document["execution"] = state.execution
    if chosen:
        run.save(state)
    return state


def _keep_first_frame(
    run: RunContext, state: Checkpoint, stage: Stage, frames: Recorder, seed: int
) -> None:
    """Write the frame before the first piece."""
    with run.pace.timing("start"), _until_steps(run, state, stage):
        simulation = _started(state, stage, seed)
        try:
            frames.keep(0, simulation.system(), simulation.potential_energy(), simulation.kicks())
        finally:
            simulation.close()


def _finish(run: RunContext, setup: Setup, state: Checkpoint) -> None:
    """Measure the error in the last state, complete the record, rename the files."""
    with interruptible("stopped after the last step; run again to complete the record"):
        execution = completed(state.execution, setup.at(state.done).bath.kT, state.system)
    run.document["execution"] = execution
    run.document[doubts.MADE_FOR] = dict(setup.statepoint)
    run.document.pop("failure", None)
    kept = (run.directory / name for name in (PARTIAL_LOG, LOG))
    run.document[doubts.HEAT] = examine(next(filter(Path.exists, kept)), setup)
    for partial, product in ((PARTIAL_LOG, LOG), (PARTIAL_TRAJECTORY, TRAJECTORY)):
        # If a run was killed here, the log has its name already.
        if product == TRAJECTORY or (run.directory / partial).exists():
            publish(run.directory / partial, run.directory / product)


def _keep_fixed_step(run: RunContext, setup: Setup) -> None:
    """Write the last fixed step as the checkpoint, if a later step was saved.

    A longer run continues from this checkpoint. From another step it would not be equal to one
    long run.
    """
    saved = run.saved
    if saved is None or run.fixed is None:
        return
    if saved.done in fixed_steps(saved.execution, setup, saved.stage):
        return
    run.save(run.fixed)


def _seed(setup: Setup, stage: int) -> int:
    """Return the seed of the noise of the bath, another one for each stage."""
    return (setup.seed + 7919 * stage) % 2**31
