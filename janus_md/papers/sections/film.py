"""Distances in the film beside those in micrographs: table and figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.pictures.figures.axes import new_figure
from janus_md.analysis.pictures.figures.styles import COLOURS
from janus_md.analysis.pictures.micrograph import COVERED, described
from janus_md.common.uncertainty import with_error
from janus_md.papers.measures import Measured
from janus_md.papers.measuring.film_distances import SHELL_NM
from janus_md.papers.paper import Paper
from janus_md.papers.rows import Results, combine
from janus_md.papers.sections.markdown import grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DISTANCES = {
    "bond_nm": "bonds",
    "shell_nm": f"all neighbours closer than {SHELL_NM:g} nm",
    "micrograph_nm": "nearest particles in the micrograph",
}
"""Quantities of distances, and what they are the distances of."""

EDGES = np.arange(1.2, 3.001, 0.04)
"""Edges of the bins of the figure, nm."""


def section(paper: Paper, results: Results) -> list[str]:
    """Return the table of the distances; empty if there is no film."""
    rows, films = [], []
    low, high = paper.bond.other_spacing if paper.bond else (np.nan, np.nan)
    for label, medium, runs in _films(paper, results):
        films.append(f"{medium}: `{paper.model_in(medium)}`")
        for quantity, name in DISTANCES.items():
            values = np.concatenate([run.samples[quantity] for run in runs])
            if not len(values):
                continue
            mean, error = combine([run.values.get(quantity, (None, None)) for run in runs])
            middle = "{:.2f} to {:.2f}".format(*np.percentile(values, [10.0, 90.0]))
            inside = f"{np.mean((values >= low) & (values <= high)):.2f}"
            rows.append((label, name, with_error(mean, error), middle, inside))
    if not rows:
        return []
    return [
        "## Distances in the dried film",
        "A micrograph shows particles, not bonds. Its distances are therefore compared with those "
        "of all neighbours, bonded or not, and with the distances that are measured on a synthetic "
        f"micrograph. The model is that of the film ({', '.join(dict.fromkeys(films))}), since "
        "bodies with blades do not reach its density. A drop evaporates to this density, and then "
        "the last solvent leaves; there is no contact with a surface.",
        grid(
            ("film", "distances of", "mean / nm", "10 to 90 % / nm", f"in {low:g} to {high:g} nm"),
            rows,
        ),
        f"The limit of {SHELL_NM:g} nm shapes the mean over all neighbours: the density of pairs "
        "does not fall to 0 beyond the first shell. The micrograph is of a section in which cores "
        f"cover {COVERED:.0%} of the image. {described()} Cores are the maxima of a Laplacian of "
        "Gaussian, and the distance is that to the nearest other core in projection.",
    ]


def figure(paper: Paper, results: Results) -> Figure | None:
    """Distributions of the distances in the film; None without one."""
    for label, _, runs in _films(paper, results):
        drawn, (axes,) = new_figure(6.0, 3.8, 1)
        for (quantity, name), colour in zip(DISTANCES.items(), COLOURS, strict=False):
            values = np.concatenate([run.samples[quantity] for run in runs])
            count, _ = np.histogram(values, EDGES)
            share = count / max(1, len(values)) / np.diff(EDGES)
            axes.stairs(share, EDGES, color=colour, lw=1.2, label=name)
        if paper.bond is not None:
            axes.axvspan(*paper.bond.other_spacing, color="0.5", alpha=0.25, lw=0, zorder=0)
        axes.set(xlabel="distance / nm", ylabel="density / (1/nm)", ylim=(0.0, None), title=label)
        axes.legend(frameon=False, fontsize=8)
        return drawn
    return None


def _films(paper: Paper, results: Results) -> Iterator[tuple[str, str, Sequence[Measured]]]:
    """Label, medium and runs of the substances whose distances of neighbours are facts."""
    for fact in paper.facts:
        if fact.quantity == "shell_nm":
            for substance in fact.substances:
                if runs := results.get((substance, fact.medium), ()):
                    yield f"{substance} ({fact.medium})", fact.medium, runs
