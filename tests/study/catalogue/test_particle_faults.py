"""All faults of a particle file are reported, with key, value and allowed values."""

from __future__ import annotations

from pathlib import Path

import pytest

from janus_md.common.errors import JanusError
from tests.study.catalogue.bead_files import SIX_LINES, read

BROKEN = """\
name: broken
beads:
  - {kind: J, at: [0, 0]}
  - {kind: K, at: [0, 0, x]}
kinds: {J: {diameter: -2.0, charg: 3}}
mas: 3000
interactions: {J-J: {attration: {epsilon: 1}, attraction: {epsilon: -1, cut: 2}}}
bond: {distance: 1, angle: 95}
"""


def test_all_faults_are_reported_at_once():
    text = """\
name: bad
beads:
  - {kind: J, at: [0, 0, 0]}
  - {kind: A, at: [0, 0, 1]}
kinds: {J: {diameter: 2.0}, A: {diameter: 1.3}}
mas: 3000
bond: {angle: 100}
interactions:
  A-B: {attraction: {epsilon: 12}}
  A-A: {atraction: {epsilon: 12}, yukawa: {charge_product: 1}}
"""
    with pytest.raises(JanusError) as told:
        read(text)
    lines = str(told.value).split("\n")
    for part in (
        "mass: is missing",
        "'mas' is unknown (did you mean mass?)",
        "bond.distance: is missing",
        "bond.angle: 100 is not allowed; it must be less than 90",
        "interactions: 'A-B' is not allowed",
        "'atraction' is unknown (did you mean attraction?)",
        "interactions.A-A.yukawa.debye_length: is missing",
    ):
        assert sum(part in line for line in lines) == 1, part
    assert len(lines) == 7
    assert all(line.startswith("particle bad: ") for line in lines)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("kind: A, at", "kind: Q, at"), "beads.1.kind: 'Q' is not allowed; kinds has J, A"),
        (("[0, 0, 0.8]", "[0, 0.8]"), r"beads\.1\.at: .* it must have 3 values"),
        (("diameter: 1.3", "diametr: 1.3"), "did you mean diameter"),
        (("A: {diameter: 1.3}", "A: {}"), r"kinds\.A\.diameter: is missing"),
        (("diameter: 2.0", "diameter: -2.0"), r"kinds\.J\.diameter: -2.0 is not allowed"),
        (("mass: 3000", "mass: 0"), "mass: 0 is not allowed; it must be greater than 0"),
        (("name: two", "name: core"), "sites of the models"),
        (("mass: 3000", "mass: 3000\nshape: {kind: snowman}"), "both of beads and shape"),
        (("{diameter: 1.3}}", "{diameter: 1.3}, X: {diameter: 1}}"), "no bead is of this kind"),
        (
            ("kinds:", "  - {kind: A, at: [0, 0, 0.8]}\nkinds:"),
            r"beads\.2\.at: \[0.0, 0.0, 0.8\] is not allowed; beads\.1 of the same kind is there",
        ),
        (("2.0}, A: {diameter: 1.3}", "0.0}, A: {diameter: 0}"), "no bead has a diameter above 0"),
    ],
)
def test_what_is_refused(change, told):
    with pytest.raises(JanusError, match=told):
        read(SIX_LINES.replace(*change))


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ("{kind: snowmn}", "did you mean snowman"),
        ("{kind: snowman, diameter_a: 1.0}", r"shape\.diameter_b: is missing"),
        (
            "{kind: snowman, diameter_a: 1.0, diameter_b: 2.0, distance: 3.0}",
            r"shape\.distance: 3 is not allowed; it must be above 0.5",
        ),
        (
            "{kind: dumbbell, diameter_a: 1.0, diameter_b: 2.0, distance: 1.0}",
            r"shape\.distance: 1 is not allowed; it must be at least 1.5",
        ),
        (
            "{kind: janus_sphere, diameter: 2.0, bead_diameter: 1.0, balance: 1.2}",
            r"shape\.balance: 1\.2 is not allowed; it must be at most 1",
        ),
        (
            "{kind: rod, length: 3.0, diameter: 1.0, balance: -0.1}",
            r"shape\.balance: -0\.1 is not allowed; it must be at least 0",
        ),
    ],
)
def test_shapes_that_are_refused(shape, told):
    with pytest.raises(JanusError, match=told):
        read(f"name: x\nshape: {shape}\nmass: 1\n")


