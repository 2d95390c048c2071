"""Micelles: round aggregates with tails inside."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.sphere_points import fibonacci
from janus_md.model.structure import (
    HEAD_SPACING,
    TAIL_SPACING,
    Material,
    Placed,
    Structure,
    amphiphiles,
    divided,
    grid,
    per_side,
    rounded,
)


class MicelleSettings(Settings):
    """Equal micelles on a simple cubic grid; tails point to their centres."""

    micelles: Annotated[int, Field(ge=1)] | None = None
    """Number of micelles; null: `n_bodies` over `bodies`, or 1."""
    bodies: Annotated[int, Field(ge=2)] | None = None
    """Bodies of each micelle; null: `n_bodies` over `micelles`."""
    radius: Positive | None = None
    """Radius of the sphere on which the heads are, nm; null: neighbours are at least 1.04 widths of
    the head and 1.12 widths of the tail apart."""


class Micelle(Structure):
    """Fibonacci spheres."""

    settings = MicelleSettings

    def fill(
        self, given: MicelleSettings, material: Material, n_bodies: int | None
    ) -> MicelleSettings:
        """Return the settings with the numbers and the radius."""
        from scipy.spatial import cKDTree

        parts = material.head_and_tail()
        micelles, bodies = divided(n_bodies, given.micelles, given.bodies, ("micelles", "bodies"))
        points = fibonacci(bodies)
        nearest = float(cKDTree(points).query(points, k=2)[0][:, 1].min())
        radius = max(
            HEAD_SPACING * parts.head_width / nearest,
            TAIL_SPACING * parts.tail_width / nearest + parts.length,
        )
        return MicelleSettings(
            micelles=micelles, bodies=bodies, radius=given.radius or rounded(radius)
        )

    def n_bodies(self, given: Any) -> int:
        """Return the bodies of all micelles."""
        return given.micelles * given.bodies

    def edge(self, given: Any, material: Material) -> float:
        """Return the edge of a grid of micelles, each with room for half a head around it."""
        each = 2.0 * (given.radius + material.head_and_tail().head_width)
        return per_side(given.micelles, 3) * each

    def place(self, given: Any, material: Material, edge: float) -> Placed:
        """Return one micelle after the other."""
        out = fibonacci(given.bodies)
        centres = grid(given.micelles, 3, edge)
        heads = centres[:, None] + given.radius * out
        axes = np.tile(-out, (len(centres), 1))
        return amphiphiles(material.head_and_tail(), heads.reshape(-1, 3), axes)


STRUCTURE = Micelle()
