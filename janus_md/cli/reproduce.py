"""The command `reproduce`: run the sweeps of a paper and compare the results with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.common.errors import JanusError

if TYPE_CHECKING:
    from signac import Project

    from janus_md.papers.measures import Run
    from janus_md.papers.paper import Paper
    from janus_md.papers.sections.before import Earlier

CONSTANTS = Path("reproduction") / "association_constants.json"
"""File of the workspace that keeps association constants, whose calculation takes half a minute."""


def reproduce(
    paper: Annotated[str, typer.Argument(help="Name of a paper, such as li2022, or a YAML file.")],
    directory: Annotated[
        Path | None,
        typer.Option(
            "--directory",
            "-d",
            help="Folder of the workspace; by default named after the paper.",
            show_default=False,
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="The reduced variant: fewer and shorter runs.")
    ] = False,
    replicas: Annotated[
        int | None,
        typer.Option(
            help="Replicas of each state point; by default as in the templates.", show_default=False
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Model of the bodies, where the paper's templates have its usual one.",
            show_default=False,
        ),
    ] = None,
    table_only: Annotated[
        bool,
        typer.Option("--table-only", help="Run nothing; compare the results of finished jobs."),
    ] = False,
    before: Annotated[
        Path | None,
        typer.Option(
            "--before",
            help="JSON file of an earlier reproduction, to show beside the results.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for the table and figures; `reproduction` in the workspace by default.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Simulate the systems of a PAPER and compare the results with its facts.

    An earlier call is continued. The engine is the default of `run`; to choose another one, use
    `run` on the same folder. The exit codes are those of `run`.
    """
    from signac.job import calc_id

    from janus_md.common.folders import check_folder
    from janus_md.papers.paper import load_paper
    from janus_md.papers.sections.before import read_earlier
    from janus_md.simulation.start.packing import check_packing
    from janus_md.workspace.jobs import create

    if replicas is not None and replicas < 1:
        raise JanusError(f"--replicas: {replicas} is not allowed; it must be at least 1")
    chosen = load_paper(paper)
    earlier = read_earlier(before, chosen.name) if before else None
    points = _points(chosen.quick if quick else chosen.sweeps, replicas)
    if model is not None:
        points = _with_model(points, chosen.model, model)
        chosen = chosen.model_copy(update={"model": model})
    films = [] if quick or chosen.drying is None else _points([chosen.drying.sweep], replicas)
    directory = directory or Path(chosen.name)
    out = out or directory / "reproduction"
    check_folder(directory, "--directory")
    check_folder(out, "--out")
    statepoints = [point.stored() for point in (*points, *films)]
    drying = [calc_id(one) for one in statepoints[len(points) :]]
    code = 0
    if not table_only:
        check_packing([*points, *films])
        create(directory, statepoints)
        code = _run(directory, drying)
    command = " ".join(
        ["janus-md reproduce", chosen.name]
        + (["--quick"] if quick else [])
        + ([f"--replicas {replicas}"] if replicas is not None else [])
        + ([f"--model {model}"] if model is not None else [])
    )
    _tell(chosen, directory, statepoints, drying, command, out, earlier)
    if code:
        raise typer.Exit(code)


def _points(templates: list[str], replicas: int | None) -> list[Any]:
    """Return the state points of all templates, each with `replicas` replicas if given."""
    from janus_md.study.sweeps.templates import load_template

    points = [point for name in templates for point in load_template(name).points]
    if replicas is None:
        return points
    return [
        point.model_copy(update={"replica": k})
        for point in points
        if point.replica == 0
        for k in range(replicas)
    ]


def _with_model(points: list[Any], usual: str, model: str) -> list[Any]:
    """Return the state points with `model` in place of the usual model of the paper."""
    from janus_md.common.messages import unknown
    from janus_md.model.nanocluster import MODELS

    if model not in MODELS:
        raise JanusError(unknown("--model", model, sorted(MODELS)))
    return [
        point.model_copy(update={"model": model}) if point.model == usual else point
        for point in points
    ]


def _run(directory: Path, films: list[str]) -> int:
    """Run all jobs, those named in `films` to their full length, and return the exit code."""
    from janus_md.cli.run import run

    code = 0
    options: list[dict[str, Any]] = [{"until_stationary": True}]
    if films:
        options.insert(0, {"job": films})
    for one in options:
        try:
            run(directory, **one)
            code = 0
        except typer.Exit as end:
            code = end.exit_code
            if code not in (0, 1):  # stopped
                break
    return code


