"""Shapes and their registry.

A shape is one file, ``shapes/NAME.py``, with an object ``SHAPE``, which converts a few numbers to
beads. See ``docs/add_a_shape.md``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
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
