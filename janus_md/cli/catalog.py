"""The command `catalog`: the particles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from janus_md.cli.printing import print_json

if TYPE_CHECKING:
    from janus_md.study.catalogue.bead_particle import BeadParticle
    from janus_md.study.catalogue.particle import Particle

UNITS = {
    "mass": "g/mol",
    "dipole": "debye",
    "charge": "e",
    "turn": "rad",
    "charge_separation": "nm",
    "volume": "nm^3",
    "inertia": "amu nm^2",
    "hydrodynamic_radius": "nm",
}
"""Units of a particle's numbers."""

DERIVED = {
    "charge_separation": "dipole over charge",
    "volume": "union of the beads",
    "inertia": "union of the beads, even density",
    "hydrodynamic_radius": "ball with the volume of the union",
}
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
    from janus_md.study.catalogue.bead_particle import BeadParticle

    left_out = {} if name else particles.skipped()
    for path, reason in left_out.items():
        typer.echo(f"{shown(path)} is skipped: {reason}", err=True)
    listed = [name] if name else sorted({*particles.names()} - {path.stem for path in left_out})
    chosen = [particles.entry(one) for one in listed]
    data = [_numbers(one) for one in chosen]
    if json:
        print_json(data[0] if name else data)
        return
    console = Console()
    if name:
        details = Table(box=None, show_header=False)
        for key, value in data[0].items():
            if key != "sources" and value not in (None, "", [], {}):
                told = f"{value} {UNITS[key]}" if key in UNITS else str(value)
                details.add_row(key, told, data[0]["sources"].get(key, DERIVED.get(key, "")))
        console.print(details, markup=False)
        return
    table = Table(box=None)
    for heading in ("name", "composition", "hand", "g/mol", "sites", "debye", "charges"):
        side: Literal["left", "right"] = "left" if len(table.columns) < 3 else "right"
        table.add_column(heading, justify=side, overflow="fold", no_wrap=heading == "name")
    for one in chosen:
        if isinstance(one, BeadParticle):
            body = one.build(None)
            sites = str(len(body.types))
            dipole, charge = float(abs(body.dipole[2])), float(abs(body.charges).max())
        else:
            sites = "/".join(str(len(particles.body(one.name, m).types)) for m in particles.MODELS)
            dipole, charge = one.dipole, one.charge
        table.add_row(
            one.name,
            one.composition,
            one.enantiomer or "-",
            f"{one.mass:g}",
            sites,
            f"{dipole:g}",
            f"±{charge:g} e" if charge else "-",
        )
    console.print(table)


def _numbers(one: Particle | BeadParticle) -> dict[str, Any]:
    """Return what a particle's file says, and what follows from it."""
    from janus_md.study.catalogue.bead_particle import BeadParticle

    found = one.model_dump(mode="json")
    if isinstance(one, BeadParticle):
        body = one.build(None)
        return found | {
            "volume": round(body.volume, 4),
            "inertia": [round(x, 3) for x in body.inertia.tolist()],
            "hydrodynamic_radius": round(body.hydrodynamic_radius, 4),
            "symmetry": body.symmetry,
        }
    return found | {"charge_separation": round(one.charge_separation, 4)}
