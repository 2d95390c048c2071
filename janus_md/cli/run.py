"""The command `run`: run the jobs of a workspace on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli.options import LISTED, Directory, UntilStationary
from janus_md.common.errors import JanusError
from janus_md.running.workstation.throughput import BODIES_PER_THREAD

if TYPE_CHECKING:
    from janus_md.running.workstation.processes import Job
    from janus_md.running.workstation.runner import Machine, Outcome
    from janus_md.workspace.records import Record

ALL = "all"
"""All operations."""


def run(
    directory: Directory = Path(),
    engine: Annotated[str, typer.Option(help="auto, hoomd or lammps.")] = "auto",
    device: Annotated[
        str, typer.Option(help="auto (the faster one in short trials), cpu or gpu.")
    ] = "auto",
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            help="Largest number of jobs at a time; by default one per core, and on each GPU as "
            "many as raise its speed.",
            show_default=False,
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            help="CPU threads of each simulation (LAMMPS); by default the cores divided by the "
            f"jobs, with at least {BODIES_PER_THREAD} bodies a thread.",
            show_default=False,
        ),
    ] = None,
    job: Annotated[
        list[str] | None,
        typer.Option(
            "--job", help="Only this job: its id, or the beginning of its id.", show_default=False
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
            help="Continue from checkpoints although this has changed: version (of the engine), "
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
    """Simulate and analyse all jobs that are not done, on all cores.

    Jobs that wait or run at a scheduler are left out, unless they are named (--job, --jobs-file).

    Damaged jobs are reported and left out. The exit code is 0 if everything is done, 1 if a job
    failed or is damaged, 75 if something is left for a later run (after Ctrl-C all jobs write
    checkpoints and stop), and 130 after a second Ctrl-C.
    """
    from janus_md.running.workstation import fork_server

    fork_server.begin("janus_md.cli.preloaded")  # it imports while jobs are read
    from janus_md.cli import troubles
    from janus_md.cli.job_selection import at_scheduler, chosen_jobs
    from janus_md.common.messages import count, unknown
    from janus_md.running.time_limit import limit
    from janus_md.running.workstation import runner
    from janus_md.simulation.files.resume import check_allowed
    from janus_md.simulation.run_options import RunOptions
    from janus_md.workspace import failures, query
    from janus_md.workspace.products import OPERATIONS

    check_allowed(allow or ())
    end = limit(walltime)
    for option, number in (("--jobs", jobs), ("--threads", threads)):
        if number is not None and number < 1:
            raise JanusError(f"{option}: {number} is not allowed; it must be at least 1")
    if operation not in (ALL, *OPERATIONS):
        raise JanusError(unknown("--operation", operation, (ALL, *OPERATIONS)))
    project = query.open_project(directory)
    chosen, lost = chosen_jobs(project, job or (), jobs_file)
    damaged = troubles.of(chosen) | lost
    troubles.tell(damaged, project)
    troubles.tell_changed(chosen)
    queued = (
        set()
        if job or jobs_file
        else at_scheduler(project, chosen, "jobs that are queued there may be run here too")
    )
    here = [one for one in chosen if one.id not in queued]
    tried = [one for one in here if failures.times(one.document) < failures.MAX_FAILURES]
    skipped = len(here) - len(tried) if skip_failed else 0
    keys = query.varying_keys([one.statepoint for one in chosen])
    if job or jobs_file:
        keys = query.study_keys(project)
    pending, waiting = pending_jobs(tried if skip_failed else here, operation, keys)
    machine = replace(
        _machine(engine, device, jobs, bool(pending)),
        options=RunOptions(
            engine, device, until_stationary=until_stationary, allow=tuple(allow or ()), limit=end
        ),
        threads=threads,
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
        # The folder or the document may be damaged.
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


def pending_jobs(
    jobs: Sequence[Record], operation: str, keys: Sequence[str]
) -> tuple[list[Job], int]:
    """Return the jobs with `operation` left, and how many others must be simulated before.

    The jobs must have been read with ``thorough=True``, which checks their state points. `keys` are
    those of the labels: all that vary in the workspace, also if only one job of it runs.
    """
    from janus_md.running.workstation.processes import Job
    from janus_md.study.statepoint import StatePoint
    from janus_md.workspace import query

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
        begun = job.document.get("execution", {})
        threads, device = begun.get("threads", 0), begun.get("device", "")
        pending.append(
            Job(job.id, Path(job.directory), name, tuple(todo), point.n_bodies, threads, device)
        )
    return pending, waiting


def _machine(engine: str, device: str, jobs: int | None, needed: bool) -> Machine:
    """Check the engine and device asked for against those that are installed."""
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
    if needed or (engine, device) != ("auto", "auto"):
        found = require(engine, device)
        gpus = found.gpus if found.candidates[0][1] == "gpu" else 0
    return Machine(cores=cores, gpus=gpus, slots=jobs)


def _tell(outcome: Outcome, console: Any) -> None:
    """Print a summary of a run."""
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
