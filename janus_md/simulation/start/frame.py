"""Initial positions of bodies from a frame of another job or of a file."""

from __future__ import annotations

import numpy as np
import rowan

from janus_md.common.arrays import FloatArray, IntArray
from janus_md.common.errors import JanusError
from janus_md.model.setup import Setup
from janus_md.simulation.start.overlaps import overlaps_in

MIN_CONTACT = 0.7
"""Smallest distance of beads in units of sigma. The repulsion there is above 200 epsilon, so beads
are not that close in a run with the same bodies."""


def place_frame(setup: Setup) -> tuple[IntArray, FloatArray, FloatArray]:
    """Place the bodies of a setup as in its first frame.

    Returns
    -------
    kinds : ndarray of int, shape (N,)
        Kind of each body.
    positions : ndarray, shape (N, 3)
        Centres in the box, nm.
    orientations : ndarray, shape (N, 4)
        Unit quaternions.

    Raises
    ------
    JanusError
        If bodies overlap, or the setup was read from a file that does not contain the frame.
    """
    frame = setup.first
    if frame is None:
        raise JanusError("start: the frame is missing; resolve the state point in its workspace")
    x = frame.positions - setup.box[:3] * np.rint(frame.positions / setup.box[:3])
    orientations = np.asarray(rowan.normalize(frame.orientations))
    if overlaps := overlaps_in(setup, frame.kinds, x, orientations, MIN_CONTACT):
        raise JanusError(
            f"start: {overlaps} pairs of bodies overlap in the frame; the bodies of the state "
            "point must not be larger than those of the frame"
        )
    return frame.kinds, x, orientations
