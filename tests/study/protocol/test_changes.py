"""Settings of stages: forms, neutral value, seed, messages."""

from __future__ import annotations

import math
from typing import Any

import pytest

from janus_md.common.errors import JanusError
from janus_md.study.protocol.changes import value_at
from janus_md.study.statepoint import StatePoint

DRY = {"name": "dry", "length_ns": 0.4, "residual_solvent": 0}
HOLD = {"name": "hold", "length_ns": 1.0}


def point(*stages: Any, **changed: Any) -> StatePoint:
    protocol: dict[str, Any] = {"time_step_ps": 0.1, **changed.pop("protocol", {})}
    if stages:
        protocol["stages"] = list(stages)
    fields: dict[str, Any] = {
        "particle": "R-Au-Cu",
        "n_bodies": 64,
        "volume_fraction": 0.01,
        "relative_permittivity": 8.93,
        "viscosity": 0.413,
        "protocol": protocol,
    }
    return StatePoint.of(fields | changed)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"to": 1.0, "form": "linear"}, 8.0 - 7.0 * 0.25),
        ({"to": 1.0, "form": "exponential"}, 8.0 * (1.0 / 8.0) ** 0.25),
        ({"to": 1.0, "form": "decay"}, 1.0 + 7.0 * 0.75 * math.exp(-1.25)),
        ({"points": [[0.5, 4.0], [1.0, 1.0]]}, 6.0),
        ({"points": [[0.0, 5.0], [0.5, 4.0], [1.0, 1.0]]}, 4.5),
    ],
)
def test_forms(change: dict[str, Any], expected: float) -> None:
    assert value_at(change, 8.0, 0.25) == pytest.approx(expected, rel=1e-14)
    assert value_at(change, 8.0, 1.0) == 1.0


def test_without_stages_nothing_is_stored_or_hashed() -> None:
    """The seed of a state point without the key, from before there were stages."""
    assert "stages" not in point().stored()["protocol"]
    assert point().canonical() == point(protocol={"stages": []}).canonical()
    assert point().seed() == point(protocol={"stages": []}).seed() == 1205890071


def test_stages_are_stored_with_their_defaults() -> None:
    stored = point(DRY, HOLD).stored()
    assert stored["protocol"]["stages"] == [
        {"name": "dry", "length_ns": 0.4, "pieces": 50,
         "residual_solvent": {"to": 0.0, "form": "linear"}},
        {"name": "hold", "length_ns": 1.0, "pieces": 1},
    ]  # fmt: skip
    assert stored["protocol"]["produce_ns"] == 1.4
    assert StatePoint.of(stored).stored() == stored


def test_seed_depends_on_changes_and_not_on_names_or_a_hold() -> None:
    seed = point(DRY, HOLD).seed()
    assert point({**DRY, "name": "drying"}).seed() == seed
    assert point(DRY, {**HOLD, "length_ns": 2.0}).seed() == seed
    assert point(DRY, protocol={"produce_ns": 8.0}).seed() == seed
    assert point({**DRY, "length_ns": 4.0}).seed() != seed
    assert point(HOLD, DRY).seed() != seed
    assert point().seed() != seed


@pytest.mark.parametrize(
    ("stages", "text"),
    [
        ([{**DRY, "length_ns": 0.41}], "dry.length_ns: 0.41 must be a whole number of frame"),
        ([{**DRY, "solvent": 0}], "key of protocol.stages.dry: 'solvent' is unknown"),
        (
            [{**DRY, "residual_solvent": 2}],
            "protocol.stages.dry.residual_solvent: 2 is not allowed; it must be from 0 to 1",
        ),
        ([{**DRY, "residual_solvent": {"points": [[0.5, 1.0]]}}], "they must rise from 0"),
        ([{**DRY, "residual_solvent": {"to": 0, "form": "odd"}}], "residual_solvent.form: 'odd'"),
        ([{"length_ns": 1.0}], "protocol.stages.0.name: is missing"),
        ([DRY, DRY], "protocol.stages: there are two stages dry"),
        ([{**HOLD, "along": "z"}], "along: z has no effect without volume_fraction"),
        ([3], "protocol.stages.0: 3 is not allowed; it must be a mapping"),
    ],
)
def test_bad_stages_are_refused_in_one_sentence(stages: list[Any], text: str) -> None:
    with pytest.raises(JanusError, match="stages") as refused:
        point(*stages)
    assert text in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_run_is_at_least_as_long_as_its_stages() -> None:
    with pytest.raises(JanusError, match=r"produce_ns: 1 must be at least 1.4"):
        point(DRY, HOLD, protocol={"produce_ns": 1.0})
