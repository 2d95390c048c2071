"""Templates: state points, and errors with line numbers."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from janus_md.common.errors import JanusError
from janus_md.simulation.start import packing
from janus_md.simulation.start.packing import check_packing
from janus_md.study.statepoint import StatePoint
from janus_md.study.sweeps import sections
from janus_md.study.sweeps.templates import load_template, read_template, template_names

BASE = (
    "fixed: {particle: R-Au-Cu, n_bodies: 216, volume_fraction: 0.05, relative_permittivity: 1}\n"
)


def read(text: str) -> list[StatePoint]:
    return read_template(text, "t.yaml").points


def test_quickstart_is_the_headline_comparison() -> None:
    points = load_template("quickstart").points
    assert [p.replica for p in points] == [0, 1] * 6
    assert [(p.particle, p.relative_permittivity) for p in points[::2]] == [
        ("R-Au-Cu", 1.0),
        ("R-Au-Cu", 1.25),
        ("R-Au-Cu", 1.5),
        ("R-Au-Cu", 2.0),
        ("R-Au-Cu", 8.93),
        ("Au3Cd", 1.0),
    ]
    for point in points:
        assert (point.model, point.temperature, point.volume_fraction) == ("sphere", 298.15, 0.05)
        assert point.n_bodies >= 216
        assert point.protocol.produce_ns >= 4.0


@pytest.mark.parametrize("name", template_names())
def test_every_template_can_be_packed_and_says_what_it_is_for(name: str) -> None:
    sweep = load_template(name)
    assert len(sweep.points) > 1
    assert len(sweep.description) > 20
    check_packing(sweep.points)


def test_templates_cover_enantiomers_solvents_and_the_mesh() -> None:
    assert {p.particle for p in load_template("enantiomers").points} == {
        "R-Au-Cu",
        "S-Au-Cu",
        "Au3Cd",
        None,
    }
    assert {(p.relative_permittivity, p.viscosity) for p in load_template("solvents").points} == {
        (8.93, 0.413),
        (36.7, 0.80),
        (1.0, None),
    }
    errors = {p.electrostatics.force_error for p in load_template("mesh_accuracy").points}
    default = load_template("quickstart").points[0].electrostatics.force_error
    assert sorted(errors) == pytest.approx([default / 10, default])


def test_grid_zip_points_and_replicas_multiply() -> None:
    points = read(
        BASE
        + """
grid:
  temperature: [280, 300]
  protocol.produce_ns: [4, 8]
zip:
  viscosity: [0.4, 0.8, null]
  protocol: # nested keys and dotted ones mean the same
    damping_ps: [1, 2, 3]
points:
  - {model: sphere}
  - {model: bladed}
