"""Vesicle: a closed double layer with tails inside it, around an empty space."""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.sphere_points import fibonacci
from janus_md.model.structure import (
    CELL,
    HEAD_SPACING,
    LAYER_SPACING,
    TAIL_SPACING,
    Material,
    Placed,
    Structure,
    amphiphiles,
    rounded,
)

INNER_RADIUS = 3.3
"""Default of the inner radius, in widths of the head."""


class VesicleSettings(Settings):
    """Two concentric spherical layers; tails point to each other, heads inwards and outwards."""

    inner_radius: Positive | None = None
    """Radius of the sphere on which the heads of the inner layer are, nm; null: 3.3 widths of the
    head."""
    outer_radius: Positive | None = None
    """Radius of the sphere on which the heads of the outer layer are, nm; null: the two layers of
    tails are 0.87 tail spacings (of 1.12 widths of the tail) apart."""
    inner_bodies: Annotated[int, Field(ge=4)] | None = None
    """Bodies of the inner layer; null: as many as fill it."""
    outer_bodies: Annotated[int, Field(ge=4)] | None = None
    """Bodies of the outer layer; null: as many as fill it."""


class Vesicle(Structure):
    """Two Fibonacci spheres."""

    settings = VesicleSettings

    def fill(
        self, given: VesicleSettings, material: Material, n_bodies: int | None
    ) -> VesicleSettings:
        """Return the settings with radii and numbers.

        A layer is full when heads or tails are at their spacings on a hexagonal lattice, whichever
        takes more area.
        """
        del n_bodies
        parts = material.head_and_tail()
        head, tail = HEAD_SPACING * parts.head_width, TAIL_SPACING * parts.tail_width
        inner = given.inner_radius or rounded(INNER_RADIUS * parts.head_width)
        least = inner + 2.0 * parts.length
        outer = given.outer_radius or rounded(least + LAYER_SPACING * tail)
        if outer <= least:
            raise ValueError(
                f"outer_radius: {outer:g} is not allowed; it must be above {least:g}, where the "
                "tails of both layers meet"
            )
        n_inner = given.inner_bodies or min(_room(inner, head), _room(inner + parts.length, tail))
        between = outer - parts.length  # radius of the tails of the outer layer
        n_outer = given.outer_bodies or _room(between, max(tail, head * between / outer))
        if min(n_inner, n_outer) < 4:
            raise ValueError(
                f"inner_radius: {inner:g} is not allowed; each layer must have room for 4 bodies"
            )
        return VesicleSettings(
            inner_radius=inner, outer_radius=outer, inner_bodies=n_inner, outer_bodies=n_outer
        )

    def n_bodies(self, given: Any) -> int:
        """Return the bodies of both layers."""
        return given.inner_bodies + given.outer_bodies

    def edge(self, given: Any, material: Material) -> float:
        """Return the diameter with the heads, and room for half a head on each side."""
        return 2.0 * (given.outer_radius + material.head_and_tail().head_width)

    def place(self, given: Any, material: Material, edge: float) -> Placed:
        """Return the inner layer, then the outer one."""
        del edge
        inner, outer = fibonacci(given.inner_bodies), fibonacci(given.outer_bodies)
        heads = np.concatenate([given.inner_radius * inner, given.outer_radius * outer])
        return amphiphiles(material.head_and_tail(), heads, np.concatenate([inner, -outer]))


def _room(radius: float, spacing: float) -> int:
    """Bodies that fill a spherical layer."""
    return int(4.0 * math.pi * radius**2 / (CELL * spacing**2))


STRUCTURE = Vesicle()
