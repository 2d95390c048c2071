"""Where published configurations lie: they are read in place and no part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from janus_md.engines.base import SKIN
from janus_md.mesh import MAX_ORDER, Mesh, balanced, longest_cutoff, resolution_for
from janus_md.system import System

PLACES = (
    os.environ.get("JANUS_MD_REFERENCE"),
    str(Path(__file__).resolve().parents[3] / "shared" / "reference"),
)


def reference(name: str, page: str) -> Path:
    """Path of a reference file; skips, naming the page that offers it, where it is not here."""
    for place in PLACES:
        if place and (path := Path(place) / name).is_file():
            return path
    pytest.skip(
        f"{name} is not here; get it from {page} and set JANUS_MD_REFERENCE to the folder "
        f"that holds {Path(name).parent}/"
    )


def fine_mesh(system: System, points: int = 72) -> Mesh:
    """A mesh whose energy, which converges more slowly than its forces, is good to 1e-6."""
    cutoff = min(longest_cutoff(system, SKIN), 1.4)
    return balanced(system, cutoff, resolution_for(system, points), MAX_ORDER)
