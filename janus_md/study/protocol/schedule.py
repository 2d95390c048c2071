"""The pieces of a production whose stages change conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from janus_md.common.arrays import FloatArray
from janus_md.model.environment import FIELDS, AppliedField
from janus_md.model.schedule import Piece
from janus_md.model.setup import Setup
from janus_md.model.solid import union_volume
from janus_md.model.uniform_field import UniformField
from janus_md.model.units import PS_PER_NS
from janus_md.study.protocol.changes import StageSettings, extremes, value_at
from janus_md.study.protocol.drying import drying_bath, drying_permittivity
from janus_md.study.stages import bath
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint

LARGEST_STRAIN = 0.02
"""Largest relative change of an edge of the box in a piece. Steps of 1.8 % are safe for bodies of
all models; larger ones push beads into each other."""

CLOSEST_PACKING = 0.64
"""Largest share of the box that the union of all beads may fill: random close packing of equal
spheres (Scott and Kilgour, J. Phys. D 2, 863, 1969)."""

Values = dict[str, float]
"""Value of each quantity."""


def pieces(
    point: StatePoint, bare: Setup, with_fields: Callable[[Setup], Setup]
) -> tuple[Piece, ...]:
    """Return the pieces of all stages, and one of step 0.

    Parameters
    ----------
    point : StatePoint
        State point with stages and a time step.
    bare : Setup
        Its setup before fields have changed anything.
    with_fields : callable
        Returns a setup with what its fields change.

    Raises
    ------
    BadStatePoint
        If a stage is not possible.
    """
    stages, step = point.protocol.stages, float(point.protocol.time_step_ps or 0.0)
    _check(point, bare)
    values = _first_values(point, bare)
    changed = _changed(stages)
    edges = np.array(bare.box[:3])
    found = [_piece(point, bare, with_fields, (stages[0].name, 0), values, changed, edges)]
    begin = 0
    for stage in stages:
        steps = round(stage.length_ns * PS_PER_NS / step)
        if stage.pieces > steps:
            raise _bad(stage, "pieces", f"{stage.pieces} is more than the {steps} time steps")
        _check_room(point, bare, stage)
        _check_strain(stage, values["volume_fraction"])
        before, first = dict(values), edges
        for k in range(1, stage.pieces + 1):
            values = _values_in(stage, before, k / stage.pieces)
            edges = _edges(first, before["volume_fraction"] / values["volume_fraction"], stage)
            end = begin + round(k * steps / stage.pieces)
            place = (stage.name, end)
            found.append(_piece(point, bare, with_fields, place, values, changed, edges))
        begin += steps
    return tuple(found)


def _first_values(point: StatePoint, bare: Setup) -> Values:
    occupied = sum(n * body.volume for n, body in zip(bare.counts, bare.bodies, strict=True))
    field = point.protocol.stages[0].changes.get("field", {}).get("points", [[1.0, 1.0]])
    return {
        "volume_fraction": point.volume_fraction or float(occupied / bare.box[:3].prod()),
        "relative_permittivity": bare.relative_permittivity or 1.0,
        "residual_solvent": 1.0,
        "temperature": point.temperature,
        "field": field[0][1] if field[0][0] == 0.0 else 1.0,
    }


def _changed(stages: tuple[StageSettings, ...]) -> tuple[str, ...]:
    """Quantities that any stage changes; permittivity and friction follow from the solvent."""
    return tuple(dict.fromkeys(name for stage in stages for name in stage.changes))


def _values_in(stage: StageSettings, before: Values, share: float) -> Values:
    found = dict(before)
    for name, change in stage.changes.items():
        try:
            found[name] = value_at(change, before[name], share)
        except ValueError as error:
            raise _bad(stage, name, f"{error}; use linear or decay") from error
    return found


def _edges(first: FloatArray, ratio: float, stage: StageSettings) -> FloatArray:
    """Edges of the box whose volume is `ratio` times the first one."""
    axes = ["xyz".index(axis) for axis in stage.along]
    edges = first.copy()
    edges[axes] *= ratio ** (1.0 / len(axes))
    return edges


def _piece(
    point: StatePoint,
    bare: Setup,
    with_fields: Callable[[Setup], Setup],
    place: tuple[str, int],
    values: Values,
    changed: tuple[str, ...],
    edges: FloatArray,
) -> Piece:
    warm = point.model_copy(update={"temperature": values["temperature"]})
    medium = bare.relative_permittivity
    if "residual_solvent" in changed:
        heat = drying_bath(warm, bare.bodies, values["residual_solvent"])
        if medium is not None:
            medium = drying_permittivity(medium, values["residual_solvent"])
    else:
        heat = bath(warm, bare.bodies)
        medium = None if medium is None else values["relative_permittivity"]
    told = {name: values[name] for name in changed}
    if "residual_solvent" in changed and medium is not None:
        told["relative_permittivity"] = medium
    *others, production = bare.stages
    setup = replace(
        bare,
        box=np.concatenate([edges, np.zeros(3)]),
        stages=(*others, replace(production, bath=heat)),
    )
    done = with_fields(setup)
    fields = _strengthened(done.environment, values["field"]) if "field" in changed else (
        done.environment
    )  # fmt: skip
    return Piece(*place, told, done.box, heat, medium, fields)


def _strengthened(environment: tuple[AppliedField, ...], factor: float) -> tuple[AppliedField, ...]:
    """Return fields with the uniform ones multiplied."""

    def strengthened(one: AppliedField) -> AppliedField:
        if not isinstance(FIELDS.get(one.name), UniformField):
            return one
        scaled = {axis: factor * float(one.parameters[axis]) for axis in "xyz"}
        return replace(one, parameters={**one.parameters, **scaled})

    return tuple(map(strengthened, environment))


def _bad(stage: StageSettings, name: str, fault: str) -> BadStatePoint:
    key = f"protocol.stages.{stage.name}.{name}"
    return BadStatePoint(key, f"{key}: {fault}")


def _check(point: StatePoint, bare: Setup) -> None:
    """Check that what stages change is there.

    Raises
    ------
    BadStatePoint
        If not.
    """
    if point.electrostatics.method == "cutoff":
        raise BadStatePoint(
            "protocol.stages",
            "protocol.stages: stages are not allowed with electrostatics.method cutoff; use pppm",
        )
    charged = any(np.any(body.charges != 0) for body in bare.bodies)
    magnetic = any(body.magnetic for body in bare.bodies)
    medium = charged and not magnetic and bare.interactions.electrostatics is not None
    changed = _changed(point.protocol.stages)
    uniform = [isinstance(FIELDS.get(one.name), UniformField) for one in bare.environment]
    faults = {
        "relative_permittivity": "" if medium else "has no effect without electric charges",
        "residual_solvent": (
            "needs viscosity, that of the solvent, which is null" if point.viscosity is None
            else "is not allowed beside relative_permittivity, which follows from it"
            if "relative_permittivity" in changed else ""
        ),
        "temperature": (
            "has no effect with protocol.name nve" if point.protocol.name == "nve" else ""
        ),
        "field": (
            "" if any(uniform) else "needs environment.electric_field or environment.magnetic_field"
        ),
    }  # fmt: skip
    for stage in point.protocol.stages:
        for name in stage.changes:
            if fault := faults.get(name, ""):
                raise _bad(stage, name, fault)


def _check_strain(stage: StageSettings, begin: float) -> None:
    """Check that no piece changes an edge of the box too much.

    Raises
    ------
    BadStatePoint
        If one does; the message has a number of pieces that is large enough.
    """
    if "volume_fraction" not in stage.changes:
        return
    strain = _strain(stage, begin, stage.pieces)
    if strain <= LARGEST_STRAIN * (1.0 + 1e-9):
        return
    needed, there = stage.pieces, strain
    while there > LARGEST_STRAIN * (1.0 + 1e-9):
        needed = math.ceil(needed * there / LARGEST_STRAIN)
        there = _strain(stage, begin, needed)
    raise _bad(
        stage,
        "pieces",
        f"{stage.pieces} is not allowed: an edge of the box would change by {strain:.1%} in a "
        f"piece, and {LARGEST_STRAIN:.0%} is the most; use {needed} pieces, or form exponential",
    )


def _strain(stage: StageSettings, begin: float, pieces: int) -> float:
    """Largest relative change of an edge of the box in a piece."""
    change = stage.changes["volume_fraction"]
    fractions = [begin, *(value_at(change, begin, k / pieces) for k in range(1, pieces + 1))]
    return float(np.abs(np.diff(np.log(fractions))).max()) / len(stage.along)


def _check_room(point: StatePoint, bare: Setup, stage: StageSettings) -> None:
    """Check that the beads can be packed into the box at all volume fractions of a stage."""
    change = stage.changes.get("volume_fraction")
    if change is None:
        return
    pairs = list(zip(bare.counts, bare.bodies, strict=True))
    beads = sum(n * union_volume(one) for n, one in pairs)
    share = beads / sum(n * body.volume for n, body in pairs)
    value = max(extremes(change, 0.0))
    if value * share <= CLOSEST_PACKING:
        return
    most = math.floor(1e3 * CLOSEST_PACKING / share) / 1e3
    model = "these bodies" if point.model is None else f"this {point.model} model"
    raise _bad(
        stage,
        "volume_fraction",
        f"{value:g} cannot be reached; it must be at most {most:g} for {model}, whose beads then "
        f"fill {CLOSEST_PACKING:g} of the box",
    )
