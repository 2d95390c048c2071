"""Draw the last frames of a template for the documentation.

``python -m tests.docs.frames vesicle WORKSPACE vesicle.png`` writes docs/images/vesicle.png from a
workspace in which the template, or its small variant, was run.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import janus_md
from janus_md.analysis.pictures.beads import draw_beads
from tests.conftest import ROOT
from tests.templates.conftest import KT

Wanted = Callable[[Mapping[str, Any]], bool]

PIXELS = 320
"""Width of a panel."""

COLOURS = 64
"""Colours of a picture, which keeps it small."""


def _job(depth: int, particle: str = "", structure: str | None = "") -> Wanted:
    """Filter of state points by epsilon (kT), particle, and structure; None is a random start."""

    def wanted(point: Mapping[str, Any]) -> bool:
        start = point["start"]
        found = None if isinstance(start, str) else start["structure"]
        return (
            round(point["interactions"]["A-A"]["attraction"]["epsilon"] / KT) == depth
            and particle in ("", point["particle"])
            and structure in ("", found)
            and point["replica"] == 0
        )

    return wanted


def _environment(name: str, **settings: float) -> Wanted:
    """Filter of state points by a field; without settings, those that do not have it."""

    def wanted(point: Mapping[str, Any]) -> bool:
        found = point.get("environment", {}).get(name, {})
        same = {key: found.get(key) for key in settings} == settings
        return same and bool(settings or not found) and point["replica"] == 0

    return wanted


def _angle(degrees: float) -> Wanted:
    """Filter of state points by the contact angle of kind A."""

    def wanted(point: Mapping[str, Any]) -> bool:
        return bool(point["environment"]["interface"]["angles"]["A"] == degrees)

    return wanted


def _wall(form: str) -> Wanted:
    """Filter of state points by the form of the lower wall."""
    return lambda point: bool(point["environment"]["walls"]["lower"]["form"] == form)


def _stages(number: int) -> Wanted:
    """Filter of state points by the number of stages."""
    return lambda point: len(point["protocol"]["stages"]) == number


PICTURES: dict[str, list[tuple[str, Wanted]]] = {
    "vesicle": [
        ("vesicle at the start, 5 kT (cut open)", _job(5, "amphiphile-d40-s95")),
        ("the same start, 3 kT", _job(3, "amphiphile-d40-s95")),
        ("smaller tails, 6 kT", _job(6, "amphiphile")),
    ],
    "bilayer": [
        ("random start, 5 kT", _job(5, structure=None)),
        ("sheet at the start, 5 kT", _job(5, structure="sheet")),
        ("the same start, 3 kT", _job(3, structure="sheet")),
    ],
    "worms": [("6 kT", _job(6)), ("3 kT", _job(3))],
    "dipoles_in_field": [
        ("field of 5 kT along z", _environment("electric_field", z=0.1421)),
        ("no field", _environment("electric_field")),
    ],
    "magnetic_platelets_in_field": [
        ("field of 5 kT along z", _environment("magnetic_field", z=0.1734)),
        ("no field", _environment("magnetic_field")),
    ],
    "active_nanomotors": [
        ("5 m/s along +z of the body", _environment("activity", speed=0.005)),
        ("no activity", _environment("activity", speed=0.0)),
    ],
    "pickering_interface": [("angles 130 and 50", _angle(130.0)), ("90 and 90", _angle(90.0))],
    "dumbbell_compatibilizer": [("angles 120 and 60", _angle(120.0)), ("90 and 90", _angle(90.0))],
    "deposition_on_substrate": [
        ("attractive substrate", _wall("lj93")),
        ("repulsive substrate", _wall("repulsive")),
    ],
    "drop_casting": [("dried", _stages(3)), ("in the solvent", _stages(2))],
    "annealing": [
        ("cooled from 600 K", lambda point: len(point["protocol"]["stages"]) > 1),
        ("at room temperature", _stages(1)),
    ],
    "film": [("dried, with the substrate below", _stages(3))],
    "two_payload_release": [("carriers", lambda point: bool(point["replica"] == 0))],
}
"""Titles and jobs by template."""

FROM_THE_SIDE = {
    "dipoles_in_field",
    "magnetic_platelets_in_field",
    "pickering_interface",
    "dumbbell_compatibilizer",
    "deposition_on_substrate",
    "film",
}
"""Templates with a direction along z, which is up in their pictures."""

WIDTHS = {"deposition_on_substrate": 60.0}
"""Length along x that is drawn of a wide box, nm."""


def main(name: str, workspace: str, out: str) -> None:
    """Draw the picture of a template: last frames beside each other, each with its title."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from PIL import Image

    jobs = list(janus_md.open_project(workspace))
    panels = []
    with tempfile.TemporaryDirectory() as folder:
        panel = Path(folder) / "panel.png"
        for _, wanted in PICTURES[name]:
            (job,) = (one for one in jobs if wanted(one.statepoint()))
            draw_beads(
                Path(job.path) / "trajectory.gsd", panel, cut=name == "vesicle",
                side=name in FROM_THE_SIDE, width=WIDTHS.get(name, np.inf),
            )  # fmt: skip
            panels.append(_cropped(np.asarray(Image.open(panel).convert("RGB"))))
        height = max(len(one) / one.shape[1] for one in panels) + 0.15
        figure, axes = plt.subplots(
            1, len(panels), figsize=(len(panels) * PIXELS / 100, height * PIXELS / 100)
        )
        for axis, image, (title, _) in zip(
            np.atleast_1d(axes), panels, PICTURES[name], strict=True
        ):
            axis.imshow(image)
            axis.set_title(title, fontsize=9)
            axis.axis("off")
        figure.tight_layout(pad=0.4)
        picture = Path(folder) / "picture.png"
        figure.savefig(picture, dpi=100)
        image = Image.open(picture).convert("RGB").quantize(COLOURS)
        image.save(ROOT / "docs" / "images" / out, format="PNG", optimize=True)


def _cropped(image: np.ndarray) -> np.ndarray:
    """Return a picture without white rows above and below."""
    rows = np.flatnonzero(image.min(axis=(1, 2)) < 250)
    return image[max(0, rows[0] - 4) : rows[-1] + 5]


if __name__ == "__main__":
    main(*sys.argv[1:])