replicas: 3
"""
    )
    found = [
        (
            p.model,
            p.viscosity,
            p.protocol.damping_ps,
            p.temperature,
            p.protocol.produce_ns,
            p.replica,
        )
        for p in points
    ]
    wanted = [
        (model, viscosity, damping, temperature, produce, replica)
        for model, (viscosity, damping), temperature, produce, replica in product(
            ("sphere", "bladed"),
            ((0.4, 1.0), (0.8, 2.0), (None, 3.0)),
            (280.0, 300.0),
            (4.0, 8.0),
            range(3),
        )
    ]
    assert found == wanted


def test_values_may_be_maps_and_points_may_differ_in_their_keys() -> None:
    methods = read(
        BASE
        + "grid:\n  electrostatics: [{method: none}, {method: pppm, force_error: 0.01}]\n"
        + "points:\n  - {}\n".replace("{}", "model: sphere")
    )
    assert [p.electrostatics.method for p in methods] == ["none", "pppm"]
    points = read(
        "fixed: {n_bodies: 100, volume_fraction: 0.05, relative_permittivity: 1}\n"
        "points:\n  - particle: Au3Cd\n  - mixture: {R-1: 0.25, S-1: 0.75}\n"
    )
    assert [p.counts() for p in points] == [(100,), (25, 75)]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("fixed: [\n", 2, ["YAML"]),
        ("\tfixed: 1", 1, ["YAML", "\\t"]),
        ("fixed: {}\nfixed: {}\n", 2, ["YAML", "duplicate key", "fixed"]),
        ("x: !!python/object:os.system y\n", 1, ["'x'"]),
        ("\nfixde: {}\n", 2, ["'fixde'", "did you mean fixed", "grid"]),
        ("description: 3\n", 1, ["description", "3", "a text"]),
        ("fixed: 3\n", 1, ["fixed", "3", "a map"]),
        (BASE + "grid:\n  temperature: 300\n", 3, ["grid: temperature", "300", "a list"]),
        (BASE + "grid:\n  temperature: []\n", 3, ["grid: temperature", "a list"]),
        (BASE + "points:\n  - 3\n", 3, ["points", "3", "a map"]),
        (BASE + "grid:\n  temperature: [300,\n    -3]\n", 4, ["temperature", "-3", "greater"]),
        (BASE + "grid:\n  temprature: [300]\n", 3, ["'temprature'", "mean temperature"]),
        (
            BASE + "points:\n - protocol: {damping_ps: 1}\n - protocol:\n     damping_ps: x\n",
            5,
            ["'x'", "a number"],
        ),
        (BASE + "zip:\n  temperature: [280, 300]\n  replica: [1, 2, 3]\n", 4, ["replica has 3"]),
        (BASE + "replicas: 0\n", 2, ["replicas", "0", "from 1"]),
        (BASE + "replicas: true\n", 2, ["replicas", "True", "whole number"]),
        (BASE + "grid:\n  particle: [Au3Cd]\n", 1, ["particle", "already", "grid, line 3"]),
        (BASE + "grid:\n  replica: [1]\nreplicas: 2\n", 4, ["replica", "already", "line 3"]),
        (
            BASE + "points:\n  - protocol: {produce_ns: 8}\n    protocol.produce_ns: 4\n",
            4,
            ["protocol.produce_ns", "already"],
        ),
        (BASE + "grid:\n  temperature: [300, 300.0]\n", 3, ["same state point", "line 3"]),
        (
            BASE + "points:\n  - temperature: 300\n  - temperature: 300\n",
            4,
            ["same state point", "line 3", "temperature 300"],
        ),
        ("fixed:\n  n_bodies: 9\n  mixture: {R-1: 0.5, S-1: 0.4}\n"
         "  volume_fraction: 0.05\n  relative_permittivity: 1\n", 3, ["add to 0.9"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, said: list[str]) -> None:
    with pytest.raises(JanusError) as caught:
        read(text)
    message = str(caught.value)
    assert message.startswith(f"t.yaml, line {line}: "), message
    assert all(part in message for part in said), message
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "- 1\n", "3\n", "description: nothing else\n"])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(JanusError, match=r"^t\.yaml"):
        read(text)


def test_too_many_state_points_are_refused_before_they_are_made() -> None:
    values = list(range(1, 101))
    text = BASE + f"grid: {{temperature: {values}, viscosity: {values}}}\nreplicas: 100000\n"
    with pytest.raises(JanusError, match="1000000000 state points; at most 100000"):
        read(text)


def test_a_template_may_be_a_file_or_a_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(BASE)
    assert load_template(path).name == "mine"
    assert load_template("quickstart.yaml").points == load_template("quickstart").points
    with pytest.raises(JanusError, match=r"'nothing' is neither a file nor .* quickstart"):
        load_template("nothing")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(JanusError, match="UTF-8"):
        load_template(path)
    with pytest.raises(JanusError, match="cannot be read: File name too long"):
        load_template("a" * 5000)


def test_what_validation_lets_pass_the_trial_placement_refuses() -> None:
    text = BASE.replace("0.05", "0.18").replace(
        "fixed: {", "fixed: {model: bladed, start: lattice, "
    )
    with pytest.raises(JanusError, match=r"^volume_fraction: 0\.18 cannot be packed on a"):
        check_packing(read(text))


def test_box_too_small_for_the_interactions_is_refused_before_anything_is_made() -> None:
    """(2 x 2.19 nm^3 / 0.05)^(1/3) = 4.44 nm, against 2 (2^(1/6) x 1.727 nm + 0.6 nm) = 5.08 nm."""
    text = (
        "fixed: {particle: R-Au-Cu, volume_fraction: 0.05, relative_permittivity: 1}\n"
        "grid: {n_bodies: [216, 2, 100]}\n"
    )
    with pytest.raises(JanusError, match=r"^n_bodies: 2 bodies make a box of 4\.44 .* over 5\.08"):
        check_packing(read(text))
    check_packing(read(text.replace("0.05", "0.03")))


def test_the_densest_state_points_are_those_that_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(packing, "build", tried.append)
    text = (
        "fixed: {n_bodies: 216, relative_permittivity: 1}\n"
        "grid: {particle: [R-Au-Cu, Au3Cd], volume_fraction: [0.01, 0.05, 0.03], replica: [0, 1]}\n"
    )
    check_packing(read(text))
    points = [one.statepoint for one in tried]
    assert [(one["particle"], one["volume_fraction"]) for one in points] == [
        ("R-Au-Cu", 0.05),
        ("Au3Cd", 0.05),
    ]


def test_as_many_state_points_as_are_allowed_and_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "MAX_POINTS", 8)
    assert len(read(BASE + "replicas: 8\n")) == 8
    with pytest.raises(JanusError, match="from 1 to 8"):
        read(BASE + "replicas: 9\n")
    grid = "grid: {temperature: [280, 290, 300]}\nreplicas: 3\n"
    with pytest.raises(JanusError, match="9 state points; at most 8"):
        read(BASE + grid)


STAGED = """
fixed:
  particle: R-Au-Cu
  n_bodies: 64
  volume_fraction: 0.01
  relative_permittivity: 8.93
  viscosity: 0.413
  protocol:
    time_step_ps: 0.1
    stages:
      - {name: dry, length_ns: 0.5, residual_solvent: 0}
      - {name: hold, length_ns: 2.0}
grid:
  protocol.stages.dry.length_ns: [0.5, 4.0]
"""


def test_a_sweep_of_a_stage_by_its_name() -> None:
    points = read_template(STAGED, "staged").points
    lengths = [[stage.length_ns for stage in one.protocol.stages] for one in points]
    assert lengths == [[0.5, 2.0], [4.0, 2.0]]
    assert [one.protocol.produce_ns for one in points] == [2.5, 6.0]


def test_a_sweep_of_a_stage_that_is_not_there() -> None:
    with pytest.raises(
        JanusError, match=r"line \d+: .*there is no 'drying'; allowed are dry, hold"
    ):
        read_template(STAGED.replace("stages.dry.", "stages.drying."), "staged")
