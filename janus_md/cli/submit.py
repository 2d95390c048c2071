"""The command `submit`: sends the unfinished jobs of a workspace to a scheduler."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli.options import Directory, UntilStationary
from janus_md.common.errors import JanusError

if TYPE_CHECKING:
    from janus_md.running.cluster.request.clusters import Cluster
    from janus_md.running.cluster.schedulers.base import Scheduler


def submit(
    filters: Annotated[
        list[str] | None,
        typer.Argument(help="Such as particle=R-Au-Cu or 'relative_permittivity<2'."),
    ] = None,
    directory: Directory = Path(),
    scheduler: Annotated[
        str,
        typer.Option(
            help="Name of a scheduler; auto: that of the cluster, else the one on this machine."
        ),
    ] = "auto",
    cluster: Annotated[
        str,
        typer.Option(help="Name of a cluster; auto: by the host name, else from the scheduler."),
    ] = "auto",
    clusters: Annotated[
        Path | None,
        typer.Option(
            help="File of clusters, in addition to ~/.config/janus-md/clusters.yaml.",
            show_default=False,
        ),
    ] = None,
    partition: Annotated[
        str | None,
        typer.Option(
            help="Partition or queue; by default that of the scheduler's environment variable, or "
            "of the cluster.",
            show_default=False,
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(help="Account to charge; default as for --partition.", show_default=False),
    ] = None,
    gpu_type: Annotated[
        str | None,
        typer.Option(
            help="GPU type, such as a100, as the scheduler names it; by default any.",
            show_default=False,
        ),
    ] = None,
    memory: Annotated[
        float | None, typer.Option(help="Memory of a submission, GB.", show_default=False)
    ] = None,
    walltime: Annotated[
        str | None,
        typer.Option(
            help="Such as 02:00:00; by default the estimated time of the jobs.",
            show_default=False,
        ),
    ] = None,
    lead: Annotated[
        int | None,
        typer.Option(
            help="Seconds before the end of the walltime at which a run writes its checkpoint.",
            show_default="120",
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, hoomd or lammps.")] = "auto",
    device: Annotated[str, typer.Option(help="cpu or gpu.")] = "cpu",
    ranks: Annotated[int, typer.Option(help="MPI ranks of a simulation (and GPUs, on GPUs).")] = 1,
    threads: Annotated[int, typer.Option(help="CPU cores of a simulation, or of each rank.")] = 1,
    bundle: Annotated[
        int, typer.Option(help="Number of jobs per submission, on one node or GPU.")
    ] = 1,
    array: Annotated[
        bool, typer.Option("--array", help="Submit job arrays instead of single jobs.")
    ] = False,
    at_once: Annotated[
        int | None,
        typer.Option(help="Maximum number of array tasks that run at a time.", show_default=False),
    ] = None,
    operation: Annotated[str, typer.Option(help="simulate, analyze or all.")] = "all",
    separate: Annotated[
        bool | None,
        typer.Option(
            "--separate/--together",
            help="Analyse in a separate submission after the simulation; the default for GPUs.",
            show_default=False,
        ),
    ] = None,
    requeue: Annotated[
        bool,
        typer.Option(
            help="Requeue jobs at the end of the walltime; else the next submit continues them."
        ),
    ] = True,
    option: Annotated[
        list[str] | None,
        typer.Option(
            help="Further option of the scheduler's submit command, such as "
            "--option=--qos=debug; may be repeated.",
            show_default=False,
        ),
    ] = None,
    until_stationary: UntilStationary = False,
    allow: Annotated[
        list[str] | None, typer.Option(help="As in janus-md run.", show_default=False)
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Also submit jobs that have failed twice.")
    ] = False,
    pretend: Annotated[
        bool, typer.Option("--pretend", help="Print the scripts; submit nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Submit without asking.")] = False,
) -> None:
    """Submit unfinished jobs to a scheduler.

    The largest possible cost is shown before anything is submitted. The exit code is 0 if all jobs
    were submitted, and 1 if the scheduler rejected a submission, a job is damaged, or a folder
    cannot be written.
    """
    from rich.console import Console

    from janus_md.cli import submit_display as show
    from janus_md.cli import troubles
    from janus_md.running.cluster import ledger
    from janus_md.running.cluster.preparation import prepare
    from janus_md.running.cluster.request.choice import choose
    from janus_md.running.cluster.request.resources import SubmitOptions
    from janus_md.running.cluster.submission import send

    _check(engine, device, operation, allow or [])
    project, chosen, unread = _chosen(directory, filters or [])
    there, system = choose(cluster, clusters, scheduler)
    if not pretend and not system.here():
        raise system.missing()
    there = _changed(there, system, device, partition, account, gpu_type, option or [])
    separate = device == "gpu" if separate is None else separate
    options = SubmitOptions(
        operation, engine, device, separate, bundle, array, at_once, ranks, threads, memory,
        walltime,
    )  # fmt: skip
    run_options = [f"--allow={name}" for name in allow or []]
    run_options += ["--until-stationary"] if until_stationary else []
    console = Console(soft_wrap=True, highlight=False)
    lead = there.signal_lead if lead is None else lead
    with nullcontext() if pretend else ledger.lock(Path(project.path)):
        try:
            prepared = prepare(
                project, options, there, system, chosen=chosen, retry=retry, keep=not pretend,
                lead=lead, requeue=requeue,
                run_options=run_options,
            )  # fmt: skip
        except OSError as error:
            raise JanusError(
                f"{error.filename or project.path}: {error.strerror}; nothing was "
                "submitted; correct this and submit again"
            ) from error
        if there.account_required and there.account is None and not pretend:
            raise JanusError(f"--account: none is given; the cluster {there.name!r} needs one")
        show.plan(prepared, there, console, lead)
        troubles.tell(unread | prepared.damaged, project)
        left_out = bool(prepared.locked or prepared.damaged)
        if pretend:
            show.scripts(prepared, console)
            raise typer.Exit(1 if prepared.damaged else 0)
        if not prepared.submissions:
            raise typer.Exit(1 if left_out else 0)
        if not (yes or not sys.stdin.isatty() or typer.confirm("Send?", default=True)):
            raise typer.Exit(1)
        with show.progress(console, len(prepared.submissions)) as told:
            sent = send(project, system, prepared, told)
    show.sent(sent, console)
    if sent.rejected or left_out:
        raise typer.Exit(1)


def _check(engine: str, device: str, operation: str, allow: list[str]) -> None:
    from janus_md.common.messages import unknown
    from janus_md.engines import ENGINES
    from janus_md.simulation.files.resume import check_allowed
    from janus_md.workspace.products import OPERATIONS

    check_allowed(allow)
    for what, value, allowed in (
        ("--engine", engine, ("auto", *ENGINES)),
        ("--device", device, ("cpu", "gpu")),
        ("--operation", operation, ("all", *OPERATIONS)),
    ):
        if value not in allowed:
            raise JanusError(unknown(what, value, allowed))


def _chosen(directory: Path, filters: list[str]) -> tuple[Any, set[str] | None, dict[str, str]]:
    """Return the project, the ids of the jobs that fit the filters, and what is damaged."""
    from janus_md.workspace import query

    project = query.open_project(directory)
    if not filters:
        return project, None, {}
    rows = query.columns(project, query.document_keys(filters))
    return project, set(query.select(rows, filters)["job"]), rows.damaged


def _changed(
    cluster: Cluster,
    scheduler: Scheduler,
    device: str,
    partition: str | None,
    account: str | None,
    gpu_type: str | None,
    options: list[str],
) -> Cluster:
    """Return the cluster with what the command line, or else the environment, sets."""
    from janus_md.running.cluster.request.choice import complete
    from janus_md.running.cluster.request.clusters import Nodes

    account = account or scheduler.default("account")
    partition = partition or scheduler.default("partition")
    if account is not None:
        cluster = cluster.model_copy(update={"account": account})
    for option in options:
        if why := scheduler.objection(option):
            raise JanusError(f"--option: {why}")
    cluster = cluster.model_copy(update={"options": (*cluster.options, *options)})
    if gpu_type is not None:
        nodes = cluster.nodes("gpu").model_copy(update={"gpu_type": gpu_type})
        cluster = cluster.model_copy(update={"gpu": nodes})
    if partition is not None:
        # What is known of another partition does not hold for this one.
        key = "gpu" if device == "gpu" else "cpu"
        kind = cluster.nodes(device).gpu_type
        update = {key: Nodes(partition=partition, gpu_type=kind)}
        cluster = complete(cluster.model_copy(update=update), scheduler.partitions())
    return cluster
