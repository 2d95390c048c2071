"""The command `particle`: check a particle file, print what follows from it, and draw it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli.printing import print_json

if TYPE_CHECKING:
    from janus_md.model.body import RigidBody
    from janus_md.model.pairs.minima import PairMinimum
    from janus_md.study.catalogue.catalog import Entry

ROOM = 298.15
"""Temperature at which energies are also given in kT, K."""


def particle(
    file: Annotated[str, typer.Argument(help="A particle file, or a name of the catalogue.")],
    model: Annotated[
        str | None, typer.Option("--model", help="Model of a nanocluster: sphere or bladed.")
    ] = None,
    relative_permittivity: Annotated[
        float, typer.Option("--relative-permittivity", min=1.0, help="Of the medium.")
    ] = 1.0,
    png: Annotated[
        Path | None,
        typer.Option("--png", help="Where to draw it; NAME.png by default.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a particle FILE, print its numbers and pair minima, and draw it.

    All that is wrong with the file is told at once.
    """
    from janus_md.analysis.pictures.body import draw_body
    from janus_md.common import plugins
    from janus_md.common.errors import JanusError
    from janus_md.common.folders import check_folder
    from janus_md.model.pairs.minima import minima
    from janus_md.model.units import thermal_energy
    from janus_md.study.catalogue import catalog
    from janus_md.study.catalogue.bead_particle import BeadParticle
    from janus_md.study.interactions import pair_table

    plugins.use(Path.cwd())
    entry = _entry(file)
    if not isinstance(entry, BeadParticle) and model is None:
        model = "sphere"
    body = catalog.build(entry, model)
    kT = thermal_energy(ROOM)
    table = pair_table((body,), {body.name: entry.interactions}, {}, relative_permittivity, kT)
    found = minima(body, body, relative_permittivity=relative_permittivity, pairs=table, kT=kT)
    png = png or Path(f"{body.name}.png")
    check_folder(png.parent, "--png")
    if png.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise JanusError(f"--png: {str(png)!r} is not allowed; it must end in .png, .svg or .pdf")
    draw_body(body, png)
    numbers = _numbers(entry, body)
    if json:
        print_json(numbers | {"minima": [vars(one) for one in found], "picture": str(png)})
    else:
        _show(numbers, found, kT, png)


def _entry(file: str) -> Entry:
    """Read a file, or take a particle of the catalogue."""
    from janus_md.common.errors import JanusError
    from janus_md.study.catalogue import catalog

    path = Path(file)
    if not path.is_file():
        if file in catalog.names():
            return catalog.entry(file)
        raise JanusError(
            f"particle: {file!r} is neither a file nor in the catalogue; allowed are a YAML file, "
            f"{', '.join(catalog.names())}"
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it must be text in UTF-8"
        raise JanusError(f"particle: {file!r} cannot be read: {why}") from error
    return catalog.read_particle(text, None)


def _numbers(entry: Entry, body: RigidBody) -> dict[str, Any]:
    """Return what follows from a particle, with units in the names."""
    import numpy as np

    from janus_md.model.solid import solid_of, union_volume

    solid = solid_of(body)
    areas: dict[str, float] = {}
    beads = [kind for kind in (body.name, *body.types) if body.diameters[kind] > 0]
    for kind, area in zip(beads, solid.areas if solid is not None else (), strict=True):
        bare = kind.removeprefix(f"{body.name}.")
        areas[bare] = areas.get(bare, 0.0) + float(area)
    total = sum(areas.values())
    return {
        "name": body.name,
        "digest": entry.digest(),
        "sites": len(body.types),
        "mass_g_per_mol": body.mass,
        "inertia_amu_nm2": body.inertia.tolist(),
        "volume_of_beads_nm3": union_volume(body),
        "volume_in_volume_fraction_nm3": body.volume,
        "area_share": {kind: area / total for kind, area in areas.items()},
        "dipole_debye": float(np.linalg.norm(body.dipole)),
        "charge_e": float(body.charges.sum()),
        "hydrodynamic_radius_nm": body.hydrodynamic_radius,
        "reach_nm": body.reach,
        "symmetry": body.symmetry,
    }


def _show(numbers: dict[str, Any], found: list[PairMinimum], kT: float, png: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(box=None, show_header=False)
    for key, value in numbers.items():
        if isinstance(value, dict):
            told = ", ".join(f"{kind} {share:.3f}" for kind, share in value.items())
        elif isinstance(value, list):
            told = ", ".join(f"{one:.5g}" for one in value)
        else:
            told = f"{value:.5g}" if isinstance(value, float) else str(value)
        table.add_row(key.replace("_", " "), told)
    console.print(table, markup=False)
    table = Table(box=None, title="Minima of the energy of two bodies", title_justify="left")
    table.add_column("arrangement", no_wrap=True)
    for heading in ("kJ/mol", f"kT\n({ROOM:g} K)", "distance\n/ nm", "angles to\nthe bond"):
        table.add_column(heading, justify="right")
    for one in found:
        first, second, _ = one.angles
        table.add_row(
            one.arrangement, f"{one.energy:.3f}", f"{one.energy / kT:.4f}", f"{one.distance:.4f}",
            f"{first:.0f}, {second:.0f}",
        )  # fmt: skip
    console.print(table)
    console.print(f"drawn: {png}", markup=False)
