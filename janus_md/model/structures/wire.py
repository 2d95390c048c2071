"""Wires: bodies in line, head to tail."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.head_and_tail import Unsuitable
from janus_md.model.pairs.energy import Minimum, head_to_tail_minimum
from janus_md.model.rotations import turn_about_z
from janus_md.model.structure import (
    Material,
    Placed,
    Structure,
    divided,
    grid,
    per_side,
    rounded,
)


class WireSettings(Settings):
    """Equal straight wires along z on a square grid; each body points to the next one."""

    wires: Annotated[int, Field(ge=1)] | None = None
    """Number of wires; null: `n_bodies` over `bodies`, or 1."""
    bodies: Annotated[int, Field(ge=2)] | None = None
    """Bodies of each wire; null: `n_bodies` over `wires`."""
    distance: Positive | None = None
    """Distance of neighbours, nm; null: that of the head-to-tail minimum of their energy."""
    turn: float | None = None
    """Rotation of each body about the wire relative to the one behind, degrees; null: that of the
    head-to-tail minimum."""


class Wire(Structure):
    """Straight wires of dipolar or otherwise attractive bodies."""

    settings = WireSettings

    def fill(self, given: WireSettings, material: Material, n_bodies: int | None) -> WireSettings:
        """Return the settings with the numbers, the distance and the turn."""
        wires, bodies = divided(n_bodies, given.wires, given.bodies, ("wires", "bodies"))
        distance, turn = given.distance, given.turn
        if distance is None or turn is None:
            least = _minimum(material)
            if not least.energy < 0.0:
                raise Unsuitable(f"{material.body.name} does not bind head to tail")
            distance = distance or rounded(least.distance)
            turn = rounded(least.turn) if turn is None else turn
        return WireSettings(wires=wires, bodies=bodies, distance=distance, turn=turn)

    def n_bodies(self, given: Any) -> int:
        """Return the bodies of all wires."""
        return given.wires * given.bodies

    def edge(self, given: Any, material: Material) -> float:
        """Return the edge for the length of a wire, or for a grid of wires."""
        room = 3.0 * material.body.reach
        long = (given.bodies - 1) * given.distance + room
        return max(long, per_side(given.wires, 2) * room)

    def place(self, given: Any, material: Material, edge: float) -> Placed:
        """Return one wire after the other."""
        del material
        bodies = given.bodies
        k = np.arange(bodies) - 0.5 * (bodies - 1)
        along = np.column_stack([0.0 * k, 0.0 * k, given.distance * k])
        feet = grid(given.wires, 2, edge)
        turns = turn_about_z(np.radians(given.turn) * np.arange(bodies))
        positions = (feet[:, None] + along).reshape(-1, 3)
        return Placed(positions, np.tile(turns, (len(feet), 1)))


def _minimum(material: Material) -> Minimum:
    return head_to_tail_minimum(
        material.body, material.body, material.relative_permittivity, pairs=material.pairs
    )


STRUCTURE = Wire()
