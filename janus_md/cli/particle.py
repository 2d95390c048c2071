"""The command `particle`: check a particle file, print its properties and draw it."""

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
"""Room temperature, at which energies are given in kT, K."""


def particle(
    file: Annotated[
        str, typer.Argument(help="A particle file, or the name of a particle in the catalogue.")
    ],
    model: Annotated[
        str | None,
        typer.Option("--model", help="Model of a nanocluster, such as bladed."),
    ] = None,
    relative_permittivity: Annotated[
        float,
        typer.Option(
            "--relative-permittivity", min=1.0, help="Relative permittivity of the medium."
        ),
    ] = 1.0,
    png: Annotated[
        Path | None,
        typer.Option("--png", help="File of the drawing; NAME.png by default.", show_default=False),
    ] = None,
    cost: Annotated[
        bool,
        typer.Option("--cost", help="Measure steps per second of each engine on this machine."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a particle FILE, print its properties and pair minima, and draw it.

    All errors in the file are reported at once.
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
    entry = entry_of("particle", file)
    if not isinstance(entry, BeadParticle) and model is None:
        model = "sphere"
    body = catalog.build(entry, model)
    kT = thermal_energy(ROOM)
    table = pair_table((body,), {body.name: entry.interactions}, {}, relative_permittivity, kT)
    found = minima(body, relative_permittivity=relative_permittivity, pairs=table)
    png = png or Path(f"{body.name}.png")
    check_folder(png.parent, "--png")
    if png.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise JanusError(f"--png: {str(png)!r} is not allowed; it must end in .png, .svg or .pdf")
    draw_body(body, png)
    numbers = _numbers(entry, body)
    if cost:
        from janus_md.simulation.cost import measured_here

        numbers["steps_per_cpu_second"] = measured_here(entry)
    if json:
        print_json(numbers | {"minima": [vars(one) for one in found], "picture": str(png)})
    else:
        _show(numbers, found, kT, png)


def entry_of(command: str, file: str) -> Entry:
    """Read a file, or take a particle of the catalogue; `command` begins messages."""
    from janus_md.common.errors import JanusError
    from janus_md.common.files import reading
    from janus_md.study.catalogue import catalog

    path = Path(file)
    if not path.is_file():
        if file in catalog.names():
            return catalog.entry(file)
        raise JanusError(
            f"{command}: {file!r} is neither a file nor in the catalogue; allowed are a YAML file, "
            f"{', '.join(catalog.names())}"
        )
    with reading(f"{command}: {file!r}"):
        text = path.read_text(encoding="utf-8")
    return catalog.read_particle(text, None)


def _numbers(entry: Entry, body: RigidBody) -> dict[str, Any]:
    """Return the properties of a particle, with units in the names."""
    import numpy as np

    from janus_md.model.pairs.excluded_volume import excluded_volume
    from janus_md.model.solid import solid_of, union_volume
    from janus_md.model.units import BOHR_MAGNETON, DEBYE
    from janus_md.study.catalogue.bead_particle import BeadParticle

    solid = solid_of(body)
    every = [kind for kind in (body.name, *body.types) if body.diameters[kind] > 0]
    areas: dict[str, float] = {}
    for kind, area in zip(every, solid.areas if solid is not None else (), strict=True):
        areas[_bare(kind, body)] = areas.get(_bare(kind, body), 0.0) + float(area)
    total = sum(areas.values())
    excluded = excluded_volume(body)
    dipole = float(np.linalg.norm(body.dipole))
    cosine = np.clip(body.dipole[2] / dipole, -1.0, 1.0) if body.polar else None
    return {
        "name": body.name,
        "digest": entry.digest(),
        "sites": len(body.types),
        "kinds": _kinds(body),
        "mass_g_per_mol": body.mass,
        "centre_of_mass_nm": entry.centre() if isinstance(entry, BeadParticle) else None,
        "inertia_amu_nm2": body.inertia.tolist(),
        "volume_of_beads_nm3": union_volume(body),
        "volume_in_volume_fraction_nm3": body.volume,
        "excluded_volume_nm3": excluded.value,
        "excluded_volume_error_nm3": excluded.error,
        "area_share": {kind: area / total for kind, area in areas.items()},
        "dipole_debye": dipole if body.polar and not body.magnetic else 0.0,
        "magnetic_moment_bohr_magnetons": (
            dipole * DEBYE / BOHR_MAGNETON if body.polar and body.magnetic else 0.0
        ),
        "dipole_to_z_degrees": None if cosine is None else float(np.degrees(np.arccos(cosine))),
        "charge_e": float(body.charges.sum()),
        "hydrodynamic_radius_nm": body.hydrodynamic_radius,
        "reach_nm": body.reach,
        "symmetry": body.symmetry,
        "bond_nm": body.bond.distance,
        "bond_degrees": body.bond.angle,
    }


def _bare(kind: str, body: RigidBody) -> str:
    return kind.removeprefix(f"{body.name}.")


def _kinds(body: RigidBody) -> dict[str, dict[str, Any]]:
    """Number, diameter and charges of the sites of each kind."""
    central = (body.name,) if body.diameters[body.name] > 0 else ()
    found: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys((*central, *body.types)):
        same = [k for k, one in enumerate(body.types) if one == kind]
        found[_bare(kind, body)] = {
            "sites": len(same) + central.count(kind),
            "diameter_nm": body.diameters[kind],
            "charges_e": sorted(set(body.charges[same].tolist())) or [0.0],
        }
    return found


def _rows(numbers: dict[str, Any]) -> list[tuple[str, str]]:
    """Rows of the table of properties."""
    from janus_md.model.units import BOHR_MAGNETON

    rows = []
    magnetic = numbers["magnetic_moment_bohr_magnetons"]
    unit, name = (1 / BOHR_MAGNETON, "Bohr magnetons/nm") if magnetic else (1.0, "e")
    for kind, one in numbers["kinds"].items():
        size = f"{one['diameter_nm']:g} nm" if one["diameter_nm"] > 0 else "no volume"
        charges = " or ".join(f"{charge * unit:.5g}" for charge in one["charges_e"])
        share = numbers["area_share"].get(kind)
        surface = "" if share is None else f", {100 * share:.1f} % of the surface"
        rows.append((f"kind {kind}", f"{one['sites']} x {size}, {charges} {name}{surface}"))
    rows.append(("mass", f"{numbers['mass_g_per_mol']:g} g/mol"))
    if numbers["centre_of_mass_nm"] is not None:
        centre = ", ".join(f"{x:.4g}" for x in numbers["centre_of_mass_nm"])
        rows.append(("centre of mass", f"({centre}) nm in the frame of the file"))
    dipole = f"{numbers['dipole_debye']:.4g} debye"
    if magnetic:
        dipole = f"{magnetic:.4g} Bohr magnetons"
    if numbers["dipole_to_z_degrees"] is not None:
        dipole += f", {numbers['dipole_to_z_degrees']:.1f} degrees off +z"
    inertia = ", ".join(f"{one:.5g}" for one in numbers["inertia_amu_nm2"])
    fold = numbers["symmetry"]
    return [
        *rows,
        ("moments of inertia", f"{inertia} amu nm^2 about x, y, z"),
        ("volume of the beads", f"{numbers['volume_of_beads_nm3']:.5g} nm^3"),
        ("counted in volume_fraction", f"{numbers['volume_in_volume_fraction_nm3']:.5g} nm^3"),
        (
            "excluded volume of two",
            f"{numbers['excluded_volume_nm3']:.5g} +- {numbers['excluded_volume_error_nm3']:.1g} "
            "nm^3, hard beads, mean over orientations",
        ),
        ("charge", f"{numbers['charge_e']:g} e"),
        ("magnetic moment" if magnetic else "dipole moment", dipole),
        ("hydrodynamic radius", f"{numbers['hydrodynamic_radius_nm']:.4g} nm"),
        ("symmetry about z", "body of revolution" if fold == 0 else f"{fold}-fold"),
        (
            "head-to-tail bond",
            f"closer than {numbers['bond_nm']:.4g} nm, within {numbers['bond_degrees']:g} degrees",
        ),
        ("digest", numbers["digest"]),
        *(
            (f"steps per CPU second, {engine}", f"{rate:.3g} (216 bodies at volume fraction 0.05)")
            for engine, rate in numbers.get("steps_per_cpu_second", {}).items()
        ),
    ]


def _show(numbers: dict[str, Any], found: list[PairMinimum], kT: float, png: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(numbers["name"], markup=False)
    table = Table(box=None, show_header=False)
    for row in _rows(numbers):
        table.add_row(*row)
    console.print(table, markup=False)
    if found:
        table = Table(box=None, title="Minima of the energy of two bodies", title_justify="left")
        table.add_column("arrangement", no_wrap=True)
        for heading in ("kJ/mol", f"kT\n({ROOM:g} K)", "distance\n/ nm", "angles to\nthe bond"):
            table.add_column(heading, justify="right")
        for one in found:
            first, second, _ = one.angles
            table.add_row(
                one.arrangement, f"{one.energy:.3f}", f"{one.energy / kT:.4f}",
                f"{one.distance:.4f}", f"{first:.0f}, {second:.0f}",
            )  # fmt: skip
        console.print(table)
    else:
        console.print("two bodies do not bind in any arrangement")
    console.print(f"drawn: {png}", markup=False)
