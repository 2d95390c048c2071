"""Where published configurations lie: they are read in place and no part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from janus_md.engines.base import SKIN
from janus_md.engines.mesh import MAX_ORDER, Mesh, balanced, longest_cutoff, resolution_for
from janus_md.model.system import System

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


SPACING = 1 / 26
"""Of the mesh, over the cutoff: both errors depend on little else."""


def fine_mesh(system: System) -> Mesh:
    """A mesh whose energy, which converges more slowly than its forces, is good to 1e-6.

    The longest cutoff that the box holds, up to 3 nm, and a mesh that grows with the box.
    """
    cutoff = min(longest_cutoff(system, SKIN), 3.0)
    points = int(np.ceil(float(system.box[:3].min()) / (SPACING * cutoff)))
    return balanced(system, cutoff, resolution_for(system, points), MAX_ORDER)
