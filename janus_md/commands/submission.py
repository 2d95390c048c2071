"""The command `submit`: what is left of the jobs of a workspace, on a cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.commands.workspaces import LISTED, Directory, UntilStationary
from janus_md.errors import JanusError

if TYPE_CHECKING:
    from rich.console import Console

    from janus_md.scheduler.clusters import Cluster
    from janus_md.scheduler.submit import Prepared


def submit(
    filters: Annotated[
        list[str] | None,
        typer.Argument(help="Such as particle=R-Au-Cu or 'relative_permittivity<2'."),
    ] = None,
    directory: Directory = Path(),
    cluster: Annotated[
        str, typer.Option(help="Name of a cluster; auto: by the host's name, else as sinfo tells.")
    ] = "auto",
    clusters: Annotated[
        Path | None,
        typer.Option(
            help="Further file of clusters; ~/.config/janus-md/clusters.yaml is read too.",
            show_default=False,
        ),
    ] = None,
    partition: Annotated[
        str | None, typer.Option(help="By default that of the cluster.", show_default=False)
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(help="By default that of the cluster.", show_default=False),
    ] = None,
    gpu_type: Annotated[
        str | None,
        typer.Option(help="Such as a100, in --gpus=TYPE:N; by default any.", show_default=False),
    ] = None,
    memory: Annotated[
        float | None, typer.Option(help="GB of a submission.", show_default=False)
    ] = None,
    walltime: Annotated[
        str | None,
        typer.Option(
            help="Such as 02:00:00; by default as long as the jobs are likely to take.",
            show_default=False,
        ),
    ] = None,
    lead: Annotated[
        int | None,
        typer.Option(
            help="Seconds before the end at which a run is told to write its checkpoint.",
            show_default="120",
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, hoomd or lammps.")] = "auto",
    device: Annotated[str, typer.Option(help="cpu or gpu.")] = "cpu",
    ranks: Annotated[int, typer.Option(help="MPI ranks of a simulation (and GPUs, on GPUs).")] = 1,
    threads: Annotated[int, typer.Option(help="CPU cores of a simulation, or of each rank.")] = 1,
    bundle: Annotated[
        int, typer.Option(help="Jobs that share a submission: a node, or a GPU.")
    ] = 1,
    array: Annotated[bool, typer.Option("--array", help="Send arrays, not single jobs.")] = False,
    at_once: Annotated[
        int | None, typer.Option(help="Tasks of an array at a time.", show_default=False)
    ] = None,
    operation: Annotated[str, typer.Option(help="simulate, analyze or all.")] = "all",
    separate: Annotated[
        bool | None,
        typer.Option(
            "--separate/--together",
            help="Analysis on its own, after the simulation; by default so for GPUs alone.",
            show_default=False,
        ),
    ] = None,
    requeue: Annotated[
        bool,
        typer.Option(help="What the walltime cuts off goes on by itself, or with the next submit."),
    ] = True,
    until_stationary: UntilStationary = False,
    allow: Annotated[
        list[str] | None, typer.Option(help="As of janus-md run.", show_default=False)
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Also jobs that have failed twice.")
    ] = False,
    pretend: Annotated[
        bool, typer.Option("--pretend", help="Print the scripts; send nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.")] = False,
) -> None:
    """Submit what is left to do to Slurm.

    Says what it will cost at most before it sends. Ends with exit code 0 where everything was sent,
    1 where Slurm refused something or a folder cannot be written.
    """
    from rich.console import Console

    from janus_md.scheduler import clusters as all_clusters
    from janus_md.scheduler import ledger, slurm
    from janus_md.scheduler.resources import Wish
    from janus_md.scheduler.submit import prepare, send

    _check(engine, device, operation, allow or [])
    project, chosen = _chosen(directory, filters or [])
    if not pretend and not slurm.here():
        raise slurm.missing("sbatch")
    there = all_clusters.choose(cluster, clusters)
    there = _changed(there, device, partition, account, gpu_type)
    separate = device == "gpu" if separate is None else separate
    wish = Wish(
        operation, engine, device, separate, bundle, array, at_once, ranks, threads, memory,
        walltime,
    )  # fmt: skip
    options = [f"--allow={name}" for name in allow or []]
    options += ["--until-stationary"] if until_stationary else []
    console = Console(soft_wrap=True, highlight=False)
    with nullcontext() if pretend else ledger.lock(Path(project.path)):
        try:
            prepared = prepare(
                project, wish, there, chosen=chosen, retry=retry, keep=not pretend,
                lead=there.signal_lead if lead is None else lead, requeue=requeue,
                run_options=options,
            )  # fmt: skip
        except OSError as error:
            raise JanusError(
                f"{error.filename or project.path}: {error.strerror}; nothing is sent, mend that "
                "and submit again"
            ) from error
        if there.account_required and there.account is None and not pretend:
            raise JanusError(f"--account: none is given; the cluster {there.name!r} needs one")
        _show(prepared, there, console)
        if pretend:
            for one in prepared.submissions:
                console.print(f"\n# {one.name}\n{prepared.scripts[one.name]}", markup=False)
            return
        if not prepared.submissions:
            raise typer.Exit(1 if prepared.locked else 0)
        if not (yes or not sys.stdin.isatty() or typer.confirm("Send?", default=True)):
            raise typer.Exit(1)
        with _progress(console, len(prepared.submissions)) as told:
            sent = send(project, prepared, told)
    console.print(f"{len(sent.ids)} sent" + _list_of(list(sent.ids.values())))
    for name, why in list(sent.rejected.items())[:LISTED]:
        console.print(f"  refused: {name}: {why}", markup=False)
    if sent.rejected:
        console.print(f"{len(sent.rejected)} refused; the next submit sends them again")
    if sent.rejected or prepared.locked:
        raise typer.Exit(1)


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[object], None]]:
    """Show on a terminal how many submissions are through."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("sending", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda one: progress.advance(task)


