"""Shapes and their registry.

A shape is one file, ``shapes/NAME.py``, with an object ``SHAPE``, which converts a few numbers to
beads. See ``docs/add_a_shape.md``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from janus_md.common.registry import Registry
from janus_md.common.settings import Settings


@dataclass(frozen=True)
class Layout:
    """Beads of a shape.

    Attributes
    ----------
    beads : tuple of (str, (float, float, float))
        Kind and position of each bead, nm; centre and axes are computed.
    diameters : dict of str to float
        Diameter of each kind, nm.
    """

    beads: tuple[tuple[str, tuple[float, float, float]], ...]
    diameters: dict[str, float]


def around_core(
    diameter: float, bead_diameter: float, surface: Sequence[tuple[str, Sequence[float]]]
) -> Layout:
    """Return a ball of a core C and beads that touch its surface from inside.

    Parameters
    ----------
    diameter, bead_diameter : float
        Of the ball and of its beads, nm.
    surface : sequence of (str, (float, float, float))
        Kind and direction (a unit vector) of each bead, in their order.
    """
    core = diameter - bead_diameter
    beads = [
        (kind, (0.5 * core * x, 0.5 * core * y, 0.5 * core * z)) for kind, (x, y, z) in surface
    ]
    used = {kind for kind, _ in beads}
    diameters = {"C": core} | {kind: bead_diameter for kind in ("B", "A") if kind in used}
    return Layout((("C", (0.0, 0.0, 0.0)), *beads), diameters)


class Shape(ABC):
    """A morphology: a particle file states its `settings` under ``shape``."""

    settings: type[Settings]
    """Settings stated by the user in addition to ``kind``, the name of the shape."""

    @abstractmethod
    def layout(self, given: Any) -> Layout:
        """Return the beads.

        Parameters
        ----------
        given : Settings
            Settings stated by the user, an instance of `settings`.

        Raises
        ------
        ValueError
            If the settings are not valid for the shape; the message names the key and the reason.
        """


SHAPES: Registry[Shape] = Registry("shape", "janus_md.shapes", "SHAPE", "janus_md.model.shapes")
"""All shapes."""
