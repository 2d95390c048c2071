"""Settings of the Coulomb interaction in a state point."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from janus_md.model.setup import Setup
from janus_md.study.catalogue.bead_particle import BeadParticle
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from janus_md.study.statepoint_errors import BadStatePoint

BASE: dict[str, Any] = {
    "particle": "R-Au-Cu",
    "n_bodies": 216,
    "volume_fraction": 0.05,
    "relative_permittivity": 1.5,
    "protocol": {"time_step_ps": 0.1},
}


def point(**electrostatics: Any) -> StatePoint:
    return StatePoint.of(BASE | {"electrostatics": electrostatics})


def test_state_points_with_a_mesh_are_as_before_there_was_a_cutoff() -> None:
    """The seed is a hash of what is stored; this one is of the first version with this schema."""
    assert StatePoint.of(BASE).stored()["electrostatics"] == {"method": "pppm", "force_error": 0.2}
    assert StatePoint.of(BASE).seed() == 235854543
    setup = resolve(StatePoint.of(BASE))
    assert setup.interactions.to_dict()["electrostatics"] == {
        "relative_permittivity": 1.5,
        "force_error": 0.2,
    }


def test_limits_of_a_cutoff_are_completed_stored_and_hashed() -> None:
    whole = {"force": 1.0, "torque": 1.5}
    for given in ({}, {"cutoff_error": {}}, {"cutoff_error": whole}, {"cutoff_error": None}):
        found = point(method="cutoff", **given)
        assert found.stored()["electrostatics"]["cutoff_error"] == whole
        assert StatePoint.of(found.stored()) == found
    half = point(method="cutoff", cutoff_error={"force": 0.5})
    assert half.stored()["electrostatics"]["cutoff_error"] == {"force": 0.5, "torque": 1.5}
    seeds = {one.seed() for one in (StatePoint.of(BASE), point(method="cutoff"), half)}
    assert len(seeds) == 3


def test_setup_has_the_limits_and_a_file_returns_them() -> None:
    setup = resolve(point(method="cutoff", cutoff_error={"torque": 2.0}))
    electrostatics = setup.interactions.electrostatics
    assert electrostatics is not None
    assert electrostatics.truncated
    assert (electrostatics.force_error, electrostatics.torque_error) == (1.0, 2.0)
    assert Setup.of(setup.to_dict()).interactions == setup.interactions


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"method": "pppm", "cutoff_error": {"force": 1.0}},
            "electrostatics.cutoff_error: has no effect with electrostatics.method pppm",
        ),
        (
            {"method": "none", "cutoff_error": {}},
            "electrostatics.cutoff_error: has no effect with electrostatics.method none",
        ),
        (
            {"method": "cutoff", "force_error": 0.1},
            "electrostatics.force_error: 0.1 has no effect with electrostatics.method cutoff",
        ),
        (
            {"method": "cutoff", "cutoff_error": {"force": 0.0}},
            "electrostatics.cutoff_error.force: 0.0 is not allowed; it must be greater than 0",
        ),
        (
            {"method": "cutoff", "cutoff_error": 1.0},
            "electrostatics.cutoff_error: 1.0 is not allowed; it must be a mapping",
        ),
        (
            {"method": "cutoff", "cutoff_error": {"forces": 1.0}},
            "key of electrostatics.cutoff_error: 'forces' is unknown",
        ),
        (
            {"method": "cut"},
            "electrostatics.method: 'cut' is not allowed; allowed is 'pppm', 'cutoff' or 'none'",
        ),
    ],
)
def test_wrong_settings_are_refused_in_one_sentence(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(BadStatePoint) as caught:
        point(**settings)
    assert str(caught.value).startswith(text)
    assert "\n" not in str(caught.value)


def test_bodies_with_a_net_charge_have_no_cutoff(tmp_path: Path) -> None:
    ion = BeadParticle.model_validate(
        {
            "name": "ion",
            "beads": [{"kind": "A", "at": [0.0, 0.0, 0.0]}, {"kind": "B", "at": [0.0, 0.0, 1.0]}],
            "kinds": {"A": {"diameter": 1.0, "charge": 1.0}, "B": {"diameter": 1.0}},
            "mass": 1000.0,
        }
    )
    fields = {**BASE, "particle": "ion", "electrostatics": {"method": "cutoff"}}
    del fields["relative_permittivity"]
    charged = StatePoint.of({**fields, "relative_permittivity": 2.0})
    with pytest.raises(
        BadStatePoint,
        match=r"^electrostatics.method: cutoff is not allowed, since ion has a net charge of \+1 e",
    ):
        resolve(charged, lambda _: ion)
    mesh = StatePoint.of({**fields, "relative_permittivity": 2.0, "electrostatics": {}})
    assert resolve(mesh, lambda _: ion).interactions.electrostatics is not None