def test_faults_of_beads_do_not_hide_others(own_folder: Path, janus_md):
    with pytest.raises(JanusError) as told:
        read(BROKEN)
    lines = [line.removeprefix("particle broken: ") for line in str(told.value).split("\n")]
    expected = [
        "key of kinds.J: 'charg' is unknown (did you mean charge?)",
        "key: 'mas' is unknown (did you mean mass?)",
        "beads.0.at: [0, 0] is not allowed; it must have 3 values",
        "beads.1.at.2: 'x' is not allowed; it must be a number",
        "kinds.J.diameter: -2.0 is not allowed; it must be at least 0",
        "mass: is missing; it must be given",
        "bond.angle: 95 is not allowed; it must be less than 90",
        "interactions.J-J.attration: 'attration' is unknown (did you mean attraction?)",
        "key of interactions.J-J.attraction: 'cut' is unknown (did you mean cutoff?)",
        "interactions.J-J.attraction.epsilon: -1 is not allowed; it must be greater than 0",
    ]
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start)

    (own_folder / "broken.yaml").write_text(BROKEN)
    done = janus_md("catalog")
    (line,) = done.err.splitlines()
    assert line.startswith(f"{own_folder / 'broken.yaml'} is skipped: {expected[0]}")
    assert line.endswith("(and 9 more faults)")


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ("{kind: snowman, diameter_a: -1, x: 3}", ["'x' is unknown", "diameter_a: -1", "_b: is"]),
        (
            "{kind: snowman, diameter_a: 1, diameter_b: 2, distance: 9}",
            ["shape.distance: 9", "interactions.A-A.wca.epsilon: -1"],
        ),
    ],
)
def test_all_faults_of_a_shape_and_terms_are_reported(shape: str, told: list[str]):
    terms = "interactions: {A-A: {wca: {epsilon: -1}}}"
    with pytest.raises(JanusError) as caught:
        read(f"name: x\nshape: {shape}\nmass: 1\n{terms}\n")
    assert all(part in str(caught.value) for part in told), str(caught.value)


def test_a_pair_that_is_stated_twice_is_refused():
    terms = "interactions: {A-J: {wca: {}}, J-A: {wca: {}}}\n"
    with pytest.raises(JanusError, match=r"interactions\.J-A: is already given as A-J"):
        read(SIX_LINES + terms)


FIVE = """\
name: five
shape: {kind: janus_sphere, diameter: 2.0, bead_diameter: 1.0, balance: 1.2}
mass: -1
interactions: {A-B: {wac: {}}, A-A: {attraction: {epsilon: 0}}}
symmetry: 400
"""


@pytest.mark.parametrize("command", ["particle", "init"])
def test_five_faults_are_told_at_once_and_nothing_is_created(
    command: str, janus_md, tmp_path: Path, monkeypatch
):
    """A balance above 1, a mass, an unknown term, an epsilon, a symmetry."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "particles").mkdir()
    (tmp_path / "particles" / "five.yaml").write_text(FIVE)
    (tmp_path / "t.yaml").write_text(
        "fixed: {particle: five, n_bodies: 8, volume_fraction: 0.02}\n"
    )
    before = sorted(tmp_path.rglob("*"))
    told = {"particle": ["particles/five.yaml"], "init": ["t.yaml", "-d", "new"]}[command]
    done = janus_md(command, *told)
    assert done.code == 2
    for part in (
        "shape.balance: 1.2 is not allowed; it must be at most 1",
        "mass: -1 is not allowed; it must be greater than 0",
        "interactions.A-A.attraction.epsilon: 0 is not allowed; it must be greater than 0",
        "interactions.A-B.wac: 'wac' is unknown (did you mean wca?)",
        "symmetry: 400 is not allowed; it must be at most 360",
    ):
        assert part in done.err, done.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ("A-X: {wca: {}}", "interactions: 'A-X' is not allowed"),
        ("A-A: {attractoin: {}}", "did you mean attraction"),
    ],
)
def test_a_term_of_a_state_point_between_unknown_kinds_creates_nothing(
    terms: str, told: str, janus_md, tmp_path: Path
):
    (tmp_path / "t.yaml").write_text(
        "fixed: {particle: snowman, n_bodies: 8, volume_fraction: 0.02, "
        f"interactions: {{{terms}}}}}\n"
    )
    done = janus_md("init", tmp_path / "t.yaml", "-d", tmp_path / "new")
    assert done.code == 2
    assert told in done.err
    assert not (tmp_path / "new").exists()
