"""The command `run`: what is left of the jobs of a workspace, on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli.options import LISTED, Directory, UntilStationary
from janus_md.common.errors import JanusError

if TYPE_CHECKING:
    from signac import Project

    from janus_md.running.workstation.processes import Job
    from janus_md.running.workstation.runner import Machine, Outcome
    from janus_md.workspace.records import Record

ALL = "all"
"""Stands for every operation."""

QUEUED = ("queued", "running", "suspended", "held")
"""What a scheduler says of jobs that it has not done with."""


def run(
    directory: Directory = Path(),
    engine: Annotated[str, typer.Option(help="auto, hoomd or lammps.")] = "auto",
    device: Annotated[str, typer.Option(help="auto, cpu or gpu.")] = "auto",
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            help="Jobs at a time at most; without it, as many as help.",
            show_default=False,
        ),
    ] = None,
    job: Annotated[
        list[str] | None,
        typer.Option(
            "--job", help="Only this job: its id, or the beginning of it.", show_default=False
        ),
    ] = None,
    jobs_file: Annotated[
        Path | None,
        typer.Option(
            "--jobs-file",
            help="Only the jobs of this file: an id on each line.",
            show_default=False,
        ),
    ] = None,
    operation: Annotated[str, typer.Option(help="simulate, analyze or all.")] = ALL,
    skip_failed: Annotated[
        bool, typer.Option("--skip-failed", help="Leave out jobs that have failed twice.")
    ] = False,
    until_stationary: UntilStationary = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            help="Go on from checkpoints although this has changed: version (of the engine), "
            "state (state point, catalogue, model).",
            show_default=False,
        ),
    ] = None,
    walltime: Annotated[
        str,
        typer.Option(
            help="Stop in checkpoints after HH:MM:SS, or before a batch system's limit.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Simulate and analyse what is left to do, on all cores.

    What waits or runs at a scheduler is left to it, unless it is named (--job, --jobs-file).

    A job that is damaged is named and left out. Ends with exit code 0 where everything is done, 1
    where a job failed or is damaged, 75 where something is left
    for a later run (Ctrl-C once: all write their checkpoints), 130 after Ctrl-C twice.
    """
    from janus_md.cli import troubles
    from janus_md.cli.chosen import chosen_jobs
    from janus_md.common.interrupts import signals_raise
    from janus_md.common.messages import count, unknown
    from janus_md.running.time_limit import limit
    from janus_md.running.workstation import fork_server, runner
    from janus_md.simulation.files.resume import check_allowed
    from janus_md.workspace import failures, query
    from janus_md.workspace.products import OPERATIONS

    check_allowed(allow or ())
    end = limit(walltime)
    if jobs is not None and jobs < 1:
        raise JanusError(f"--jobs: {jobs} is not allowed; it must be at least 1")
    if operation not in (ALL, *OPERATIONS):
        raise JanusError(unknown("--operation", operation, (ALL, *OPERATIONS)))
    project = query.open_project(directory)
    chosen, lost = chosen_jobs(project, job or (), jobs_file)
    damaged = troubles.of(chosen) | lost
    troubles.tell(damaged, project)
    troubles.tell_changed(chosen)
    queued = set() if job or jobs_file else _at_scheduler(project, chosen)
    here = [one for one in chosen if one.id not in queued]
    tried = [one for one in here if failures.times(one.document) < failures.MOST_FAILURES]
    skipped = len(here) - len(tried) if skip_failed else 0
    pending, waiting = pending_jobs(tried if skip_failed else here, operation)
    if pending:
        fork_server.begin("janus_md.cli.preloaded")  # it imports while engines are looked for
    machine, candidates = _machine(engine, device, jobs, bool(pending))
    machine = replace(
        machine,
        until_stationary=until_stationary,
        allow=tuple(allow or ()),
        limit=end,
    )
    from janus_md.running.workstation import display as shown

    console = shown.console(soft_wrap=True)
    for what, number in (
        ("not simulated yet", waiting),
        ("failed twice and left out", skipped),
        ("left to the scheduler", len(queued)),
        ("damaged and left out", len(damaged)),
    ):
        if number:
            console.print(f"{what}: {count(number, 'job')}", highlight=False)
    if not pending:
        if skipped or damaged:
            raise typer.Exit(1)
        if queued:
            raise typer.Exit(75)
        if not waiting:
            console.print(f"{count(len(chosen), 'job')}, all done", highlight=False)
        return

    def crashed(job: Job, operation: str, message: str) -> None:
        # The folder may be what is wrong, or the document.
        with contextlib.suppress(OSError, LookupError, TypeError, ValueError):
            document = query.job_of(project, job.id).document
            document.pop("failure", None)
            failures.note(document, operation, message)

    gpus = f"{count(machine.gpus, 'GPU')} and " if machine.gpus else ""
    where = f"{gpus}{count(machine.cores, 'core')}"
    most = f", {machine.slots} at a time at most" if machine.slots else ""
    console.print(
        f"{len(pending)} of {count(len(chosen), 'job')} to do on {where}{most}", highlight=False
    )
    if not machine.gpus:
        try:
            with signals_raise():
                pending = _with_speeds(pending, chosen, machine, candidates, console)
        except KeyboardInterrupt as error:
            console.print("stopped before any job began; run again to go on")
            raise typer.Exit(75) from error
    kind = shown.LiveTable if console.is_terminal else shown.Lines
    display = kind(shown.console(), pending)
    try:
        with display:
            outcome = runner.run_jobs(pending, machine, display, crashed)
    except KeyboardInterrupt as error:
        console.print("stopped at once; run again to go on from the last checkpoints")
        raise typer.Exit(130) from error
    _tell(outcome, console)
    if outcome.failed or skipped or damaged:
        raise typer.Exit(1)
    if outcome.held or outcome.left or queued:
        raise typer.Exit(75)


