"""The steps of a run: from one restart of the engine to the next, with frames and checkpoints."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from janus_md.common.errors import SimulationFailed, ToBeContinued
from janus_md.engines import load
from janus_md.engines.base import Simulation
from janus_md.model.dynamics import Stage
from janus_md.model.setup import Setup
from janus_md.simulation import context
from janus_md.simulation.context import RunContext
from janus_md.simulation.execution import measured_rate, steps_of_call
from janus_md.simulation.files.checkpoint import Checkpoint
from janus_md.simulation.files.recorder import Recorder
from janus_md.simulation.pieces import FixedSteps
from janus_md.simulation.start.overlaps import Overlaps
from janus_md.simulation.thermodynamics import OVERLAP, complaint
from janus_md.workspace.products import RESTART

CHECKPOINT_SECONDS = float(os.environ.get("JANUS_MD_CHECKPOINT_SECONDS", "60"))
"""Wall time between checkpoints."""

GIVE_BACK_SECONDS = float(os.environ.get("JANUS_MD_GIVE_BACK_SECONDS", "60"))
"""Longest wall time that is discarded at a stop, so that the run continues from a fixed step. If
more would be lost, the current state is saved."""


def fixed_steps(execution: Mapping[str, Any], setup: Setup, stage: str) -> FixedSteps:
    """Return the steps of a stage at which the engine restarts.

    In every stage, they are a fixed number of steps apart; in the production, pieces end at further
    ones.
    """
    every = int(execution["restart_frames"]) * setup.stages[-1].frame_steps
    if not setup.schedule or stage != setup.stages[-1].name:
        return FixedSteps(every)
    return FixedSteps(every, tuple(one.end for one in setup.schedule), setup.last_change)


def is_over(state: Checkpoint, stage: Stage) -> bool:
    """Whether `stage` is complete, or was ended by `settled`."""
    return state.done == stage.steps or state.execution.get("settled_at_step") == state.done


def to_next_restart(
    run: RunContext,
    begin: Checkpoint,
    stage: Stage,
    simulation: Simulation,
    frames: Recorder | None,
    fixed_at: FixedSteps,
) -> Checkpoint:
    """Integrate to the next fixed step or the end of the stage; write frames, check the state.

    The state at a fixed step is saved as a checkpoint. If the last one is older than
    :data:`CHECKPOINT_SECONDS`, the state is saved in between too; a run that continues from there
    is not equal to the bit.

    Parameters
    ----------
    run : RunContext
        Folder, document and callbacks.
    begin : Checkpoint
        The first state of `simulation`.
    stage : Stage
        The stage.
    simulation : Simulation
        The engine.
    frames : Recorder or None
        Trajectory and log, if the stage writes them.
    fixed_at : FixedSteps
        :func:`fixed_steps`.

    Returns
    -------
    Checkpoint
        The state at the fixed step, or at the end of the stage.

    Raises
    ------
    SimulationFailed
        If the numbers stop being physical.
    ToBeContinued
        If the run is to stop, or the wall time is nearly over.
    """
    execution = dict(begin.execution)
    overlaps = Overlaps(begin.system.bodies, begin.system.interactions.pairs, OVERLAP)
    done, before = begin.done, simulation.potential_energy()
    if frames is not None and len(frames) == 0:
        frames.keep(0, simulation.system(), before, simulation.kicks())

    def reached() -> Checkpoint:
        if frames is not None:
            frames.sync()
        digests = frames.digests if frames is not None else (0, 0)
        return replace(
            begin, done=done, system=simulation.system(), execution=execution, digests=digests
        )

    clock = run.pace.clock
    begun = saved = told = clock()
    rate = 0.01 * measured_rate(execution)  # the first piece is short: it may be slower by now
    frame_every = stage.frame_steps or max(1, stage.steps // 10)
    # If the engine restarts with each call, the calls must not depend on the clock.
    by_clock = not load(execution["engine"]).calls_matter
    while True:
        goal = min(stage.steps, (done // frame_every + 1) * frame_every, fixed_at.after(done))
        length = steps_of_call(rate, context.POLL_SECONDS) if by_clock else execution["call_steps"]
        piece = min(goal - done, length)
        start = clock()
        try:
            simulation.advance(piece)
        except ArithmeticError as error:
            raise failed(run, stage, done, str(error), frames) from error
        now = clock()
        done += piece
        rate = max(1.0, piece / max(now - start, 1e-6))
        execution["steps"] += piece
        execution["seconds"] += now - start
        if done % frame_every == 0 or done == stage.steps:
            system, potential = simulation.system(), simulation.potential_energy()
            if trouble := complaint(system, potential, before, stage.bath.kT, overlaps):
                raise failed(run, stage, done, trouble, frames)
            before = potential
            if frames is not None:
                frames.keep(done, system, potential, simulation.kicks())
                if done >= fixed_at.unchanged_from and run.settled():
                    execution["settled_at_step"] = done
        ended = done == stage.steps or "settled_at_step" in execution
        if run.progress is not None and (ended or now - told > context.POLL_SECONDS):
            run.progress(stage.name, done, stage.steps, rate)
            told = now
        fixed = done in fixed_at
        late = not ended and run.pace.too_late(seconds=context.seconds_to_next_poll(rate))
        stop = late or run.should_stop()
        if ended or fixed:
            state = reached()
            # The end of a stage is not saved: the run saves the beginning of the next, and a longer
            # production continues from the last fixed step.
            if fixed or "settled_at_step" in execution:
                run.save(state)
            if stop and not ended:
                raise _stopped(run, stage, done, state, late)
            return state
        if stop:
            no_further = late and (begin.stage, begin.done) == run.begun
            if now - begun < GIVE_BACK_SECONDS and not no_further:
                raise _stopped(run, stage, done, begin, late)
            state = reached()
            run.save(state)
            raise _stopped(run, stage, done, state, late)
        if now - saved > CHECKPOINT_SECONDS:
            run.save(reached())
            saved = clock()


def _stopped(
    run: RunContext, stage: Stage, done: int, state: Checkpoint, late: bool
) -> ToBeContinued:
    """Return the message of a stop: where, and from which step a later run continues."""
    run.document["execution"] = state.execution
    why = f" with {run.pace.told()}" if late else ""
    where = "" if state.done == done else f" from step {state.done}"
    return ToBeContinued(
        f"stopped at step {done} of {stage.steps} ({stage.name}){why}; run again to go on{where}"
    )


def failed(
    run: RunContext,
    stage: Stage,
    step: int,
    why: str,
    frames: Recorder | None,
    advice: str = "a smaller protocol.time_step_ps may help",
) -> SimulationFailed:
    """Return the failure, and write it into the job document."""
    last_frame = len(frames) - 1 if frames is not None else -1
    good = f"the last good frame is {last_frame}" if last_frame >= 0 else "no frame was kept"
    message = f"the simulation failed at step {step} of {stage.name}: {why}; {good}; {advice}"
    run.document["failure"] = {
        "message": message,
        "stage": stage.name,
        "step": step,
        "last_good_frame": last_frame,
    }
    # The checkpoint may be from shortly before the failure: a run from there would fail again.
    (run.directory / RESTART).unlink(missing_ok=True)
    return SimulationFailed(message, step, last_frame)