def _check(engine: str, device: str, operation: str, allow: list[str]) -> None:
    from janus_md.engines import ENGINES
    from janus_md.messages import unknown
    from janus_md.products import OPERATIONS
    from janus_md.resuming import check_allowed

    check_allowed(allow)
    for what, value, allowed in (
        ("--engine", engine, ("auto", *ENGINES)),
        ("--device", device, ("cpu", "gpu")),
        ("--operation", operation, ("all", *OPERATIONS)),
    ):
        if value not in allowed:
            raise JanusError(unknown(what, value, allowed))


def _chosen(directory: Path, filters: list[str]) -> tuple[Any, set[str] | None]:
    """Return the project, and the ids of the jobs that fit the filters."""
    from janus_md import query

    project = query.open_project(directory)
    if not filters:
        return project, None
    rows = query.columns(project, query.document_keys(filters))
    return project, set(query.select(rows, filters)["job"])


def _changed(
    cluster: Cluster,
    device: str,
    partition: str | None,
    account: str | None,
    gpu_type: str | None,
) -> Cluster:
    """Return the cluster with what the command line says otherwise."""
    from janus_md.scheduler.clusters import Nodes, complete
    from janus_md.scheduler.slurm import partitions

    if account is not None:
        cluster = cluster.model_copy(update={"account": account})
    if gpu_type is not None:
        nodes = cluster.nodes("gpu").model_copy(update={"gpu_type": gpu_type})
        cluster = cluster.model_copy(update={"gpu": nodes})
    if partition is not None:
        # What is known of another partition does not hold for this one.
        key = "gpu" if device == "gpu" else "cpu"
        kind = cluster.nodes(device).gpu_type
        update = {key: Nodes(partition=partition, gpu_type=kind)}
        cluster = complete(cluster.model_copy(update=update), partitions())
    return cluster


def _show(prepared: Prepared, cluster: Cluster, console: Console) -> None:
    """Say what would be sent, and what it costs at most."""
    from rich.table import Table

    from janus_md.messages import count
    from janus_md.scheduler.script import duration

    if prepared.moved:
        console.print(f"{count(prepared.moved, 'submission')} told that this folder was moved")
    if prepared.busy:
        console.print(f"{count(prepared.busy, 'job')} in the queue already")
    if prepared.given_up:
        console.print(
            f"{count(len(prepared.given_up), 'job')} failed twice, not sent without --retry"
            + _list_of([name[:8] for name in prepared.given_up])
        )
    if prepared.locked:
        console.print(
            f"{count(len(prepared.locked), 'job')} not sent, the folder cannot be written"
            + _list_of([name[:8] for name in prepared.locked])
        )
    if not prepared.submissions:
        console.print("nothing to submit")
        return
    table = Table(box=None)
    for title in ("operation", "submissions", "jobs", "cores", "GPUs", "memory / MB", "walltime"):
        table.add_column(title, justify="left" if title == "operation" else "right")
    kinds: dict[tuple[Any, ...], list[int]] = {}
    for one in prepared.submissions:
        r = one.resources
        walltime = (f"{r.rounds} x " if r.rounds > 1 else "") + duration(r.seconds)
        key = (one.operation, r.ranks * r.cores, r.gpus, r.memory_mb, walltime)
        sums = kinds.setdefault(key, [0, 0])
        sums[0] += len(one.rows)
        sums[1] += sum(map(len, one.rows))
    for (operation, *asked), (number, jobs) in kinds.items():
        table.add_row(operation, str(number), str(jobs), *map(str, asked))
    console.print(table)
    partitions = {cluster.nodes(one.device).partition or "the default partition"
                  for one in prepared.submissions}  # fmt: skip
    console.print(
        f"{count(prepared.jobs, 'job')} on {cluster.name} ({', '.join(sorted(partitions))}, "
        f"account {cluster.account or 'by default'}): at most {prepared.cpu_hours:.4g} CPU hours "
        f"and {prepared.gpu_hours:.4g} GPU hours"
    )


def _list_of(names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f": {', '.join(names[:LISTED])}{more}"
