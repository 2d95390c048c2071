"""Head and tail of an amphiphilic body: its inert beads, and those that attract each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.common.arrays import FloatArray
from janus_md.model.body import RigidBody
from janus_md.model.interactions.table import PairTable, Row, sorted_pairs
from janus_md.model.interactions.term import TERMS

OFF_AXIS = 0.05
"""Largest distance of head and tail from the z axis, in diameters of the head."""


class Unsuitable(ValueError):
    """A body of which there is no such structure; the message is the end of a sentence."""


@dataclass(frozen=True)
class HeadAndTail:
    """Head and tail of a body, both on its z axis.

    Attributes
    ----------
    head : float
        z of the centre of the head, its largest beads, nm.
    length : float
        Distance from the head to the middle of the attractive beads, nm.
    head_width, tail_width : float
        Diameters across the z axis, nm.
    side : int
        1 if the tail is towards +z, else -1.
    """

    head: float
    length: float
    head_width: float
    tail_width: float
    side: int


def head_and_tail(body: RigidBody, pairs: PairTable) -> HeadAndTail:
    """Return the head and the tail of a body.

    Parameters
    ----------
    body : RigidBody
        The body.
    pairs : mapping
        Pair table.

    Raises
    ------
    Unsuitable
        If no beads, or all beads, of the body attract others of their kind, or the attractive beads
        are around the head or beside the z axis.
    """
    table = sorted_pairs(pairs)
    kinds = {kind for kind in body.types if _attractive(table.get((kind, kind), ()))}
    attractive = np.array([kind in kinds for kind in body.types], bool)
    radii = 0.5 * np.array([body.diameters[kind] for kind in body.types])
    solid = ~attractive & (radii > 0.0)
    if not attractive.any() or not solid.any():
        which = "no" if not attractive.any() else "only"
        raise Unsuitable(f"{body.name} has {which} beads that attract others of their kind")
    largest = solid & (radii >= radii[solid].max() - 1e-9)
    head, tail = (body.positions[chosen].mean(axis=0) for chosen in (largest, attractive))
    width = 2.0 * _across(body.positions[solid], radii[solid])
    off = max(np.hypot(head[0], head[1]), np.hypot(tail[0], tail[1]))
    length = float(tail[2] - head[2])
    if off > OFF_AXIS * width or abs(length) < OFF_AXIS * width:
        raise Unsuitable(f"the attractive beads of {body.name} are not at one end of its z axis")
    return HeadAndTail(
        head=float(head[2]),
        length=abs(length),
        head_width=width,
        tail_width=2.0 * _across(body.positions[attractive], radii[attractive]),
        side=1 if length > 0.0 else -1,
    )


def _across(places: FloatArray, radii: FloatArray) -> float:
    """Largest distance of the surface of beads from the z axis, nm."""
    return float((np.hypot(places[:, 0], places[:, 1]) + radii).max())


def _attractive(rows: tuple[Row, ...]) -> bool:
    """Whether the sum of pair terms is negative at any distance."""
    if not rows:
        return False
    r = np.linspace(0.0, max(row.cutoff for row in rows), 401)[1:]
    total = np.zeros(len(r))
    for row in rows:
        term, parameters = TERMS.get(row.form), {k: np.array(v) for k, v in row.items}
        here = term.energy(r * r, **parameters)
        end = term.energy(np.array(row.cutoff**2), **parameters)
        total += np.where(r < row.cutoff, here - end, 0.0)
    return bool(total.min() < -1e-9)
