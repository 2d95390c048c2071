"""Commands on a workspace: init, run, query, report."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.errors import JanusError

if TYPE_CHECKING:
    import pandas as pd
    from signac import Project

    from janus_md.runner import Job, Machine, Outcome

Directory = Annotated[
    Path, typer.Option("--directory", "-d", help="The workspace's folder.", show_default=False)
]

LISTED = 20
"""State points that a dry run prints at most, and jobs that a summary names."""


def init(
    template: Annotated[
        str, typer.Argument(help="A YAML file, or the name of a template of the package.")
    ],
    directory: Directory = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many state points and which; make nothing.")
    ] = False,
) -> None:
    """Make a workspace from a TEMPLATE, or add its state points to one."""
    from rich.console import Console

    from janus_md.packing import check_packing
    from janus_md.query import labels
    from janus_md.sweeps import load_template

    sweep = load_template(template)
    check_packing(sweep.points)
    statepoints = [point.model_dump(mode="json") for point in sweep.points]
    console = Console(highlight=False, soft_wrap=True)
    if dry_run:
        console.print(f"{sweep.name}: {len(statepoints)} state points", markup=False)
        names = labels(statepoints)
        for name in names if len(names) <= LISTED else [*names[:LISTED], "..."]:
            console.print(f"  {name}", markup=False)
        return
    new = create_jobs(directory, statepoints)
    known = f" ({len(statepoints) - new} were there already)" if new < len(statepoints) else ""
    console.print(
        f"{directory.resolve()}: {new} new jobs from {sweep.name}{known}; "
        f"go on with: janus-md run --directory {directory}",
        markup=False,
    )


def create_jobs(directory: Path, statepoints: list[dict[str, Any]]) -> int:
    """Make the workspace and its jobs; return how many are new."""
    import shutil

    import signac

    if directory.exists() and not directory.is_dir():
        raise JanusError(f"directory: {str(directory)!r} is a file; it must be a folder, or new")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        project = signac.init_project(path=directory.resolve())
        before = len(project)
        for statepoint in statepoints:
            project.open_job(statepoint).init()
        script = directory / "project.py"
        if not script.exists():
            shutil.copyfile(Path(__file__).parents[1] / "project.py", script)
    except OSError as error:
        raise JanusError(f"directory: {str(directory)!r} cannot be written: {error}") from error
    return len(project) - before


def run(
    directory: Directory = Path(),
    engine: Annotated[str, typer.Option(help="auto, hoomd or lammps.")] = "auto",
    device: Annotated[str, typer.Option(help="auto, cpu or gpu.")] = "auto",
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", help="Jobs at a time; as many as cores (or GPUs).", show_default=False
        ),
    ] = None,
    until_stationary: Annotated[
        bool,
        typer.Option(
            "--until-stationary", help="End a simulation early when its wires no longer grow."
        ),
    ] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            help="Go on from checkpoints although this has changed: version (of the engine), "
            "state (state point, catalogue, model).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Simulate and analyse what is left to do, on all cores.

    Ends with exit code 0 where everything is done, 1 where a job failed, 75 where something is left
    for a later run.
    """
    from rich.console import Console

    from janus_md import query, runner
    from janus_md.resuming import check_allowed

    check_allowed(allow or ())
    if jobs is not None and jobs < 1:
        raise JanusError(f"--jobs: {jobs} is not allowed; it must be at least 1")
    project = query.open_project(directory)
    pending = pending_jobs(project)
    machine = replace(
        _machine(engine, device, jobs, bool(pending)),
        until_stationary=until_stationary,
        allow=tuple(allow or ()),
    )
    console = Console(soft_wrap=True)
    if not pending:
        console.print(f"{len(project)} jobs, all done", highlight=False)
        return
    from janus_md.run_display import Bars, Lines

    def crashed(job: Job, operation: str, message: str) -> None:
        with contextlib.suppress(OSError):  # the folder may be what is wrong
            project.open_job(id=job.id).document["failure"] = {
                "message": message,
                "operation": operation,
            }

    console.print(
        f"{len(pending)} of {len(project)} jobs to do, {min(machine.slots, len(pending))} at a "
        f"time on {machine.gpus or machine.cores} {'GPU' if machine.gpus else 'core'}s",
        highlight=False,
    )
    display = (Bars if console.is_terminal else Lines)(Console(), pending)
    with display:
        outcome = runner.run_jobs(pending, machine, display, crashed)
    _tell(outcome, console)
    if outcome.failed:
        raise typer.Exit(1)
    if outcome.held or outcome.left:
        raise typer.Exit(75)


