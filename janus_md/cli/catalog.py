"""The command `catalog`: the particles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli.printing import print_json

if TYPE_CHECKING:
    from rich.table import Table

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

WIDE = 110
"""Columns of a terminal from which the table of particles has compositions."""

DERIVED = {
    "charge_separation": "dipole over charge",
    "volume": "union of the beads",
    "inertia": "union of the beads, uniform density",
    "hydrodynamic_radius": "ball with the volume of the union",
}
"""How derived numbers are computed."""


def catalog(
    name: Annotated[str | None, typer.Argument(help="Show this particle, with sources.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the particles of the catalogue and your own, or show one of them.

    Other files in your own folder, and invalid ones, are named and skipped.
    """
    from rich.console import Console
    from rich.table import Table

    from janus_md.common.messages import shown
    from janus_md.simulation.cost import BODIES, VOLUME_FRACTION, costs
    from janus_md.study.catalogue import catalog as particles

    left_out = {} if name else particles.skipped()
    for path, reason in left_out.items():
        typer.echo(f"{shown(path)} is skipped: {reason}", err=True)
    listed = [name] if name else sorted({*particles.names()} - {path.stem for path in left_out})
    chosen = [particles.entry(one) for one in listed]
    data = [_numbers(one) for one in chosen] if name or json else []
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
    console.print(_table(chosen, wide=console.width >= WIDE))
    measured = costs()
    versions = ", ".join(f"{name} {version}" for name, version in measured.versions.items())
    console.print(
        f"{', '.join(measured.versions)}: steps per second of CPU time, {BODIES} bodies at volume "
        f"fraction {VOLUME_FRACTION:g} ({versions}; {measured.machine}, {measured.date}). "
        "On this machine: janus-md particle NAME --cost",
        markup=False,
    )


def _table(chosen: list[Particle | BeadParticle], wide: bool) -> Table:
    """Table of particles, readable at 80 columns; with compositions if it may be wide."""
    from rich.table import Table

    from janus_md.simulation.cost import costs
    from janus_md.study.catalogue import catalog as particles
    from janus_md.study.catalogue.bead_particle import BeadParticle

    measured = costs()
    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("name", "class", "morphology", *(["composition"] if wide else [])):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("name", "class"))
    for heading in ("sites", *measured.versions):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in chosen:
        if isinstance(one, BeadParticle):
            sites = str(len(one.build(None).types))
            texts = (", ".join(one.classes) or "-", one.morphology or "-")
        else:
            counts = [len(particles.body(one.name, model).types) for model in particles.MODELS]
            sites = "/".join(map(str, dict.fromkeys(counts)))
            texts = ("hybrid", "nanocluster")
        rates = [measured.rate(one.name, one.digest(), engine) for engine in measured.versions]
        told = ("-" if rate is None else f"{rate:g}" for rate in rates)
        table.add_row(one.name, *texts, *([one.composition] if wide else []), sites, *told)
    return table


def _numbers(one: Particle | BeadParticle) -> dict[str, Any]:
    """Return the keys of a particle's file, and derived numbers."""
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
