"""State points that no engine can run are reported before anything is created."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from janus_md.cli.app import app
from janus_md.common.errors import JanusError
from janus_md.engines import ENGINES
from janus_md.simulation.start import engines_able
from janus_md.study.statepoint import StatePoint


def point(**changed):
    fields = {
        "particle": "R-Au-Cu", "n_bodies": 64, "volume_fraction": 0.05,
        "relative_permittivity": 1.0,
    }  # fmt: skip
    return StatePoint.of(fields | changed)


def lammps_alone(monkeypatch):
    monkeypatch.setattr(engines_able, "present", lambda: [ENGINES.get("lammps")])


def test_what_another_engine_could_do_is_told(monkeypatch):
    lammps_alone(monkeypatch)
    engines_able.check_engines([point()])
    with pytest.raises(JanusError, match=r"brownian.*; the engine hoomd, which is not installed"):
        engines_able.check_engines([point(), point(protocol={"name": "brownian"})])


def test_a_body_whose_sites_are_at_one_point_is_not_for_lammps(monkeypatch, own_folder):
    """LAMMPS stops with "One or more rigid bodies are a single particle"."""
    lammps_alone(monkeypatch)
    text = (
        "name: {}\nbeads: [{{kind: K, at: [0, 0, 0]}}{}]\n"
        "kinds: {{K: {{diameter: 2}}{}}}\nmass: 9\n"
    )
    (own_folder / "ball.yaml").write_text(text.format("ball", "", ""))
    site = (", {kind: S, at: [0, 0, 0.5]}", ", S: {diameter: 0}")
    (own_folder / "ball_and_site.yaml").write_text(text.format("ball_and_site", *site))
    engines_able.check_engines([point(particle="ball_and_site")])
    with pytest.raises(JanusError, match=r"body ball: .* at one point; add a site .*hoomd"):
        engines_able.check_engines([point(particle="ball")])


def test_where_no_engine_is_installed_those_that_are_known_count(monkeypatch):
    monkeypatch.setattr(engines_able, "present", list)
    engines_able.check_engines([point(protocol={"name": "brownian"})])


def test_nothing_is_created(tmp_path, monkeypatch):
    lammps_alone(monkeypatch)
    template = tmp_path / "t.yaml"
    template.write_text(
        "fixed: {particle: R-Au-Cu, n_bodies: 64, volume_fraction: 0.05,\n"
        "        relative_permittivity: 1.0, protocol: {name: brownian}}\n"
    )
    done = CliRunner().invoke(app, ["init", str(template), "--directory", str(tmp_path / "w")])
    assert done.exit_code != 0
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"environment": {"electric_feld": {"z": 1.0}}}, "did you mean electric_field"),
        ({"environment": {"electric_field": {"z": "up"}}}, r"environment\.electric_field\.z"),
        (
            {"environment": {"electric_field": {"w": 1.0}}},
            r"environment\.electric_field.*'w' is unknown",
        ),
        ({"environment": {"electric_field": 0.5}}, "must be a mapping"),
        ({"environment": {"electric_field": {}}}, "has no component other than 0"),
        (
            {"environment": {"electric_field": {"z": 0.1}}, "electrostatics": {"method": "none"}},
            "electrostatics.method none leaves out",
        ),
        ({"interactions": {"core-core": {"atraction": {}}}}, "interactions: 'core-core'"),
        (
            {"interactions": {"core-core": {"atraction": {}}}, "model": "bladed"},
            "did you mean attraction",
        ),
        (
            {"interactions": {"core-core": {"attraction": {}}}, "model": "bladed"},
            r"interactions\.core-core\.attraction\.epsilon: is missing",
        ),
        (
            {
                "interactions": {"charge-charge": {"attraction": {"epsilon": 1.0}}},
            },
            "only between beads with a diameter",
        ),
    ],
)
def test_bad_fields_and_terms_are_told_in_a_sentence(changed, told):
    from janus_md.study.resolve import resolve

    with pytest.raises(JanusError, match=told):
        resolve(point(**changed))


def test_field_and_terms_are_part_of_setup_and_id():
    from janus_md.model.setup import Setup
    from janus_md.study.resolve import resolve

    changed = {
        "model": "bladed",
        "environment": {"electric_field": {"z": 0.1}},
        "interactions": {"blade-core": {"yukawa": {"charge_product": 2.0, "debye_length": 1.0}}},
    }
    setup = resolve(point(**changed))
    assert setup.statepoint["environment"] == {"electric_field": {"x": 0.0, "y": 0.0, "z": 0.1}}
    assert [row.form for row in setup.interactions.pairs["blade", "core"]] == [
        "lennard_jones", "yukawa",
    ]  # fmt: skip
    assert Setup.of(setup.to_dict()).to_dict() == setup.to_dict()
    assert setup.seed != resolve(point(model="bladed")).seed
    assert "environment" not in point().stored()
    assert "environment" not in resolve(point()).to_dict()
