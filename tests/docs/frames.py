"""Draw the last frames of a template for the documentation.

``python -m tests.docs.frames vesicle WORKSPACE`` writes docs/images/vesicle.png from a workspace in
which the template was run as a whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import janus_md
from janus_md.analysis.pictures.beads import draw_beads
from tests.conftest import ROOT
from tests.templates.conftest import KT

Wanted = Callable[[Mapping[str, Any]], bool]


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
}
"""Titles and jobs by template."""


def main(name: str, workspace: str) -> None:
    """Draw the picture of a template."""
    jobs = list(janus_md.open_project(workspace))
    frames = []
    for title, wanted in PICTURES[name]:
        (job,) = (one for one in jobs if wanted(one.statepoint()))
        frames.append((title, Path(job.path) / "trajectory.gsd"))
    draw_beads(frames, ROOT / "docs" / "images" / f"{name}.png", cut=name == "vesicle")


if __name__ == "__main__":
    main(*sys.argv[1:])
