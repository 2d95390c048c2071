"""Initial positions of bodies in a structure."""

from __future__ import annotations

import math

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray
from janus_md.model.setup import Setup
from janus_md.model.structure import Material
from janus_md.simulation.start.overlaps import overlaps_in
from janus_md.study.starts.prebuilt import structure_of

MIN_CONTACT = 0.8
"""Smallest distance of beads in units of sigma. Distances on a Fibonacci sphere vary, so it is less
than in a random start; the relaxation removes the overlaps."""


def place_structure(setup: Setup) -> tuple[FloatArray, FloatArray]:
    """Place the bodies of a setup in its structure, about the middle of the box.

    Returns
    -------
    positions : ndarray, shape (N, 3)
        Centres in the box, nm.
    orientations : ndarray, shape (N, 4)
        Unit quaternions.

    Raises
    ------
    JanusError
        If bodies overlap.
    """
    assert not isinstance(setup.start, str)
    structure, given = structure_of(setup.start)
    name, (body,), edge = str(setup.start["structure"]), setup.bodies, float(setup.box[0])
    permittivity = setup.relative_permittivity or math.inf
    material = Material(body, setup.interactions.pairs, permittivity)
    placed = structure.place(given, material, edge)
    x = placed.positions - edge * np.rint(placed.positions / edge)
    if overlaps := overlaps_in(
        setup, np.zeros(len(x), np.int32), x, placed.orientations, MIN_CONTACT
    ):
        shown = ", ".join(f"{key} {value:g}" for key, value in given.stored().items())
        raise JanusError(
            f"start: {overlaps} pairs of bodies overlap in this {name} of {body.name} ({shown}); "
            "its lengths must be larger or its numbers smaller"
        )
    return x, placed.orientations
