"""Extreme conditions of a state point with stages, for limits that hold in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from janus_md.model.interactions.table import Interactions, PairTable
from janus_md.study.protocol.changes import extremes, value_at
from janus_md.study.protocol.drying import drying_permittivity
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint

Case = tuple[StatePoint, Interactions]
"""A state point, and its pair table and electrostatics."""


def corners(point: StatePoint, interactions: Interactions) -> Iterator[Case]:
    """Yield state points without stages at the start and at the extremes of what stages change.

    Yields
    ------
    point : StatePoint
        Temperature, permittivity and viscosity are those of the corner.
    interactions : Interactions
        With its permittivity.
    """
    if not point.protocol.stages:
        yield point, interactions
        return
    still = point.model_copy(update={"protocol": point.protocol.model_copy(update={"stages": ()})})
    yield still, interactions
    values = {
        "relative_permittivity": point.relative_permittivity or 1.0,
        "residual_solvent": 1.0,
        "temperature": point.temperature,
    }
    for stage in point.protocol.stages:
        before = dict(values)
        for name in values.keys() & stage.changes.keys():
            change = stage.changes[name]
            for value in extremes(change, before[name])[1:]:
                yield _at_corner(still, interactions, values | {name: value})
            values[name] = value_at(change, before[name], 1.0)
        yield _at_corner(still, interactions, values)


def _at_corner(still: StatePoint, interactions: Interactions, values: Mapping[str, float]) -> Case:
    update: dict[str, Any] = {"temperature": values["temperature"]}
    permittivity = values["relative_permittivity"]
    if values["residual_solvent"] < 1.0:
        permittivity = drying_permittivity(permittivity, values["residual_solvent"])
    if values["residual_solvent"] == 0.0:
        update["viscosity"] = None
    if still.relative_permittivity is not None:
        update["relative_permittivity"] = permittivity
        if interactions.electrostatics is not None:
            electrostatics = replace(
                interactions.electrostatics, relative_permittivity=permittivity
            )
            interactions = replace(interactions, electrostatics=electrostatics)
    return still.model_copy(update=update), interactions


def check_same_pairs(first: PairTable, other: PairTable) -> None:
    """Check that stages change no pair term.

    Raises
    ------
    BadStatePoint
        If one depends on what they change.
    """
    for (a, b), rows in first.items():
        if other.get((a, b)) != rows:
            raise BadStatePoint(
                "protocol.stages",
                f"protocol.stages: the interaction {a}-{b} depends on temperature or "
                "relative_permittivity, which stages can change only for charges",
            )
