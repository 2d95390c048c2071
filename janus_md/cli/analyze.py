"""The command `analyze`: wires and aggregates in any GSD file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.common.errors import JanusError

if TYPE_CHECKING:
    from janus_md.model.body import BondCriterion
    from janus_md.model.setup import Setup


def analyze(
    file: Annotated[Path, typer.Argument(help="GSD trajectory; wires need orientations.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the tables.")],
    types: Annotated[
        str,
        typer.Option(help="Types of bodies, separated by commas; all but constituents by default."),
    ] = "",
    axis: Annotated[str, typer.Option(help="Direction of the dipole in the body frame.")] = "0,0,1",
    distance: Annotated[
        float | None,
        typer.Option(
            help="Longest bond, in the file's unit; by default that of the file, or 2.05. With "
            "--aggregates, the largest distance of sites that join bodies; by default 1.5 sigma of "
            "the attractive sites that the file states.",
            show_default=False,
        ),
    ] = None,
    angle: Annotated[
        float | None,
        typer.Option(
            help="Largest angle of dipole and bond; by default that of the file, or 35 degrees.",
            show_default=False,
        ),
    ] = None,
    symmetry: Annotated[
        int | None,
        typer.Option(
            help="n of the n-fold symmetry of the bodies, 0 for bodies of revolution.",
            show_default=False,
        ),
    ] = None,
    enantiomers: Annotated[
        str, typer.Option(help="Hand of types, such as A=R,B=S.", show_default=False)
    ] = "",
    frames: Annotated[
        str, typer.Option(help="Frames as FIRST:STOP:STEP (without STOP), such as 100: or ::10.")
    ] = ":",
    aggregates: Annotated[
        bool,
        typer.Option(
            "--aggregates",
            help="Find aggregates only, no wires; the file may be without orientations.",
        ),
    ] = False,
    clusters: Annotated[
        float | None,
        typer.Option(
            help="Find aggregates beside the wires: bodies with sites closer than this, in the "
            "file's unit, are in one. By default 1.5 sigma of the attractive sites that the file "
            "states.",
            show_default=False,
        ),
    ] = None,
    kinds: Annotated[
        str,
        typer.Option(
            help="Kinds of site that join bodies, separated by commas: types of the file. By "
            "default attractive sites, or else the centres."
        ),
    ] = "",
    diameter: Annotated[
        float | None,
        typer.Option(
            help="Diameter of a body, the scale of the criteria for kinds of aggregate, in the "
            "file's unit; by default that of the described bodies, or the distance over 1.5.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", help="Processes; one per core.", show_default=False),
    ] = None,
) -> None:
    """Find wires and aggregates in any GSD trajectory; print averages, write tables (Parquet)."""
    from rich.console import Console
    from rich.progress import Progress

    from janus_md.analysis.frames.source import GsdSource
    from janus_md.analysis.pipeline.pipeline import analyze_file
    from janus_md.cli.handedness import hands
    from janus_md.common.folders import check_folder
    from janus_md.running.workstation.runner import cores_here

    if jobs is not None and jobs < 1:
        raise JanusError(f"--jobs: {jobs} is not allowed; it must be at least 1")
    options: dict[str, Any] = {
        "types": _names(types, "--types"),
        "axis": _vector(axis),
        "symmetry": symmetry,
        "frames": _slice(frames),
        "cluster_distance": distance if aggregates else clusters,
        "cluster_kinds": _names(kinds, "--kinds"),
        "diameter": diameter,
        "aggregates_only": aggregates,
    }
    given = _pairs(enantiomers)
    if aggregates:
        of_wires = {"angle": angle, "symmetry": symmetry, "enantiomers": given or None}
        if unfit := [name for name, value in of_wires.items() if value is not None]:
            raise JanusError(f"--{unfit[0]}: is for wires, which --aggregates does not look for")
        if clusters is not None:
            raise JanusError("--clusters: cannot be combined with --aggregates; give --distance")
    if kinds and options["cluster_distance"] is None:
        needed = "--distance" if aggregates else "--clusters, or --aggregates with --distance"
        raise JanusError(f"--kinds: {kinds!r} needs {needed}, the largest distance of such sites")
    check_folder(out, "--out")
    told: list[str] = []
    with GsdSource(file, options["types"], oriented=not aggregates) as source:
        setup = source.setup()
        if not aggregates:
            options["enantiomers"], told = hands(source, options["frames"], given)
    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(file.name, total=None)
        summary = analyze_file(
            file,
            out,
            workers=jobs or cores_here(),
            criterion=None if aggregates else _criterion(setup, distance, angle),
            progress=lambda done, total: progress.update(task, completed=done, total=total),
            **options,
        )
    summary["notes"] += told
    _print(summary, out, ours=setup is not None)


def _criterion(
    setup: Setup | None, distance: float | None, angle: float | None
) -> BondCriterion | None:
    """Return the requested criterion; a missing half is taken from the file."""
    if distance is None and angle is None:
        return None
    from janus_md.analysis.aggregates.criterion import bond_criterion
    from janus_md.model.body import BondCriterion

    if distance is None or angle is None:
        stated = bond_criterion(setup)
        distance = stated.distance if distance is None else distance
        angle = stated.angle if angle is None else angle
    return BondCriterion(distance, angle)


def _vector(text: str) -> list[float]:
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError as error:
        raise JanusError(
            f"--axis: {text!r} must be three numbers separated by commas, such as 0,0,1"
        ) from error
    return [x, y, z]


def _names(text: str, option: str) -> list[str] | None:
    names = [one.strip() for one in text.split(",")] if text else []
    if not all(names):
        raise JanusError(f"{option}: {text!r} must be types separated by commas, such as A,B")
    return names or None


def _pairs(text: str) -> dict[str, str]:
    pairs = [part.split("=") for part in text.split(",")] if text else []
    if any(len(pair) != 2 for pair in pairs):
        raise JanusError(f"--enantiomers: {text!r} must be types with their hands, such as A=R,B=S")
    return {name.strip(): hand.strip() for name, hand in pairs}


def _slice(text: str) -> slice:
    try:
        parts = [int(part) if part else None for part in text.split(":")]
    except ValueError:
        parts = []
    if not 2 <= len(parts) <= 3 or (parts[2:] and parts[2] is not None and parts[2] < 1):
        raise JanusError(
            f"--frames: {text!r} must be FIRST:STOP or FIRST:STOP:STEP, such as 100:, with a STEP "
            "of at least 1"
        )
    return slice(*parts)


def _foreign(unit: str) -> str:
    """Unit of a column for a file that does not state its units."""
    return "steps" if unit == "ns" else "of the file" if "nm" in unit else unit


def _print(summary: dict[str, Any], out: Path, *, ours: bool) -> None:
    """Print averages and notes, in the units of the file."""
    from rich.console import Console
    from rich.table import Table

    from janus_md.common.observables import averages
    from janus_md.common.uncertainty import with_error

    table = Table(box=None, show_header=False)
    for column in averages():
        value = summary.get(column.name, {"mean": None, "error": None})
        if value["mean"] is not None and (value["mean"] or not column.if_any):
            unit = column.unit if ours else _foreign(column.unit)
            table.add_row(column.name, with_error(value["mean"], value["error"]), unit)
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    distance, angle = summary["criterion"]["distance"], summary["criterion"]["angle"]
    bonds = ""
    if distance is not None:
        reach = f"{distance:g} nm" if ours else f"{distance:g}, in its unit,"
        bonds = f"bonds up to {reach} and {angle:g} degrees; "
    console.print(
        f"{summary['n_frames_averaged']} of {summary['n_frames']} frames averaged; "
        f"{bonds}tables in {out.resolve()}",
        markup=False,
    )
    for note in summary["notes"]:
        console.print(note, markup=False)
