"""Whether the numbers of a frame can be those of bodies in a box: damaged files hold any."""

from __future__ import annotations

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray, lengths
from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray
from janus_md.model.box import inverse_lattice, lattice_vectors
from janus_md.model.setup import Setup

FARTHEST = 1e5
"""How far a body can be from the middle of the box, in edges of it: beyond that, numbers of single
precision hardly tell where in the box it is."""

SHORTEST = 1e-6
"""Length below which a quaternion has no direction."""

UNIT = 0.01
"""What the length of a quaternion of ours may differ from 1; those of others have any length."""

ROUNDING = 1e-6
"""Difference of a quaternion's length from 1 that is left as it is."""


def check_places(positions: FloatArray, box: FloatArray, tags: IndexArray, where: str) -> None:
    """Refuse bodies that are too far away to be told where in the box they are.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Finite numbers.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    tags : ndarray of int, shape (N,)
        Numbers of the bodies in the file.
    where : str
        Beginning of the refusal.

    Raises
    ------
    JanusError
        If one is.
    """
    away = np.abs(positions @ inverse_lattice(lattice_vectors(box))).max(axis=1)
    far = ~(away < FARTHEST)
    if far.any():
        k = int(np.argmax(far))
        raise JanusError(
            f"{where} particle {tags[k]} is at {positions[k].tolist()}, {away[k]:.3g} edges of the "
            f"box away; at most {FARTHEST:g} can be told apart"
        )


def unit_quaternions(
    orientations: FloatArray, ours: Setup | None, tags: IndexArray, where: str
) -> FloatArray:
    """Quaternions of length 1, shape (N, 4); those that have it already are left as they are.

    Parameters
    ----------
    orientations : ndarray, shape (N, 4)
        Finite numbers.
    ours : Setup or None
        What the file describes; None where others wrote it.
    tags, where
        As of :func:`check_places`.

    Raises
    ------
    JanusError
        If one has no direction, or, in a file of ours, not the length 1.
    """
    length = lengths(orientations)
    if np.any(length < SHORTEST):
        raise JanusError(f"{where} an orientation is 0; quaternions must not vanish")
    off = np.abs(length - 1.0)
    if ours is not None and off.max() > UNIT:
        k = int(np.argmax(off))
        raise JanusError(
            f"{where} the orientation of particle {tags[k]} has the length {length[k]:.3g}; in "
            "files of this software it is 1, so the file is damaged"
        )
    return orientations if off.max() <= ROUNDING else orientations / length[:, None]


def check_names(names: set[str], ours: Setup | None, where: str) -> None:
    """Refuse types that a file of ours does not describe.

    Raises
    ------
    JanusError
        If there is one.
    """
    if ours is None:
        return
    known = [body.name for body in ours.bodies]
    if unknown := sorted(names - set(known)):
        raise JanusError(
            f"{where} bodies are of type {unknown[0]!r}, but the file states those of "
            f"{', '.join(known)}; it is damaged"
        )
