"""Commands that need no workspace: catalog, calibrate, schema, doctor."""

from __future__ import annotations

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
    """List the particles of the catalogue and your own, or show one of them."""
    from rich.console import Console
    from rich.table import Table

    from janus_md import catalog as particles

    chosen = [particles.entry(one) for one in ([name] if name else particles.names())]
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
            if key != "sources":
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

    from janus_md.calibrate import calibration_table

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


def schema() -> None:
    """Print the JSON schema of a state point."""
    from janus_md.statepoint import json_schema

    _print_json(json_schema())


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell which engines, devices, schedulers and versions are here, and what to do.

    Ends with exit code 1 where nothing can be simulated.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from janus_md.doctor import examine

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
    import json

    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
