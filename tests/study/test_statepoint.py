"""State points: complete, strict, and refused in one sentence."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from janus_md.common.errors import JanusError
from janus_md.model.setup import Setup
from janus_md.study.box import PACKING_LIMIT
from janus_md.study.resolve import bodies_of, resolve
from janus_md.study.statepoint import StatePoint, json_schema
from janus_md.study.statepoint_errors import BadStatePoint
from tests.conftest import environment

LEAST = {
    "particle": "R-Au-Cu",
    "n_bodies": 216,
    "volume_fraction": 0.05,
    "relative_permittivity": 1.0,
}


def changed(**values: object) -> dict[str, object]:
    return LEAST | values


def mixed(**fractions: float) -> dict[str, object]:
    return changed(particle=None, mixture={k.replace("_", "-"): v for k, v in fractions.items()})


def test_every_default_is_stored() -> None:
    stored = StatePoint.of(LEAST).stored()
    assert stored["electrostatics"].pop("force_error") > 0
    assert stored == {
        "schema_version": 2,
        "particle": "R-Au-Cu",
        "mixture": None,
        "model": "sphere",
        "n_bodies": 216,
        "volume_fraction": 0.05,
        "temperature": 298.15,
        "relative_permittivity": 1.0,
        "viscosity": None,
        "electrostatics": {"method": "pppm"},
        "start": "random",
        "protocol": {
            "name": "langevin",
            "time_step_ps": None,  # filled by the rule in tests/study/test_time_step.py
            "damping_ps": 5.0,
            "relax_ps": 20.0,
            "equilibrate_ns": 0.0,
            "produce_ns": 8.0,
            "frame_interval_ps": 20.0,
        },
        "replica": 0,
    }


def test_stored_state_point_reads_back_unchanged() -> None:
    point = StatePoint.of(mixed(S_1=0.25, R_1=0.75) | {"viscosity": 0.413})
    assert StatePoint.of(json.loads(point.model_dump_json())) == point


def test_neutral_values_are_neither_stored_nor_hashed() -> None:
    """A key that is newer than the schema leaves ids and seeds of older jobs as they are."""
    point = StatePoint.of(LEAST)
    explicit = StatePoint.of(changed(number_density=None, interactions={}, definitions={}))
    assert explicit.stored() == point.stored()
    assert not {"number_density", "interactions", "definitions"} & point.stored().keys()
    assert explicit.seed() == point.seed()
    defined = point.defined({"R-Au-Cu": "0123456789ab", "Au3Cd": "x"})
    assert defined.stored() == point.stored() | {"definitions": {"R-Au-Cu": "0123456789ab"}}
    assert StatePoint.of(defined.stored()) == defined


def test_the_seed_is_that_of_the_physics_and_the_replica() -> None:
    """A longer run is the same run, longer; a frozen value holds the seeds of all versions."""
    protocol = {"time_step_ps": 0.1, "relax_ps": 5.0, "equilibrate_ns": 1.0, "produce_ns": 80.0}
    longer = StatePoint.of(changed(protocol=protocol | {"frame_interval_ps": 10.0}))
    short = changed(protocol={"time_step_ps": 0.1})
    assert longer.seed() == StatePoint.of(short).seed()
    assert StatePoint.of(changed(temperature=300)).seed() != longer.seed()


def test_density_by_number_is_that_by_volume() -> None:
    by_volume = resolve(StatePoint.of(LEAST))
    density = {"volume_fraction": None, "number_density": 0.05 / 2.19}
    by_number = resolve(StatePoint.of(changed(**density)))
    assert by_number.box[0] == pytest.approx(by_volume.box[0], rel=1e-12)


def test_a_setup_reads_back_as_the_same() -> None:
    setup = resolve(StatePoint.of(mixed(S_1=0.5, R_1=0.5) | {"model": "bladed"}))
    told = json.loads(json.dumps(setup.to_dict()))
    assert Setup.of(told).to_dict() == told
    assert [body.name for body in Setup.of(told).bodies] == ["R-1", "S-1"]


def test_canonical_form_ignores_number_type_and_key_order() -> None:
    one = StatePoint.of(mixed(R_1=0.5, S_1=0.5) | {"temperature": 300})
    other = StatePoint.of(mixed(S_1=0.5, R_1=0.5) | {"temperature": 300.0})
    assert one.canonical() == other.canonical()


def test_a_state_point_cannot_be_changed() -> None:
    point = StatePoint.of(LEAST)
    with pytest.raises(ValueError, match="frozen"):
        point.temperature = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "key", "said"),
    [
        (changed(particle="R-Au-Co"), "particle", ["'R-Au-Co'", "did you mean R-Au-Cu", "Au3Cd"]),
        (changed(temprature=300), "temprature", ["'temprature'", "did you mean temperature"]),
        (
            changed(protocol={"produce_n": 3.0}),
            "protocol.produce_n",
            ["key of protocol", "'produce_n'", "did you mean produce_ns"],
        ),
        (changed(temperature=-3), "temperature", ["-3", "greater than 0"]),
        (changed(temperature=math.nan), "temperature", ["nan", "finite"]),
        (changed(temperature="300"), "temperature", ["'300'", "a number"]),
        (changed(temperature=True), "temperature", ["True", "a number"]),
        (changed(relative_permittivity=0.5), "relative_permittivity", ["0.5", "at least 1"]),
        (changed(volume_fraction=0.4), "volume_fraction", ["0.4", "at most 0.312"]),
        (changed(volume_fraction=0), "volume_fraction", ["0", "greater than 0"]),
        (
            changed(model="bladed", volume_fraction=0.2),
            "volume_fraction",
            ["0.2", "at most 0.14", "bladed"],
        ),
        (mixed(R_1=0.5, S_1=0.4), "mixture", ["0.4", "add to 0.9", "must add to 1"]),
        (mixed(R_1=1.5, S_1=-0.5), "mixture.S-1", ["-0.5", "greater than 0"]),
        (mixed(R_1=1.0), "mixture", ["two particles or more"]),
        (mixed(R_9=0.5, S_1=0.5), "mixture", ["'R-9'", "allowed are"]),
        (mixed(R_1=0.99, S_1=0.01) | {"n_bodies": 10}, "mixture", ["no body of S-1", "10"]),
        (changed(mixture={"R-1": 0.5, "S-1": 0.5}), "particle", ["both", "exactly one"]),
        (changed(particle=None), "particle", ["neither", "exactly one"]),
        (changed(n_bodies=1), "n_bodies", ["1", "at least 2"]),
        (changed(n_bodies=2.5), "n_bodies", ["2.5", "whole number"]),
        (changed(n_bodies=10**8), "n_bodies", ["100000000", "at most 10000000"]),
        (changed(model="cube"), "model", ["'cube'", "allowed are bladed, narrow, sphere"]),
        (changed(schema_version=3), "schema_version", ["3", "allowed is 2"]),
        (changed(schema_version=1), "schema_version", ["1", "janus-md 0.1.0", "must be 2"]),
        (changed(number_density=0.01), "volume_fraction", ["both", "exactly one"]),
        (
            changed(volume_fraction=None, number_density=0.2),
            "number_density",
            ["0.2", "cannot be packed", "at most 0.142"],
        ),
        (
            changed(interactions={"A-A": {"attraction": {"epsilon": 1.0}}}),
            "interactions",
            ["A-A", "not allowed"],
        ),
        (changed(replica=-1), "replica", ["-1", "at least 0"]),
        (changed(protocol=3), "protocol", ["3", "a mapping"]),
        (
            changed(viscosity=0.4, protocol={"name": "nve"}),
            "viscosity",
            ["0.4", "no effect", "null"],
        ),
        (
            changed(protocol={"produce_ns": 8.01}),
            "protocol.produce_ns",
            ["8.01", "whole number of frame intervals", "20"],
        ),
        (
            changed(protocol={"time_step_ps": 0.1, "frame_interval_ps": 0.25}),
            "protocol.frame_interval_ps",
            ["0.25", "whole number of time steps", "0.1"],
        ),
    ],
)
def test_invalid_values_are_reported_with_key_and_allowed_values(
    values: dict[str, object], key: str, said: list[str]
) -> None:
    with pytest.raises(BadStatePoint) as caught:
        resolve(StatePoint.of(values))
    message = str(caught.value)
    assert caught.value.key == key
    assert key.rsplit(".", 1)[-1] in message
    assert all(part in message for part in said), message
    assert "\n" not in message


@pytest.mark.parametrize("key", sorted(LEAST.keys() - {"particle"}))
def test_keys_without_default_are_required(key: str) -> None:
    with pytest.raises(JanusError, match=f"^{key}: is missing"):
        resolve(StatePoint.of({k: v for k, v in LEAST.items() if k != key}))


def test_packing_limit_of_spheres_is_that_of_their_volume() -> None:
    # One WCA sphere 1.727 nm across per counted volume of 2.19 nm^3.
    ratio = 2.19 / (math.pi / 6 * 1.727**3)
    for start, share in PACKING_LIMIT.items():
        limit = share * ratio
        resolve(StatePoint.of(changed(volume_fraction=0.999 * limit, start=start)))
        with pytest.raises(JanusError, match="volume_fraction"):
            resolve(StatePoint.of(changed(volume_fraction=1.001 * limit, start=start)))


@given(st.integers(2, 2000), st.integers(1, 99))
@settings(
    max_examples=200,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],  # the machine may be
)
def test_counts_add_up_and_differ_by_less_than_one_from_shares(n_bodies: int, percent: int) -> None:
    fractions = {"R-1": percent / 100, "S-1": 1 - percent / 100}
    if n_bodies * min(fractions.values()) < 1:
        return
    point = StatePoint.of(changed(particle=None, mixture=fractions, n_bodies=n_bodies))
    counts = dict(zip(sorted(fractions), point.counts(), strict=True))
    assert sum(counts.values()) == n_bodies
    assert all(abs(counts[k] - fractions[k] * n_bodies) < 1 for k in fractions)


def test_largest_remainders_get_the_bodies_that_are_left() -> None:
    mixture = {"Au3Cd": 0.5, "R-1": 0.3, "S-1": 0.2}
    # 8.5, 5.1 and 3.4 of 17: the one body left goes to the remainder of 0.5.
    point = StatePoint.of(changed(particle=None, mixture=mixture, n_bodies=17))
    assert point.counts() == (9, 5, 3)
    # 0.29 * 100 is 28.999999999999996 and must count as 29.
    exact = StatePoint.of(mixed(R_1=0.29, S_1=0.71) | {"n_bodies": 100})
    assert exact.counts() == (29, 71)


def test_bodies_come_sorted_by_name_with_the_model() -> None:
    bodies = bodies_of(StatePoint.of(mixed(S_1=0.5, R_1=0.5) | {"model": "bladed"}))
    assert [(body.name, body.model) for body in bodies] == [("R-1", "bladed"), ("S-1", "bladed")]


def test_seed_is_the_same_in_another_process() -> None:
    code = (
        f"from janus_md.study.statepoint import StatePoint; print(StatePoint.of({LEAST!r}).seed())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment()
    )
    assert int(done.stdout) == StatePoint.of(LEAST).seed()


def test_replicas_have_seeds_of_their_own() -> None:
    seeds = {StatePoint.of(changed(replica=k)).seed() for k in range(200)}
    assert len(seeds) == 200
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_schema_describes_every_field_and_allows_no_others() -> None:
    schema = json_schema()
    parts = [schema, *schema["$defs"].values()]
    assert len(parts) == 5
    for part in parts:
        assert part["additionalProperties"] is False
        assert part["description"]
        for name, field in part["properties"].items():
            assert field.get("description") or "$ref" in field, name  # which is described itself
    assert set(schema["required"]) == {"n_bodies"}
