"""The section `small` of a template."""

from __future__ import annotations

import pytest

from janus_md.common.errors import JanusError
from janus_md.study.sweeps.templates import load_template, read_template, template_summaries

BASE = """
fixed:
  particle: amphiphile
  n_bodies: 216
  number_density: 0.00625
  protocol: {time_step_ps: 0.25, frame_interval_ps: 100.0, produce_ns: 50.0}
grid:
  temperature: [280, 290, 300]
  interactions.A-A.attraction.epsilon: [5, 10]
replicas: 2
"""


def test_small_replaces_keys_of_fixed_grid_and_replicas_and_keeps_the_rest() -> None:
    sweep = read_template(
        BASE
        + """
small:
  fixed: {n_bodies: 50, protocol: {produce_ns: 1.0}, temperature: 298.15, viscosity: 0.4}
  grid: {interactions.A-A.attraction.epsilon: [7, 8, 9]}
  replicas: 1
""",
        "t.yaml",
    )
    assert len(sweep.points) == 12
    assert {(p.n_bodies, p.protocol.produce_ns, p.viscosity) for p in sweep.points} == {
        (216, 50.0, None)
    }
    small = sweep.variant()
    assert [
        (
            p.n_bodies,
            p.protocol.produce_ns,
            p.protocol.frame_interval_ps,
            p.temperature,
            p.viscosity,
            p.interactions["A-A"]["attraction"]["epsilon"],
            p.replica,
        )
        for p in small.points
    ] == [(50, 1.0, 100.0, 298.15, 0.4, epsilon, 0) for epsilon in (7, 8, 9)]
    assert small.points == sweep.small
    assert small.name == "t, small"


def test_small_may_vary_what_is_fixed_and_replace_maps_as_a_whole() -> None:
    small = read_template(
        "fixed: {particle: amphiphile, n_bodies: 216, number_density: 0.00625}\n"
        "grid: {protocol: [{damping_ps: 10}, {damping_ps: 20}]}\n"
        "small: {grid: {n_bodies: [20, 30], protocol: [{damping_ps: 40}]}}\n",
        "t.yaml",
    ).small
    assert [(p.n_bodies, p.protocol.damping_ps) for p in small] == [(20, 40.0), (30, 40.0)]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("small: 3\n", 11, ["small", "3", "fixed, grid, replicas"]),
        ("small: {}\n", 11, ["small", "a map of fixed"]),
        ("small:\n  girds: {}\n", 12, ["small", "'girds'", "grid"]),
        ("small:\n  zip: {}\n", 12, ["small", "'zip'", "fixed, grid, replicas"]),
        ("small:\n  fixed: 3\n", 12, ["small: fixed", "3", "a map"]),
        ("small:\n  grid: {n_bodies: 50}\n", 12, ["small: grid: n_bodies", "50", "a list"]),
        ("small:\n  fixed: {n_bodies: 1}\n", 12, ["n_bodies", "1", "2"]),
        ("small:\n  fixed: {n_bodeis: 10}\n", 12, ["n_bodeis", "n_bodies"]),
        ("small:\n  replicas: 0\n", 12, ["small: replicas", "0", "from 1"]),
        (
            "small:\n  fixed: {n_bodies: 9}\n  grid: {n_bodies: [9]}\n",
            12,
            ["n_bodies is already given", "small: grid, line 13"],
        ),
        ("zip: {viscosity: [0.4]}\nsmall:\n  fixed: {viscosity: 0.5}\n", 13, ["viscosity", "zip"]),
    ],
)
def test_faults_of_small_are_told_whether_it_is_asked_for_or_not(
    text: str, line: int, said: list[str]
) -> None:
    with pytest.raises(JanusError) as caught:
        read_template(BASE + text, "t.yaml")
    message = str(caught.value)
    assert message.startswith(f"t.yaml, line {line}: "), message
    assert all(part in message for part in said), message
    assert "\n" not in message


def test_a_template_without_small_says_so() -> None:
    with pytest.raises(JanusError, match=r"^--small: quickstart has no small variant"):
        load_template("quickstart").variant()


def test_summaries_name_all_templates_and_the_small_variants() -> None:
    found = {one.name: one for one in template_summaries()}
    assert found["amphiphilic_micelles"].small
    assert not found["quickstart"].small
    assert found["solvents"].description.startswith("R-Au-Cu in dichloromethane")
