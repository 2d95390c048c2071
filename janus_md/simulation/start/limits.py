"""Part of the box in which bodies are at the start of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from janus_md.common.arrays import FloatArray
from janus_md.model.environment import FIELDS, BoolArray, Poses
from janus_md.model.setup import Setup


def _none(placed: Poses) -> BoolArray:
    return np.zeros(len(placed[0]), bool)


@dataclass(frozen=True)
class Limits:
    """Part of a periodic box for bodies.

    Attributes
    ----------
    edges : ndarray, shape (3,)
        Edges of the part, which has the same centre as the box, nm.
    core : ndarray, shape (3,)
        Edges of the part in which a centre may be anywhere, whatever the orientation, nm.
    blocked : callable
        Takes kinds, centres and orientations, and returns which bodies cannot be there.
    """

    edges: FloatArray
    core: FloatArray
    blocked: Callable[[Poses], BoolArray] = _none


def limits_of(setup: Setup) -> Limits:
    """Return the part of the box that the external fields of a setup leave for bodies."""
    applied = [(FIELDS.get(field.name), field.parameters) for field in setup.environment]
    edges = core = np.array(setup.box[:3])
    for field, parameters in applied:
        space, inner = field.room(setup, parameters)
        edges, core = np.minimum(edges, space), np.minimum(core, inner)

    def blocked(placed: Poses) -> BoolArray:
        found = _none(placed)
        for field, parameters in applied:
            found |= field.blocked(setup.bodies, placed, parameters)
        return found

    return Limits(edges, core, blocked)
