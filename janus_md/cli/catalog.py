"""The command `catalog`: the particles."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from janus_md.cli.printing import print_json

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
        print_json(data[0] if name else data)
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
