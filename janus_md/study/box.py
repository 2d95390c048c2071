"""The box of a state point, and whether its bodies fit in it."""

from __future__ import annotations

import math

import numpy as np

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.solid import union_volume
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint

PACKING_LIMIT = {"random": 0.384, "lattice": math.pi / 6}
"""Largest fraction of the box that the union of all beads may fill, by the kind of start.

These are the limits of equal hard spheres for random sequential addition (0.3841: Zhang and
Torquato, Phys. Rev. E 88, 053312, 2013) and on a simple cubic lattice. Bodies of other shapes may
not fit at much lower fractions; the placement then fails.
"""


def density_of(point: StatePoint) -> tuple[str, float]:
    """Return the key of the density that the state point has, and its value."""
    key = "volume_fraction" if point.number_density is None else "number_density"
    return key, float(getattr(point, key))


def edges_of(point: StatePoint, bodies: tuple[RigidBody, ...]) -> FloatArray:
    """Edges of the box, or of the space between walls, shape (3,), nm."""
    if point.number_density is not None:
        volume = point.n_bodies / point.number_density
    else:
        occupied = sum(n * body.volume for n, body in zip(point.counts(), bodies, strict=True))
        volume = occupied / float(point.volume_fraction or 1.0)
    ratio = np.array(point.box_ratio)
    return np.asarray(volume ** (1 / 3) * (ratio / float(ratio.prod()) ** (1 / 3)))


def check_packing(
    point: StatePoint, bodies: tuple[RigidBody, ...], volume: float, start: str
) -> None:
    """Raise an error if the unions of beads fill more of `volume` than the packing limit."""
    beads = sum(n * union_volume(one) for n, one in zip(point.counts(), bodies, strict=True))
    share = PACKING_LIMIT[start] * volume / beads  # packing limit over actual fraction
    if share >= 1.0:
        return
    key, given = density_of(point)
    raise BadStatePoint(
        key,
        f"{key}: {given:g} cannot be packed; it must be at most {given * share:.3g} for the beads "
        f"of {'these bodies' if point.model is None else f'this {point.model} model'} with start "
        f"{start}",
    )
