"""Commands that need no workspace: catalog, calibrate, schema, doctor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import typer

UNITS = {
    "mass": "g/mol",
    "dipole": "debye",
    "charge": "e",
    "turn": "rad",
    "charge_separation": "nm",
}
"""Units of a particle's numbers."""

DERIVED = {"charge_separation": "dipole over charge"}
"""What the rest follows from."""


def catalog(
    name: Annotated[str | None, typer.Argument(help="Show this particle, with sources.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the particles of the catalogue and your own, or show one of them.

    What else lies in the folder of your own, and what does not fit, is named and skipped.
    """
    from rich.console import Console
    from rich.table import Table

    from janus_md.common.messages import shown
    from janus_md.study.catalogue import catalog as particles

    left_out = {} if name else particles.skipped()
    for path, reason in left_out.items():
        typer.echo(f"{shown(path)} is skipped: {reason}", err=True)
    listed = [name] if name else sorted({*particles.names()} - {path.stem for path in left_out})
    chosen = [particles.entry(one) for one in listed]
    data = [
        one.model_dump(mode="json") | {"charge_separation": round(one.charge_separation, 4)}
        for one in chosen
    ]
    if json:
        _print_json(data[0] if name else data)
        return
    console = Console()
    if name:
        details = Table(box=None, show_header=False)
        for key, value in data[0].items():
            if key != "sources" and value not in (None, ""):
                told = f"{value} {UNITS[key]}" if key in UNITS else str(value)
                details.add_row(key, told, data[0]["sources"].get(key, DERIVED.get(key, "")))
        console.print(details, markup=False)
        return
    table = Table(box=None)
    for heading in ("name", "composition", "hand", "g/mol", "debye", "charges"):
        side: Literal["left", "right"] = "left" if len(table.columns) < 3 else "right"
        table.add_column(heading, justify=side, overflow="fold", no_wrap=heading == "name")
    table.add_column("apart", justify="right")
    for one in chosen:
        table.add_row(
            one.name,
            one.composition,
            one.enantiomer or "-",
            f"{one.mass:g}",
            f"{one.dipole:g}",
            f"±{one.charge:g} e",
            f"{one.charge_separation:.3f} nm",
        )
    console.print(table)


def calibrate() -> None:
    """Compute the pair minima that the bead sizes are calibrated on (some seconds)."""
    from rich.console import Console
    from rich.table import Table

    from janus_md.study.catalogue.calibrate import calibration_table

    table = Table(box=None)
    for heading, side in (
        ("quantity", "left"),
        ("value", "right"),
        ("unit", "left"),
        ("reference", "left"),
    ):
        table.add_column(heading, justify="right" if side == "right" else "left")
    for row in calibration_table():
        value = row["value"]
        table.add_row(
            str(row["quantity"]),
            f"{value:.3f}" if isinstance(value, float) else str(value),
            str(row["unit"]),
            str(row["reference"]),
        )
    Console().print(table)


def schema(
    table: Annotated[
        bool, typer.Option("--table", help="Print a line per key instead of JSON.")
    ] = False,
) -> None:
    """Print the schema of a state point: its keys with units, limits and defaults, as JSON."""
    from janus_md.study.statepoint import json_schema

    whole = json_schema()
    if not table:
        _print_json(whole)
        return
    from rich.console import Console
    from rich.table import Table

    rows = Table("key", "default", "allowed", "meaning", box=None)
    rows.columns[0].no_wrap = True
    for key, about in _keys(whole, whole["$defs"]):
        default = _told(about["default"]) if "default" in about else "must be given"
        rows.add_row(key, default, _allowed(about), about.get("description", ""))
    console = Console(highlight=False)
    page = console if console.is_terminal else Console(width=120, highlight=False)
    page.print(rows, markup=False)


def _keys(schema: dict[str, Any], parts: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dotted keys of a schema, with what it says of each."""
    for key, about in schema["properties"].items():
        if "$ref" in about:
            inner = parts[about["$ref"].rsplit("/", 1)[-1]]
            yield from ((f"{key}.{name}", one) for name, one in _keys(inner, parts))
        else:
            yield key, about


def _allowed(about: dict[str, Any]) -> str:
    """Values that a key may have, in words."""
    if "anyOf" in about:
        return " or ".join(map(_allowed, about["anyOf"]))
    if "enum" in about:
        return ", ".join(map(_told, about["enum"]))
    if "const" in about:
        return _told(about["const"])
    words = {
        "exclusiveMinimum": "above",
        "minimum": "from",
        "maximum": "to",
        "exclusiveMaximum": "below",
    }
    limits = [f"{word} {about[key]:,}" for key, word in words.items() if key in about]
    names = {"string": "name", "object": "shares", "integer": "whole number"}
    return " ".join([names.get(about["type"], about["type"]), *limits])


def _told(value: Any) -> str:
    return "null" if value is None else str(value)


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell which engines, devices, schedulers and versions are here, and what to do.

    Ends with exit code 1 where nothing can be simulated.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from janus_md.running.doctor import examine

    findings = examine()
    if json:
        _print_json([vars(one) for one in findings])
    else:
        table = Table(box=None)
        for heading in ("what", "here", "advice"):
            table.add_column(heading, overflow="fold")
        for one in findings:
            style = {"ok": "green", "missing": "yellow", "broken": "red"}[one.state]
            here = f"[{style}]{one.state}[/] {escape(one.here)}".rstrip()
            table.add_row(one.what, here, escape(one.advice))
        Console().print(table)
    if not any(one.what.startswith("engine") and one.state == "ok" for one in findings):
        raise typer.Exit(1)


def _print_json(data: Any) -> None:
    from janus_md.common.encoding import json_text

    typer.echo(json_text(data, indent=2))
