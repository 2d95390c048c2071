"""Whether a distance in a crystal is a contact or a repeat, by the density.

Bodies are stacked in columns along c, one per `rise`. If `sideways` were the distance of
neighbouring columns on a square lattice, the density would follow from the mass. Conversely, a
density gives the distances of neighbouring columns if `sideways` is one edge of a centred
rectangular cell. The cell is hexagonal if the other edge is shorter by the square root of 3.
"""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict

from janus_md.model.nanocluster import MODELS
from janus_md.model.solid import union_volume
from janus_md.model.units import GRAM_PER_CM3
from janus_md.papers.sections.markdown import grid
from janus_md.study.catalogue import catalog


class Crystal(BaseModel):
    """Distances in a crystal, and the density that is expected of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    particle: str
    """Particle of the catalogue, for its mass."""
    rise: float
    """Distance of neighbours along a column, nm."""
    sideways: float
    """Distance across the columns, nm: a contact or a repeat."""
    density: tuple[float, float]
    """Smallest and largest density that is expected, g/cm^3."""
    entry: str
    """Entry of the structure in a database."""


def density(mass: float, volume: float) -> float:
    """Density of bodies of `mass` (amu), one per `volume` (nm^3), g/cm^3."""
    return mass / volume / GRAM_PER_CM3


def column_distances(volume: float, rise: float, sideways: float) -> tuple[float, float]:
    """Distances of the neighbouring columns in a centred rectangular cell, nm.

    Parameters
    ----------
    volume : float
        Volume of a body, nm^3.
    rise : float
        Distance of bodies along a column, nm.
    sideways : float
        One edge of the cell, which contains two columns, nm.

    Returns
    -------
    along, diagonal : float
        Of the two columns along the other edge, and of the four in the centres of the cells around.
    """
    edge = 2.0 * volume / (rise * sideways)
    return edge, 0.5 * math.hypot(edge, sideways)


def hexagonal_volume(rise: float, sideways: float) -> float:
    """Volume of a body at which the cell of :func:`column_distances` is hexagonal, nm^3."""
    return 0.5 * rise * sideways**2 / math.sqrt(3.0)


def finding(crystal: Crystal) -> list[str]:
    """Say what the density means for the distance, and which models fit into the crystal."""
    mass = catalog.nanocluster(crystal.particle).mass
    rise, side = crystal.rise, crystal.sideways
    low, high = (mass / one / GRAM_PER_CM3 for one in reversed(crystal.density))
    cell = rise * side**2
    hexagonal = hexagonal_volume(rise, side)
    rows = []
    for volume in (high, hexagonal, low):
        along, diagonal = column_distances(volume, rise, side)
        rows.append(
            (
                f"{density(mass, volume):.2f}" + (" (hexagonal)" if volume == hexagonal else ""),
                f"{volume:.2f}",
                f"{along:.3f}",
                f"{diagonal:.3f}",
            )
        )
    return [
        f"If {side:g} nm were the contact of columns on a square lattice, there would be one "
        f"cluster of {mass:g} g/mol per {rise:g} x {side:g} x {side:g} nm^3, which is "
        f"{density(mass, cell):.2f} g/cm^3. Crystals of gold and copper clusters with organic "
        f"ligands are expected to have about {crystal.density[0]:g} to {crystal.density[1]:g} "
        f"g/cm^3 (an assumption), that is {low:.1f} to {high:.1f} nm^3 per cluster. With "
        f"{side:g} nm as one edge of a centred rectangular cell of two columns, neighbouring "
        "columns are then much closer:",
        grid(
            (
                "density / (g/cm^3)",
                "volume of a cluster / nm^3",
                "to 2 columns / nm",
                "to 4 columns / nm",
            ),
            rows,
        ),
        f"At {density(mass, hexagonal):.2f} g/cm^3 the packing is hexagonal: {side:g} nm is the "
        f"square root of 3 times {side / math.sqrt(3.0):.3f} nm. So {side:g} nm is probably a "
        "repeat of the lattice, not a contact. This is an inference, which the atomic coordinates "
        f"can confirm or refute ({crystal.entry}); they were not available.",
        "The beads of a model must fill less than the volume of a cluster in the crystal. This is "
        "necessary, but not sufficient for a packing:",
        grid(
            ("model", "union of the beads / nm^3", f"less than {high:.1f} nm^3"),
            _unions(crystal.particle, high),
        ),
    ]


def _unions(particle: str, largest: float) -> list[tuple[str, str, str]]:
    """Return each model, the union of its beads, and whether it is smaller than `largest`."""
    rows = []
    for model in MODELS:
        union = union_volume(catalog.body(particle, model))
        rows.append((f"`{model}`", f"{union:.2f}", "yes" if union < largest else "no"))
    return rows
