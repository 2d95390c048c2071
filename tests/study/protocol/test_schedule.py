"""Pieces of a production with stages: conditions as functions of time, and refusals at init."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from janus_md.common.errors import JanusError
from janus_md.model.schedule import Piece
from janus_md.model.setup import Setup
from janus_md.model.solid import union_volume
from janus_md.model.units import BOLTZMANN, stokes_friction
from janus_md.study.resolve import completed, default_step, resolve
from janus_md.study.statepoint import StatePoint
from tests.study.protocol.test_changes import DRY, HOLD, point

EVAPORATE = {
    "name": "evaporate", "length_ns": 0.2, "pieces": 40,
    "volume_fraction": {"to": 0.02, "form": "exponential"},
}  # fmt: skip


def refused(*stages: Any, **changed: Any) -> str:
    with pytest.raises(JanusError) as error:
        resolve(point(*stages, **changed))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_conditions_follow_the_formulas() -> None:
    """Volume fraction, permittivity and friction at the ends of pieces."""
    setup = resolve(point(EVAPORATE, DRY, HOLD))
    (body,) = setup.bodies
    assert [one.end for one in setup.schedule[:3]] == [0, 50, 100]
    assert len(setup.schedule) == 1 + 40 + 50 + 1
    wet, wet_r = stokes_friction(0.413, body.hydrodynamic_radius)
    for piece in setup.schedule:
        ns = piece.end * 1e-4
        fraction = 0.01 * 2.0 ** min(1.0, ns / 0.2)
        solvent = min(1.0, max(0.0, 1.0 - (ns - 0.2) / 0.4))
        assert piece.values["volume_fraction"] == pytest.approx(fraction, rel=1e-12)
        volume = float(piece.box[:3].prod())
        assert 64 * body.volume / volume == pytest.approx(fraction, rel=1e-12)
        assert piece.relative_permittivity == pytest.approx(1.0 + 7.93 * solvent, rel=1e-12)
        assert piece.values["relative_permittivity"] == piece.relative_permittivity
        friction = solvent * wet + (1.0 - solvent) * body.mass / 5.0
        assert piece.bath.gamma[0] == pytest.approx(friction, rel=1e-12)
        turning = solvent * wet_r + (1.0 - solvent) * body.inertia.mean() / 5.0
        assert piece.bath.gamma_r[0] == pytest.approx(turning, rel=1e-12)
    assert setup.at(0).box == pytest.approx(setup.box, rel=0, abs=0)
    assert setup.at(10**9).relative_permittivity == 1.0


def test_a_step_belongs_to_the_piece_that_ends_at_it_or_later() -> None:
    setup = resolve(point(EVAPORATE))
    found = [setup.piece(step) for step in (0, 1, 50, 51, 2000, 9999)]
    assert all(isinstance(one, Piece) for one in found)
    assert [one.end for one in found if one] == [0, 50, 50, 100, 2000, 2000]
    assert resolve(point()).piece(3) is None


def test_setups_are_read_as_they_are_written() -> None:
    described = resolve(point(EVAPORATE, DRY)).to_dict()
    assert Setup.of(json.loads(json.dumps(described))).to_dict() == described
    assert "schedule" not in resolve(point()).to_dict()


def test_temperature_and_a_table() -> None:
    stage = {"name": "cool", "length_ns": 0.1, "pieces": 4,
             "temperature": {"points": [[0.5, 400.0], [1.0, 250.0]]}}  # fmt: skip
    setup = resolve(point(stage))
    kelvin = [one.bath.kT / BOLTZMANN for one in setup.schedule]
    np.testing.assert_allclose(kelvin, [298.15, 349.075, 400.0, 325.0, 250.0], rtol=1e-12)


def test_field_is_switched_on_from_nothing() -> None:
    field = {"electric_field": {"z": 0.1}}
    stage = {"name": "on", "length_ns": 0.1, "pieces": 2, "field": {"points": [[0, 0], [1, 1]]}}
    setup = resolve(point(stage, environment=field))
    assert [one.environment[0].parameters["z"] for one in setup.schedule] == [0.0, 0.05, 0.1]
    assert setup.environment[0].parameters["z"] == 0.0


def test_walls_come_closer_along_their_normal_alone() -> None:
    walls = {"walls": {side: {"form": "repulsive", "epsilon": 2.5, "sigma": 0.9}
                       for side in ("lower", "upper")}}  # fmt: skip
    stage = {"name": "settle", "length_ns": 0.1, "volume_fraction": {"to": 0.02,
             "form": "exponential"}, "along": "z"}  # fmt: skip
    setup = resolve(point(stage, environment=walls))
    first, last = setup.schedule[0], setup.schedule[-1]
    apart = [one.environment[0].parameters["separation"] for one in (first, last)]
    assert apart[1] == pytest.approx(0.5 * apart[0], rel=1e-12)
    np.testing.assert_array_equal(first.box[:2], last.box[:2])
    assert first.box[2] - apart[0] == pytest.approx(last.box[2] - apart[1], rel=1e-12)
    assert setup.interactions.electrostatics.slab


def test_a_target_beyond_close_packing_is_refused() -> None:
    stage = {"name": "press", "length_ns": 0.2, "volume_fraction": 0.6}
    text = refused(stage)
    share = union_volume(resolve(point()).bodies[0]) / 2.19
    most = math.floor(1e3 * 0.64 / share) / 1e3
    assert text.startswith("protocol.stages.press.volume_fraction: 0.6 cannot be reached; it must ")
    assert f"at most {most:g} for this sphere model, whose beads then fill 0.64 of the box" in text


def test_impossible_stages_are_refused_at_init() -> None:
    press = {"name": "press", "length_ns": 0.2, "volume_fraction": 0.2}
    words = refused(press)
    assert words.endswith("or form exponential")
    needed = int(words.split("use ")[1].split()[0])  # the first piece of a linear change is worst
    assert math.log(1.0 + 19.0 / needed) / 3.0 <= 0.02 < math.log(1.0 + 19.0 / (needed - 3)) / 3.0
    assert resolve(point({**press, "pieces": needed})).schedule[-1].end == 2000
    assert "needs viscosity" in refused(DRY, viscosity=None)
    both = {**DRY, "relative_permittivity": 2.0}
    assert "is not allowed beside relative_permittivity" in refused(both)
    assert "needs environment.electric_field" in refused({**HOLD, "field": 0})
    assert "use linear or decay" in refused(
        {**DRY, "residual_solvent": {"to": 0, "form": "exponential"}}
    )
    cutoff = {"method": "cutoff", "cutoff_error": {"force": 0.1, "torque": 0.1}}
    assert "use pppm" in refused(DRY, electrostatics=cutoff)
    assert "more than the 2000 time steps" in refused({**DRY, "length_ns": 0.2, "pieces": 2001})
    cool = {**HOLD, "temperature": 200}
    still = {"name": "nve"}
    assert "no effect with protocol.name nve" in refused(cool, viscosity=None, protocol=still)


def test_pair_terms_that_depend_on_what_changes_are_refused() -> None:
    terms = {"R-Au-Cu-R-Au-Cu": {"yukawa": {"charge_product": 1.0, "debye_length": 1.0}}}
    stage = {**HOLD, "relative_permittivity": 2.0}
    fields = point(stage, viscosity=None).stored() | {"interactions": terms}
    with pytest.raises(JanusError, match="depends on temperature or relative_permittivity"):
        resolve(StatePoint.of(fields))


def test_default_step_is_that_of_the_stiffest_conditions() -> None:
    """Damping in solvent allows 0.36 ps (`sphere` in DCM), the dry bond a third of 0.99 ps."""
    unset = {"time_step_ps": None}
    wet, both = point(protocol=unset), point(DRY, protocol=unset)
    assert default_step(both).step == completed(both.stored()).protocol.time_step_ps
    assert default_step(both).step <= default_step(wet).step
