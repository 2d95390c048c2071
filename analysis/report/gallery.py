"""The figures of a report by name, each with its section and its caption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from janus_md.analysis.pictures import snapshot
from janus_md.analysis.pictures.figures import aggregates, structure, wires
from janus_md.analysis.pictures.figures.replicas import explained
from janus_md.analysis.pictures.micrograph import COVERED, described
from janus_md.analysis.report.material import Material

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class FigureKind:
    """A figure that a report can have.

    Attributes
    ----------
    section : str
        Heading that it is under.
    shows : str
        What it shows, in a few words.
    draw : callable
        Function that draws it; it raises NotDrawnError if the figure would be flat or empty.
    caption : callable
        Function that returns its caption.
    of_wires : bool
        Whether it needs bodies with a dipole, which form wires.
    """

    section: str
    shows: str
    draw: Callable[[Material], Figure]
    caption: Callable[[Material], str]
    of_wires: bool = False


def _kinds(of: Material) -> Figure:
    return aggregates.kinds_along_sweep(of.swept) or aggregates.shares_of_kinds(of.groups)


def _kinds_caption(of: Material) -> str:
    return (
        "Share of the bodies in aggregates of each kind, and mean sizes if a number varies, over "
        "the last third of each run; bars: standard error."
    )


def _scattering(of: Material) -> Figure:
    replicas = [(label, of.folders[label]) for label, _ in of.shown]
    return structure.scattering(replicas, of.styles, cores=of.dipolar)


def _scattering_caption(of: Material) -> str:
    cores = ", and the small-angle X-ray intensity if metal cores alone scattered"
    return (
        f"Structure factor of the centres{cores if of.dipolar else ''}, over the last third of "
        f"each run{of.of_seen()}. {explained(of.groups)}"
    )


def _snapshots(of: Material, by_piece: bool) -> Figure:
    return snapshot.snapshots(of.shown, of.styles, of.dpi, by_piece=by_piece)


def _pieces_caption(of: Material) -> str:
    return (
        f"Last frames{of.of_seen()}. {'Wires' if of.dipolar else 'Aggregates'} of three bodies or "
        "more have a colour each, with a darker shade for one half of the bodies; smaller ones are "
        "grey. The box is periodic."
    )


FIGURES: dict[str, FigureKind] = {
    "aggregates": FigureKind(
        "Aggregates",
        "shares of bodies in aggregates of each kind, mean sizes",
        _kinds,
        _kinds_caption,
    ),
    "sizes": FigureKind(
        "Aggregates",
        "distribution of aggregation numbers",
        lambda of: aggregates.aggregation_numbers(of.groups, of.tables, of.styles),
        lambda of: (
            "Aggregation numbers: share of the bodies in aggregates of n, over the last "
            f"third of each run. {explained(of.groups)}"
        ),
    ),
    "growth": FigureKind(
        "Wires",
        "mean wire length against time",
        lambda of: wires.growth(of.groups, of.tables, of.styles),
        lambda of: (
            "Growth of the wires; each point is a mean over consecutive frames. "
            f"{explained(of.groups)}"
        ),
        of_wires=True,
    ),
    "sweep": FigureKind(
        "Wires",
        "mean wire length along the sweep, with theory",
        lambda of: wires.lengths_along_sweep(of.swept, of.expected, of.styles),
        lambda of: (
            "Mean wire length along the sweep, over the last third of each run; bars: "
            "standard error. Dashed, if the state points are few: equilibrium of bodies that "
            "bond like an isolated pair."
        ),
        of_wires=True,
    ),
    "lengths": FigureKind(
        "Wires",
        "distribution of wire lengths",
        lambda of: wires.length_distribution(of.groups, of.tables, of.styles),
        lambda of: (
            "Lengths of the wires, over the last third of each run. "
            f"{explained(of.groups)} Dashed, if the curves are few: equilibrium polymers of "
            "the same mean length by number."
        ),
        of_wires=True,
    ),
    "snapshots": FigureKind(
        "Last frames",
        "last frames, bodies in the colours of their halves",
        lambda of: _snapshots(of, by_piece=False),
        lambda of: (
            f"Last frames{of.of_seen()}. Each half or kind of bead of a body has a colour. "
            "The box is periodic."
        ),
    ),
    "snapshots_by_wire": FigureKind(
        "Last frames",
        "last frames, a colour for each wire or aggregate",
        lambda of: _snapshots(of, by_piece=True),
        _pieces_caption,
    ),
    "micrograph": FigureKind(
        "Last frames",
        "synthetic transmission electron micrographs",
        lambda of: structure.micrographs(of.by_size(), of.styles),
        lambda of: (
            "Synthetic transmission electron micrographs of a section through the last frames, "
            "seen along the third edge of the box: metal cores dark, ligands grey. The section is "
            f"so thin that cores cover {COVERED:.0%} of the image. {described()}"
        ),
        of_wires=True,
    ),
    "structure": FigureKind(
        "Structure",
        "density of bodies about a dipole",
        lambda of: structure.about_the_dipole(of.by_size(), of.styles),
        lambda of: (
            "Density of other bodies about a body whose dipole points up, relative to the "
            "mean density."
        ),
        of_wires=True,
    ),
    "scattering": FigureKind(
        "Structure",
        "structure factor and scattered intensity",
        _scattering,
        _scattering_caption,
    ),
    "rdf": FigureKind(
        "Structure",
        "radial distribution function",
        lambda of: structure.radial_distribution(of.groups, of.tables, of.styles),
        lambda of: (
            "Radial distribution of the centres, over the last third of each run. "
            f"{explained(of.groups)}"
        ),
    ),
}
"""All figures, in the order of the report."""