def _at_scheduler(project: Project, jobs: Sequence[Record]) -> set[str]:
    """Ids of the jobs that wait or run at a scheduler; none where it does not answer."""
    from janus_md.running import cluster as scheduler
    from janus_md.running import status as standing

    try:
        told = scheduler.states(project, {one.id: one.document for one in jobs if one.left})
    except JanusError as error:
        typer.echo(f"{error}; jobs that are queued there may be run here too", err=True)
        return set()
    return {one for one, word in told.items() if standing.parts(word)[0] in QUEUED}


def pending_jobs(jobs: Sequence[Record], operation: str = ALL) -> tuple[list[Job], int]:
    """Those of `jobs` that have `operation` left to do, and how many must be simulated before.

    The jobs were read thoroughly, so that their state points are known to be sound.
    """
    from janus_md.running.workstation.processes import Job
    from janus_md.study.statepoint import StatePoint
    from janus_md.workspace import query

    keys = query.varying_keys([job.statepoint for job in jobs])
    pending, waiting = [], 0
    for job in jobs:
        todo = [one for one in job.left if operation in (ALL, one)]
        if not todo:
            continue
        if todo[0] != job.left[0]:
            waiting += 1
            continue
        point = StatePoint.of(job.statepoint)
        name = query.label(job.statepoint, keys)
        pending.append(Job(job.id, Path(job.directory), name, tuple(todo), point.n_bodies))
    return pending, waiting


def _machine(
    engine: str, device: str, jobs: int | None, needed: bool
) -> tuple[Machine, list[tuple[str, str]]]:
    """Check what was asked for against what is here; the engines and devices that serve, too."""
    from janus_md.common.messages import unknown
    from janus_md.engines import DEVICES, ENGINES
    from janus_md.engines.probing import require
    from janus_md.running.workstation.runner import Machine, cores_here

    for what, value, allowed in (
        ("engine", engine, ("auto", *ENGINES)),
        ("device", device, DEVICES),
    ):
        if value not in allowed:
            raise JanusError(unknown(what, value, allowed))
    cores, gpus = cores_here(), 0
    candidates: list[tuple[str, str]] = []
    if needed or (engine, device) != ("auto", "auto"):
        found = require(engine, device)
        candidates = found.candidates
        gpus = found.gpus if candidates[0][1] == "gpu" else 0
    return Machine(engine, device, cores, gpus, jobs), candidates


def _with_speeds(
    pending: list[Job],
    chosen: list[Record],
    machine: Machine,
    candidates: list[tuple[str, str]],
    console: Any,
) -> list[Job]:
    """Return the jobs with their speeds by threads, where those are known or worth a trial."""
    from janus_md.running.workstation.thread_trial import LEAST_SECONDS, speeds_of

    if machine.limit.left() < LEAST_SECONDS:
        return pending
    statepoints = {record.id: dict(record.statepoint) for record in chosen}
    speeds = speeds_of(
        {one.id: statepoints[one.id] for one in pending if "simulate" in one.operations},
        machine.cores,
        machine.slots or machine.cores,
        candidates,
        lambda text: console.print(text, highlight=False, markup=False),
    )
    return [replace(one, speeds=speeds[one.id]) if one.id in speeds else one for one in pending]


def _tell(outcome: Outcome, console: Any) -> None:
    """Summarise a run."""
    from janus_md.running.workstation.display import warned

    parts = {
        "done": len(outcome.done),
        "of them with a warning, left out of averages": len(doubtful := warned(outcome.done)),
        "failed": len(outcome.failed),
        "held by another run": len(outcome.held),
        "left for a later run": len(outcome.left),
    }
    said = ", ".join(f"{number} {what}" for what, number in parts.items() if number)
    console.print(said or "nothing was done", highlight=False)
    for job, message in [*outcome.failed, *outcome.held, *doubtful][:LISTED]:
        console.print(f"  {job.id[:8]} {job.label}: {message}", highlight=False, markup=False)