def _tell(
    paper: Paper,
    directory: Path,
    statepoints: list[dict[str, Any]],
    films: list[str],
    command: str,
    out: Path,
    earlier: Earlier | None,
) -> None:
    """Evaluate the jobs that are done, print the table, write page and figures.

    The jobs in `films`, by id, are those of the drying sweep.
    """
    from rich.console import Console
    from rich.progress import track

    from janus_md.cli import troubles
    from janus_md.papers import document, figures, rows, tables
    from janus_md.papers.measures import measure
    from janus_md.papers.measuring.drying_time import compare_drying, dried_run
    from janus_md.papers.measuring.excess import compare_excess
    from janus_md.papers.sections.before import beside
    from janus_md.papers.sections.equilibrium import compare_equilibrium, draw
    from janus_md.workspace import query

    console = Console(highlight=False, soft_wrap=True)
    finished, doubtful, unusable = _finished(query.open_project(directory), statepoints)
    if doubtful:
        console.print(
            f"{doubtful} of {len(statepoints)} jobs did not keep the temperature of the bath or "
            "were changed afterwards; they are left out (see janus-md status)"
        )
    screen = Console(stderr=True)
    measured, runs, dried = [], [], []
    for run in track(
        finished, "measuring", console=screen, transient=True, disable=not screen.is_terminal
    ):
        try:
            if run.id in films and paper.drying is not None:
                dried.append(dried_run(paper.drying, run))
            else:
                measured.append((run, measure(run)))
            runs.append(run)
        except JanusError as error:
            unusable[run.id] = str(error)
    troubles.tell(unusable)
    if not runs:
        console.print(f"none of the {len(statepoints)} jobs is finished: no table yet")
        return
    results = rows.collect(paper, measured)
    tested = {name for one in paper.hypotheses for name in one.options.values()}
    excess = paper.excess and compare_excess(
        paper.excess,
        [one for one in measured if rows.done_in(paper, paper.excess.medium, *one)],
    )
    compared = rows.table(paper, results)
    if not compared:
        console.print(
            f"no fact of {paper.name} is about the {len(runs)} finished jobs: none has the "
            f"substances, the media and the model ({paper.model}) of its file"
        )
        return
    chains = paper.equilibrium and compare_equilibrium(
        paper.equilibrium, paper.model, measured, directory / CONSTANTS
    )
    found = tables.Reproduction(
        paper,
        compared,
        rows.combinations(paper, results) if tested <= {name for name, _ in results} else [],
        excess or None,
        runs,
        len(statepoints),
        command,
        choice=rows.rows_of(paper.choice, paper, results),
        before=(earlier.source, beside(compared, earlier)) if earlier else None,
        results=results,
        drying=compare_drying(dried),
        equilibrium=chains or None,
    )
    page = console if console.is_terminal else Console(width=160, highlight=False)
    page.print(tables.console_table(found.rows))
    console.print(f"\n{tables.verdict_counts(found.rows)}")
    ended = len(runs) + doubtful
    if ended < len(statepoints):
        console.print(f"{ended} of {len(statepoints)} jobs are finished; the table shows these")
    images = out / "images"
    drawn = figures.draw(paper, results, found.excess, images, found.drying)
    if paper.equilibrium and chains:
        drawn.append(draw(paper.equilibrium, chains, images / f"{paper.name}_equilibrium.png"))
    for file in [*document.write(found, drawn, out), *(path for path, _ in drawn)]:
        console.print(f"  {file.resolve()}", markup=False)


def _finished(
    project: Project, statepoints: list[dict[str, Any]]
) -> tuple[list[Run], int, dict[str, str]]:
    """Return the jobs of these state points that are done and at the temperature of their bath.

    Also return the number of finished jobs at another temperature, and the faults of damaged jobs.
    """
    from signac.job import calc_id

    from janus_md.cli import troubles
    from janus_md.papers.measures import Run
    from janus_md.workspace import doubts
    from janus_md.workspace.records import job_ids, read_jobs

    ids = [calc_id(statepoint) for statepoint in statepoints]
    if not job_ids(project):
        return [], 0, {}
    records = {one.id: one for one in read_jobs(project, ids, thorough=True)}
    done = [records[name] for name in ids if name in records and records[name].state == "done"]
    sound = [one for one in done if not (doubts.warning(one.document) or one.changed)]
    runs = [Run(one.id, one.statepoint, Path(one.directory), one.document) for one in sound]
    return runs, len(done) - len(sound), troubles.of(records.values())
