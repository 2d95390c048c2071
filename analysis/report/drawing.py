"""Drawing of the figures of a report into files; flat and empty ones are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from janus_md.analysis.pictures.figures import axes
from janus_md.analysis.pictures.figures.replicas import NotApplicableError, NotDrawnError
from janus_md.analysis.pictures.figures.styles import plain_style
from janus_md.analysis.report.gallery import FIGURES, FigureKind
from janus_md.analysis.report.material import Material
from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown

FORMATS = ("png", "svg", "pdf")
"""Formats of figures."""

DPI_RANGE = (30.0, 1200.0)
"""Allowed resolutions, pixels per inch."""


@dataclass(frozen=True)
class Files:
    """Which figures are written, and how.

    Attributes
    ----------
    names : sequence of str
        Figures (:data:`janus_md.analysis.report.gallery.FIGURES`); all if it is empty.
    formats : sequence of str
        Formats, of :data:`FORMATS`.
    dpi : float
        Resolution of PNG files, and of images within the other formats.

    Raises
    ------
    JanusError
        If a name or format is unknown, or the resolution is out of range.
    """

    names: Sequence[str] = ()
    formats: Sequence[str] = FORMATS[:1]
    dpi: float = axes.DPI

    def __post_init__(self) -> None:
        for name in self.names:
            if name not in FIGURES:
                raise JanusError(unknown("--figure", name, FIGURES))
        for name in self.formats:
            if name not in FORMATS:
                raise JanusError(unknown("--format", name, FORMATS))
        if not self.formats:
            raise JanusError(f"--format: is empty; allowed are {', '.join(FORMATS)}")
        low, high = DPI_RANGE
        if not low <= self.dpi <= high:
            raise JanusError(f"--dpi: {self.dpi:g} is not allowed; it must be {low:g} to {high:g}")


@dataclass(frozen=True)
class Picture:
    """A figure of the report.

    Attributes
    ----------
    kind : FigureKind
        Which one.
    paths : list of Path
        Its files.
    caption : str
        What it shows.
    png : bytes
        The figure as PNG.
    """

    kind: FigureKind
    paths: list[Path]
    caption: str
    png: bytes


@dataclass
class Drawn:
    """Figures that were drawn, and why others were not.

    Attributes
    ----------
    pictures : list of Picture
        In the order of the report.
    reasons : dict of str to NotDrawnError
        Reason by the name of the figure.
    """

    pictures: list[Picture] = field(default_factory=list)
    reasons: dict[str, NotDrawnError] = field(default_factory=dict)

    def not_drawn(self, *, applicable: bool = False) -> str:
        """Return a line about figures that were not drawn; it may be empty.

        With `applicable`, figures are left out that make no sense for these bodies.
        """
        by_reason: dict[str, list[str]] = {}
        for name, reason in self.reasons.items():
            if not (applicable and isinstance(reason, NotApplicableError)):
                by_reason.setdefault(str(reason), []).append(name)
        return "; ".join(
            f"{', '.join(those)}, because {reason}" for reason, those in by_reason.items()
        )


@plain_style()
def draw_figures(of: Material, out: Path, files: Files) -> Drawn:
    """Write the figures of a report that are neither flat nor empty.

    Parameters
    ----------
    of : Material
        What they are drawn from.
    out : Path
        Folder of the files.
    files : Files
        Names, formats and resolution.
    """
    drawn = Drawn()
    for name, kind in FIGURES.items():
        if files.names and name not in files.names:
            continue
        try:
            if not of.groups:
                raise NotDrawnError("no job has results")
            if kind.of_wires and not of.dipolar:
                raise NotApplicableError("bodies without a dipole form no wires")
            figure = kind.draw(of)
        except NotDrawnError as reason:
            drawn.reasons[name] = reason
            continue
        paths = [axes.save(figure, out / f"{name}.{suffix}", files.dpi) for suffix in files.formats]
        png = BytesIO()
        if "png" in files.formats:
            png.write(paths[list(files.formats).index("png")].read_bytes())
        elif not files.names:
            figure.savefig(png, dpi=files.dpi, format="png")
        drawn.pictures.append(Picture(kind, paths, kind.caption(of), png.getvalue()))
    return drawn
