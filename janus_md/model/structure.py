"""Structures in which a run can start, and their registry.

A structure is one file, ``structures/NAME.py``, with an object ``STRUCTURE``, which converts a few
numbers to the positions and orientations of bodies. A state point states it under ``start``, with
``kind: prebuilt``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import rowan

from janus_md.common.arrays import FloatArray
from janus_md.common.registry import Registry
from janus_md.common.settings import Settings
from janus_md.model.body import RigidBody
from janus_md.model.head_and_tail import HeadAndTail, head_and_tail
from janus_md.model.interactions.table import PairTable
from janus_md.model.rotations import TURNED_OVER

DIGITS = 4
"""Decimal places of lengths that are filled in, nm."""

HEAD_SPACING = 1.04
"""Distance of neighbouring heads in a structure, in widths of the head."""

TAIL_SPACING = 1.12
"""Distance of neighbouring tails in a structure, in widths of the tail: 2^(1/6), the minimum of the
Lennard-Jones energy."""

LAYER_SPACING = 0.87
"""Distance of two layers of tails, in distances of neighbouring tails: sqrt(3)/2, the distance of
rows of a hexagonal lattice."""

CELL = 0.866
"""Area of a body in a hexagonal layer, in squares of the distance of neighbours: sqrt(3)/2."""


@dataclass(frozen=True)
class Material:
    """What a structure consists of.

    Attributes
    ----------
    body : RigidBody
        The body.
    pairs : mapping
        Pair table of its beads.
    relative_permittivity : float
        Of the medium; infinite if charges are off.
    """

    body: RigidBody
    pairs: PairTable
    relative_permittivity: float

    def head_and_tail(self) -> HeadAndTail:
        """Return the head and the attractive tail of the body.

        Raises
        ------
        Unsuitable
            If it has none.
        """
        return head_and_tail(self.body, self.pairs)


@dataclass(frozen=True)
class Placed:
    """Bodies of a structure about the origin.

    Attributes
    ----------
    positions : ndarray, shape (N, 3)
        Centres, nm.
    orientations : ndarray, shape (N, 4)
        Unit quaternions.
    """

    positions: FloatArray
    orientations: FloatArray


class Structure(ABC):
    """An arrangement of bodies of one kind: a state point states its `settings` under ``start``."""

    settings: type[Settings]
    """Settings stated by the user in addition to ``kind`` and ``structure``."""

    @abstractmethod
    def fill(self, given: Any, material: Material, n_bodies: int | None) -> Settings:
        """Return the settings with a value for each that was left out.

        Parameters
        ----------
        given : Settings
            Settings stated by the user, an instance of `settings`.
        material : Material
            What the structure consists of.
        n_bodies : int or None
            Number of bodies in the state point; None if it is left out.

        Raises
        ------
        Unsuitable
            If there is no such structure of these bodies.
        ValueError
            If the settings are not valid; the message begins with the key at fault, one of the
            settings or ``n_bodies``.
        """

    @abstractmethod
    def n_bodies(self, given: Any) -> int:
        """Return the number of bodies; `given` has all values."""

    @abstractmethod
    def place(self, given: Any, material: Material, edge: float) -> Placed:
        """Return the bodies; they may extend beyond the box.

        Parameters
        ----------
        given : Settings
            With all values.
        material : Material
            What the structure consists of.
        edge : float
            Edge of the cubic box, nm; where there are several aggregates, it sets their distances.
        """

    @abstractmethod
    def edge(self, given: Any, material: Material) -> float:
        """Return the edge of the smallest cubic box in which no image touches another, nm."""


STRUCTURES: Registry[Structure] = Registry(
    "structure", "janus_md.structures", "STRUCTURE", "janus_md.model.structures"
)
"""All structures."""


def rounded(length: float) -> float:
    """Return a length to be stored, so that it does not depend on the processor's rounding, nm."""
    return round(length, DIGITS)


def amphiphiles(parts: HeadAndTail, heads: FloatArray, axes: FloatArray) -> Placed:
    """Return bodies with their heads at given positions.

    Parameters
    ----------
    parts : HeadAndTail
        Head and tail of the body.
    heads : ndarray, shape (N, 3)
        Positions of the heads, nm.
    axes : ndarray, shape (N, 3)
        Unit vectors from head to tail.
    """
    z = parts.side * axes
    return Placed(heads - parts.head * z, _from_z(z))


def _from_z(axes: FloatArray) -> FloatArray:
    """Quaternions, shape (N, 4), of the shortest rotations from +z to unit vectors."""
    q = np.column_stack([1.0 + axes[:, 2], -axes[:, 1], axes[:, 0], np.zeros(len(axes))])
    q[axes[:, 2] < -1.0 + 1e-12] = TURNED_OVER
    return np.asarray(rowan.normalize(q))


def divided(
    n_bodies: int | None, parts: int | None, bodies: int | None, names: tuple[str, str]
) -> tuple[int, int]:
    """Return the number of equal parts of a structure, and the bodies in each.

    Parameters
    ----------
    n_bodies, parts, bodies : int or None
        Number of all bodies, of parts, and of bodies in a part; None where it is left out. There is
        one part if `n_bodies` and `bodies` do not say otherwise.
    names : tuple of 2 str
        Keys of `parts` and `bodies`.

    Raises
    ------
    ValueError
        If they do not fit together, or too few are given.
    """
    if bodies is None:
        if n_bodies is None:
            raise ValueError(f"n_bodies: is missing; it or start.{names[1]} must be given")
        parts = parts or 1
        if n_bodies % parts:
            raise ValueError(
                f"n_bodies: {n_bodies} is not allowed; it must be a multiple of start.{names[0]}, "
                f"{parts}"
            )
        bodies = n_bodies // parts
        if bodies < 2:
            raise ValueError(
                f"{names[0]}: {parts} is not allowed; there must be at least 2 of n_bodies, "
                f"{n_bodies}, in each"
            )
        return parts, bodies
    if parts is None:
        if n_bodies is not None and n_bodies % bodies:
            raise ValueError(
                f"n_bodies: {n_bodies} is not allowed; it must be a multiple of start.{names[1]}, "
                f"{bodies}"
            )
        parts = 1 if n_bodies is None else n_bodies // bodies
    return parts, bodies


def grid(number: int, dimensions: int, edge: float) -> FloatArray:
    """Return the first points of a square or cubic grid in the box.

    Parameters
    ----------
    number : int
        Number of points.
    dimensions : int
        2 (in x and y) or 3.
    edge : float
        Edge of the box, nm.

    Returns
    -------
    ndarray, shape (number, 3)
        nm; the grid has :func:`per_side` points along each edge.
    """
    side = per_side(number, dimensions)
    indices = np.stack(np.unravel_index(np.arange(number), (side,) * dimensions), axis=1)
    points = np.zeros((number, 3))
    points[:, :dimensions] = (indices + 0.5) * (edge / side) - 0.5 * edge
    return points


def per_side(number: int, dimensions: int) -> int:
    """Points along each edge of the smallest square or cubic grid with at least `number` points."""
    return math.ceil(number ** (1.0 / dimensions) - 1e-9)
