"""Sheet: a round piece of a flat double layer."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from janus_md.common.arrays import FloatArray
from janus_md.common.settings import Positive, Settings
from janus_md.model.structure import (
    HEAD_SPACING,
    LAYER_SPACING,
    TAIL_SPACING,
    Material,
    Placed,
    Structure,
    amphiphiles,
    rounded,
)


class SheetSettings(Settings):
    """Two round hexagonal layers normal to z; tails point to each other, heads outwards."""

    layer_bodies: Annotated[int, Field(ge=3)] | None = None
    """Bodies of each layer; null: half of `n_bodies`."""
    spacing: Positive | None = None
    """Distance of neighbours in a layer, nm; null: 1.04 widths of the head or 1.12 widths of the
    tail, whichever is larger."""
    thickness: Positive | None = None
    """Distance of the two planes of heads, nm; null: the two layers of tails are 0.87 tail spacings
    (of 1.12 widths of the tail) apart."""


class Sheet(Structure):
    """Bilayer with an edge, free to shrink and bend."""

    settings = SheetSettings

    def fill(self, given: SheetSettings, material: Material, n_bodies: int | None) -> SheetSettings:
        """Return the settings with the number of bodies, the spacing and the thickness."""
        parts = material.head_and_tail()
        if given.layer_bodies is None:
            if n_bodies is None:
                raise ValueError("n_bodies: is missing; it or start.layer_bodies must be given")
            if n_bodies % 2 or n_bodies < 6:
                raise ValueError(
                    f"n_bodies: {n_bodies} is not allowed; a sheet has two equal layers, so it "
                    "must be an even number of at least 6"
                )
        tail = TAIL_SPACING * parts.tail_width
        least = 2.0 * parts.length
        thickness = given.thickness or rounded(least + LAYER_SPACING * tail)
        if thickness <= least:
            raise ValueError(
                f"thickness: {thickness:g} is not allowed; it must be above {least:g}, where the "
                "tails of both layers meet"
            )
        return SheetSettings(
            layer_bodies=given.layer_bodies or (n_bodies or 0) // 2,
            spacing=given.spacing or rounded(max(HEAD_SPACING * parts.head_width, tail)),
            thickness=thickness,
        )

    def n_bodies(self, given: Any) -> int:
        """Return the bodies of both layers."""
        return 2 * given.layer_bodies

    def edge(self, given: Any, material: Material) -> float:
        """Return the diameter or the thickness with the heads, and room on each side."""
        across = 2.0 * float(np.hypot(*_hexagonal(given).T).max())
        return max(across, given.thickness) + 2.0 * material.head_and_tail().head_width

    def place(self, given: Any, material: Material, edge: float) -> Placed:
        """Return the lower layer, then the upper one, which is above the gaps of the lower one."""
        del edge
        flat = _hexagonal(given)
        shift = given.spacing * np.array([0.25, 0.25 / np.sqrt(3.0)])
        half = np.full(len(flat), 0.5 * given.thickness)
        heads = np.concatenate(
            [np.column_stack([flat - shift, -half]), np.column_stack([flat + shift, half])]
        )
        up = np.repeat([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]], len(flat), axis=0)
        return amphiphiles(material.head_and_tail(), heads, up)


def _hexagonal(given: Any) -> FloatArray:
    """Points of a hexagonal lattice that are nearest to the origin, shape (layer_bodies, 2), nm."""
    number = given.layer_bodies
    reach = int(np.ceil(np.sqrt(number))) + 2
    i, j = (k.ravel() for k in np.meshgrid(*[np.arange(-reach, reach + 1)] * 2, indexing="ij"))
    square = i * i + i * j + j * j  # squared distance in spacings, exact
    order = np.lexsort((j, i, square))[:number]
    i, j = i[order], j[order]
    return given.spacing * np.column_stack([i + 0.5 * j, np.sqrt(0.75) * j])


STRUCTURE = Sheet()
