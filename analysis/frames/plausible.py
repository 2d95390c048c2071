"""Plausibility checks of the positions, orientations and types read from a file."""

from __future__ import annotations

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray, lengths
from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray
from janus_md.model.box import inverse_lattice, lattice_vectors
from janus_md.model.setup import Setup

MAX_EDGES_AWAY = 1e5
"""Maximum distance of a body from the centre of the box, in edges of the box. Farther away, single
precision does not resolve its position in the box."""

MIN_QUATERNION_LENGTH = 1e-6
"""Minimum length of a quaternion; shorter ones cannot be normalised."""

LENGTH_TOLERANCE = 0.01
"""Maximum deviation from length 1 of a quaternion in files of this software; quaternions of other
software may have any length."""

ROUNDING = 1e-6
"""Deviation from length 1 below which a quaternion is not normalised again."""


def check_places(positions: FloatArray, box: FloatArray, tags: IndexArray, where: str) -> None:
    """Check that the positions can be wrapped into the box at their precision.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Finite numbers.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    tags : ndarray of int, shape (N,)
        Particle indices of the bodies in the file.
    where : str
        Beginning of the error message.

    Raises
    ------
    JanusError
        If a body is too far away.
    """
    away = np.abs(positions @ inverse_lattice(lattice_vectors(box))).max(axis=1)
    far = ~(away < MAX_EDGES_AWAY)
    if far.any():
        k = int(np.argmax(far))
        raise JanusError(
            f"{where} particle {tags[k]} is at {positions[k].tolist()}, {away[k]:.3g} edges of the "
            f"box away; it must be at most {MAX_EDGES_AWAY:g}"
        )


def unit_quaternions(
    orientations: FloatArray, ours: Setup | None, tags: IndexArray, where: str
) -> FloatArray:
    """Return quaternions normalised to length 1, shape (N, 4).

    Parameters
    ----------
    orientations : ndarray, shape (N, 4)
        Finite numbers.
    ours : Setup or None
        Setup described by the file; None for files of other software.
    tags, where
        See :func:`check_places`.

    Raises
    ------
    JanusError
        If a quaternion is 0, or its length is not 1 in a file of this software.
    """
    length = lengths(orientations)
    if np.any(length < MIN_QUATERNION_LENGTH):
        raise JanusError(f"{where} an orientation is 0; quaternions must not be 0")
    off = np.abs(length - 1.0)
    if ours is not None and off.max() > LENGTH_TOLERANCE:
        k = int(np.argmax(off))
        raise JanusError(
            f"{where} the orientation of particle {tags[k]} has the length {length[k]:.3g}; in "
            "files of this software it is 1, so the file is damaged"
        )
    return orientations if off.max() <= ROUNDING else orientations / length[:, None]


def check_names(names: set[str], ours: Setup | None, where: str) -> None:
    """Check that a file of this software describes all types of body in it.

    Raises
    ------
    JanusError
        If a type is not described.
    """
    if ours is None:
        return
    known = [body.name for body in ours.bodies]
    if unknown := sorted(names - set(known)):
        raise JanusError(
            f"{where} a body has the type {unknown[0]!r}, but the file describes only "
            f"{', '.join(known)}; it is damaged"
        )