def pending_jobs(project: Project) -> list[Job]:
    """Jobs that have something left to do, in the order of their state points."""
    from janus_md import operations, query, runner
    from janus_md.statepoint import StatePoint

    jobs = query.sorted_jobs(project)
    names = query.labels([job.statepoint() for job in jobs])
    pending = []
    for job, name in zip(jobs, names, strict=True):
        left = operations.left_to_do(Path(job.path), job.document())
        if not left:
            continue
        try:
            point = StatePoint.of(job.statepoint())
        except JanusError as error:
            raise JanusError(f"job {job.id}: not a state point of janus-md: {error}") from error
        pending.append(runner.Job(str(job.id), Path(job.path), name, tuple(left), point.n_bodies))
    return pending


def _machine(engine: str, device: str, jobs: int | None, needed: bool) -> Machine:
    """Check what was asked for against what is here."""
    from janus_md.engines import DEVICES, ENGINES
    from janus_md.messages import unknown
    from janus_md.probing import require
    from janus_md.runner import Machine, cores_here

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
    return Machine(engine, device, jobs or gpus or cores, cores, gpus)


def _tell(outcome: Outcome, console: Any) -> None:
    """Summarise a run."""
    parts = {
        "done": len(outcome.done),
        "failed": len(outcome.failed),
        "held by another run": len(outcome.held),
        "left for a later run": len(outcome.left),
    }
    said = ", ".join(f"{number} {what}" for what, number in parts.items() if number)
    console.print(said or "nothing was done", highlight=False)
    for job, message in [*outcome.failed, *outcome.held][:LISTED]:
        console.print(f"  {job.id[:8]} {job.label}: {message}", highlight=False, markup=False)


def query(
    filters: Annotated[
        list[str] | None,
        typer.Argument(help="Such as particle=R-Au-Cu or 'relative_permittivity<2'."),
    ] = None,
    directory: Directory = Path(),
    columns: Annotated[
        str, typer.Option("--columns", "-c", help="Columns, with commas; `all` for every one.")
    ] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, a list of rows.")] = False,
) -> None:
    """Show the jobs that fit all FILTERS, with their state points and results."""
    from janus_md import query as questions

    if csv and json:
        raise JanusError("--csv: is given beside --json; only one of them is allowed")
    rows = questions.select(questions.table(questions.open_project(directory)), filters or [])
    if columns == "all":
        names = [str(name) for name in rows.columns]
    elif columns:
        names = [questions.column(rows, name.strip()) for name in columns.split(",")]
    elif csv or json:
        names = [str(name) for name in rows.columns]
    else:
        names = questions.telling_columns(rows)
    shown = rows[names]
    if csv:
        typer.echo(shown.to_csv(index=False), nl=False)
    elif json:
        typer.echo(shown.to_json(orient="records", indent=2))
    else:
        _print_table(shown)


def _print_table(rows: pd.DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for name in rows.columns:
        parts = str(name).split(".")
        table.add_column(parts[-2] if parts[-1] == "mean" else parts[-1], overflow="fold")
    for row in rows.itertuples(index=False):
        table.add_row(*(_cell(value) for value in row))
    console = Console()
    (console if console.is_terminal else Console(width=240)).print(table)
    console.print(f"{len(rows)} jobs", highlight=False)


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return text[:8] if len(text) == 32 and text.isalnum() else text


def report(
    directory: Directory = Path(),
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the report; `report` in the workspace by default."),
    ] = None,
) -> None:
    """Print the table of results and write report.html and its figures."""
    from rich.console import Console

    from janus_md import query as questions
    from janus_md.analysis.report import console_table, write_report

    project = questions.open_project(directory)
    rows = questions.table(project)
    folders = questions.folders(project)
    console = Console()
    page = console if console.is_terminal else Console(width=160)
    page.print(console_table(rows, folders, width=page.width))
    for _, row in rows[rows["status"] == "failed"].iterrows():
        message = row.get("failure.message", "")
        console.print(f"failed: {row['job'][:8]}: {message}", highlight=False, markup=False)
    files = write_report(rows, folders, out or directory / "report")
    console.print(f"\n{files[0].resolve()}", highlight=False, soft_wrap=True)
    for file in files[1:]:
        console.print(f"  {file.name}", highlight=False)
