"""Starts from a structure: settings under `start` with ``kind: prebuilt``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from janus_md.common.settings import Settings
from janus_md.model.body import RigidBody
from janus_md.model.head_and_tail import Unsuitable
from janus_md.model.interactions.table import PairTable
from janus_md.model.structure import STRUCTURES, Material, Structure
from janus_md.study.box import density_of
from janus_md.study.registered_settings import read_settings
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint


def filled(
    point: StatePoint, bodies: tuple[RigidBody, ...], pairs: PairTable, *, count: bool = False
) -> StatePoint:
    """Return a state point whose structure has all values; unchanged without a structure.

    Parameters
    ----------
    point : StatePoint
        The state point.
    bodies : tuple of RigidBody
        Its kinds of bodies.
    pairs : mapping
        Its pair table.
    count : bool
        Whether `n_bodies` is set to the number of bodies of the structure; else it must be equal.

    Raises
    ------
    BadStatePoint
        If there is no such structure of these bodies, or of another number of bodies.
    """
    if not point.structured:
        return point
    assert not isinstance(point.start, str)
    structure, given = structure_of(point.start)
    name = point.start["structure"]
    try:
        whole = structure.fill(
            given, material(point, bodies, pairs), None if count else point.n_bodies
        )
    except Unsuitable as error:
        key = "start.structure"
        raise BadStatePoint(key, f"{key}: {name} is not allowed; {error}") from error
    except ValueError as error:
        text = str(error) if str(error).startswith("n_bodies:") else f"start.{error}"
        raise BadStatePoint(text.partition(":")[0], text) from error
    number = structure.n_bodies(whole)
    if number != point.n_bodies and not count:
        raise BadStatePoint(
            "n_bodies",
            f"n_bodies: {point.n_bodies} is not allowed; it must be {number}, the number of bodies "
            f"of this {name} (see start), or be left out",
        )
    start = {"kind": "prebuilt", "structure": name, **whole.stored()}
    return point.model_copy(update={"start": start, "n_bodies": number})


def check_room(
    point: StatePoint, bodies: tuple[RigidBody, ...], pairs: PairTable, edge: float
) -> None:
    """Check that a box is large enough for the structure of a state point that is filled.

    Raises
    ------
    BadStatePoint
        If not; the message has the largest density that is allowed.
    """
    assert not isinstance(point.start, str)
    structure, given = structure_of(point.start)
    least = structure.edge(given, material(point, bodies, pairs))
    if edge >= least:
        return
    key, density = density_of(point)
    raise BadStatePoint(
        key,
        f"{key}: {density:g} makes a box of {edge:.4g} nm, but this {point.start['structure']} "
        f"needs {least:.4g} nm; it must be at most {_below(density * (edge / least) ** 3)}",
    )


def material(point: StatePoint, bodies: tuple[RigidBody, ...], pairs: PairTable) -> Material:
    """Return what the structure of a state point consists of: bodies of one kind."""
    charged = point.electrostatics.method != "none"
    permittivity = (point.relative_permittivity or 1.0) if charged else math.inf
    (body,) = bodies
    return Material(body, pairs, permittivity)


def structure_of(start: Mapping[str, Any]) -> tuple[Structure, Settings]:
    """Return the structure of a start, and its settings."""
    name = str(start["structure"])
    values = {key: value for key, value in start.items() if key not in ("kind", "structure")}
    return STRUCTURES.get(name), read_settings("start", STRUCTURES, name, values)


def _below(value: float) -> str:
    """Three digits of a number, rounded down."""
    scale = 10.0 ** (2 - math.floor(math.log10(value)))
    return f"{math.floor(value * scale) / scale:.3g}"
