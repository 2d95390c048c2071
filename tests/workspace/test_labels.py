"""Varying keys: the same rule for nested state points, columns and tables."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from janus_md.analysis.sweep import groups
from janus_md.workspace import labels, query
from janus_md.workspace.columns import Columns

POINTS: list[dict[str, Any]] = [
    {
        "particle": "A",
        "mixture": None,
        "temperature": 300.0,
        "box_ratio": [1, 1, 1],
        "viscosity": None,
        "definitions": {"A": "x"},
        "protocol": {"name": "langevin", "produce_ns": 1.0},
        "replica": 0,
    }
]
POINTS += [
    POINTS[0] | {"temperature": 310.0, "replica": 1},
    POINTS[0] | {"box_ratio": [1, 1, 2], "definitions": {"A": "y"}},
    POINTS[0] | {"viscosity": 0.4, "protocol": {"name": "langevin", "produce_ns": 2.0}},
    POINTS[0] | {"particle": "B", "definitions": {"B": "z"}},
]
VARYING = {
    "box_ratio", "definitions.A", "protocol.produce_ns", "temperature", "viscosity", "replica"
}  # fmt: skip


def records(points: list[dict[str, Any]] = POINTS) -> list[Any]:
    return [
        SimpleNamespace(
            id=str(k), state="done", statepoint=point, changed="", document={}, directory="",
            continued_by="",
            trouble="",
        )
        for k, point in enumerate(points)
    ]  # fmt: skip


def test_nested_columns_and_tables_have_the_same_varying_keys() -> None:
    assert set(query.varying_keys(POINTS)) == VARYING
    columns = Columns(records())
    shown = set(query.telling_columns(columns)) - {"job", "status", "particle"}
    assert shown == VARYING
    table = query.frame(columns)
    assert set(groups.varying_keys(table)) == (VARYING - {"replica"}) | {"substance"}


@pytest.mark.parametrize(
    ("values", "differ"),
    [
        ([], False),
        ([1.0], False),
        ([1.0, 1], False),
        ([None, math.nan, float("nan")], False),
        ([None, 1.0], True),
        ([math.nan, 1.0], True),
        ([1.0, 1.0000001], True),
        ([[1, 2], [1, 2]], False),
        ([[1, 2], [2, 1]], True),
        ([None, [1]], True),
    ],
)
def test_values_that_differ(values: list[Any], differ: bool) -> None:
    assert bool(labels.varying_keys({"key": values})) is differ
    table = pd.DataFrame({"job": range(len(values)), "particle": "A", "key": values})
    assert ("key" in groups.varying_keys(table)) is differ


def test_definitions_vary_if_particles_share_a_name() -> None:
    assert labels.varying_keys({"definitions.A": ["x", None, math.nan]}) == []
    assert labels.varying_keys({"definitions.A": ["x", None, "y"]}) == ["definitions.A"]


def test_settings_of_a_structure_count_where_structures_differ_in_them() -> None:
    sheet = {"kind": "prebuilt", "structure": "sheet", "spacing": 2.24}
    columns = {
        "start": ["random", None],
        "start.kind": [None, "prebuilt"],
        "start.structure": [None, "sheet"],
        "start.spacing": [math.nan, 2.24],
    }
    assert labels.varying_keys(columns) == ["start", "start.structure"]
    points = [{"particle": "A", "start": start} for start in ("random", sheet)]
    assert labels.labels(points) == ["A, start random", "A, start sheet"]
    points[0]["start"] = sheet | {"spacing": 2.3}
    assert labels.labels(points) == ["A, spacing 2.3", "A, spacing 2.24"]


def test_fields_are_named_by_their_components() -> None:
    base = {"particle": "A"}
    field = {"x": 0.0, "y": 0.0, "z": 0.05}
    points = [
        base | {"environment": {}},
        base,
        base | {"environment": {"electric_field": field}},
        base | {"environment": {"electric_field": field | {"z": 0.1}}},
    ]
    key = "environment.electric_field.z"
    assert query.varying_keys(points) == [key]
    assert labels.value_at(points[2], key) == 0.05
    assert labels.say({"substance": "A", key: 0.05}) == ["A", "Ez 0.05 V/nm"]
    # with and without one field
    assert query.varying_keys(points[:3]) == [key]


def test_method_is_a_label_and_limits_of_the_cutoff_where_two_differ() -> None:
    pppm = POINTS[0] | {"electrostatics": {"method": "pppm", "force_error": 0.2}}
    limits = {"force": 1.0, "torque": 1.5}
    cut = {"method": "cutoff", "force_error": 0.2, "cutoff_error": limits}
    points = [pppm, POINTS[0] | {"electrostatics": cut}]
    assert labels.labels(points) == ["A, electrostatics pppm", "A, electrostatics cutoff"]
    points += [POINTS[0] | {"electrostatics": cut | {"cutoff_error": limits | {"force": 0.5}}}]
    assert labels.labels(points)[1:] == [
        "A, force error 1 kT/nm, electrostatics cutoff",
        "A, force error 0.5 kT/nm, electrostatics cutoff",
    ]
    assert set(query.telling_columns(Columns(records(points)))) == {
        "job", "status", "particle", "electrostatics.method", "electrostatics.cutoff_error.force"
    }  # fmt: skip


def test_stages_are_told_by_length_and_values_at_the_end() -> None:
    stages = [
        {"name": "dry", "length_ns": 0.5, "pieces": 50, "residual_solvent": {"to": 0.0}},
        {"name": "press", "length_ns": 0.2, "pieces": 50, "volume_fraction": {"to": 0.4}},
        {"name": "hold", "length_ns": 2.0, "pieces": 1},
    ]
    assert labels.tell(stages) == (
        "dry 0.5 ns (residual solvent 0) + press 0.2 ns (\u03c6 0.4) + hold 2 ns"
    )


def test_stages_of_equal_names_are_compared_one_by_one() -> None:
    def point(ns: float, *names: str) -> dict[str, Any]:
        stages = [{"name": name, "length_ns": ns if name == "dry" else 1.0, "pieces": 1}
                  for name in names or ("dry", "hold")]  # fmt: skip
        return {"particle": "A", "protocol": {"produce_ns": 9.0, "stages": stages}}

    alike = [point(0.5), point(4.0)]
    assert labels.varying_values(alike) == {"protocol.stages.dry.length_ns": [0.5, 4.0]}
    assert labels.labels(alike) == ["A, dry 0.5 ns", "A, dry 4 ns"]
    assert labels.axis_name("protocol.stages.dry.length_ns") == "dry / ns"
    columns = Columns(records(alike))
    key = "protocol.stages.dry.length_ns"
    assert columns[key] == [0.5, 4.0]
    assert key in query.telling_columns(columns)
    assert "protocol.stages" not in query.telling_columns(columns)
    others = [point(0.5), point(0.5, "dry")]
    assert list(labels.varying_values(others)) == ["protocol.stages"]
    assert labels.labels(others) == ["A, stages dry 0.5 ns + hold 1 ns", "A, stages dry 0.5 ns"]
