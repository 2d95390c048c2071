"""Check from the log whether a run kept the temperature of its bath."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from janus_md.common.errors import JanusError
from janus_md.model.units import thermal_energy
from janus_md.simulation.files.trajectory import GsdWriter, log_frame
from janus_md.simulation.run import simulate
from janus_md.simulation.temperature_check import DRIFT, FLUCTUATION, examine
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from janus_md.workspace.doubts import check_allowed, warning
from tests.engines.conftest import usable

ENGINES = ["lammps", "hoomd"]


def point(**changed: Any) -> StatePoint:
    """Dry bodies of `sphere`, which hold each other fast."""
    protocol = {"frame_interval_ps": 10.0, "produce_ns": 0.4} | changed.pop("protocol", {})
    fields: dict[str, Any] = {
        "particle": "R-Au-Cu",
        "n_bodies": 64,
        "volume_fraction": 0.05,
        "relative_permittivity": 1.0,
        "protocol": protocol,
    }
    return StatePoint.of(fields | changed)


def found(tmp_path: Path, name: str, **changed: Any) -> dict[str, Any]:
    """What a run of :func:`point` says."""
    usable(name)
    document: dict[str, Any] = {}
    simulate(point(**changed), tmp_path, document, engine=name)
    heat: dict[str, Any] = document["heat"]
    return heat


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with GsdWriter(path) as file:
        for k, row in enumerate(rows):
            file.append(log_frame(k, row))
    return path


@pytest.mark.parametrize("name", ENGINES)
def test_the_default_time_step_keeps_the_temperature(name: str, tmp_path: Path) -> None:
    heat = found(tmp_path, name)
    assert (heat["checked"], heat["passed"], heat["why"]) == (True, True, None)
    for motion in heat["kinds"]["R-Au-Cu"].values():
        assert motion["kt"] == pytest.approx(1.0, abs=5 * motion["kt_error"] + 0.02)
        assert abs(motion["excess"]) < 0.006  # 0.009 at 0.5 ps, and quadratic in the step
    assert heat["worst"] < 1.0


@pytest.mark.parametrize("name", ENGINES)
def test_a_time_step_of_one_ps_is_found(name: str, tmp_path: Path) -> None:
    """It runs to its end, its velocities at whole steps are right, and its places 4 % too hot."""
    heat = found(tmp_path, name, protocol={"time_step_ps": 1.0, "produce_ns": 1.0})
    assert (heat["checked"], heat["passed"]) == (True, False)
    assert "the time step of 1 ps makes places of R-Au-Cu" in heat["why"]
    assert heat["why"].endswith("a smaller protocol.time_step_ps may help")
    moving = heat["kinds"]["R-Au-Cu"]["translational"]
    assert moving["kt"] == pytest.approx(1.0, abs=5 * moving["kt_error"] + 0.02)
    assert 0.03 < moving["excess"] < 0.08
    assert heat["worst"] > 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("model", ["sphere", "bladed"])
@pytest.mark.parametrize("medium", [(1.0, None), (8.93, 0.413)])
def test_default_runs_pass(
    name: str, model: str, medium: tuple[float, float | None], tmp_path: Path
) -> None:
    heat = found(
        tmp_path,
        name,
        mixture={"R-Au-Cu": 0.5, "Au3Cd": 0.5},
        particle=None,
        model=model,
        n_bodies=216,
        relative_permittivity=medium[0],
        viscosity=medium[1],
        protocol={"produce_ns": 2.0 if model == "sphere" else 0.3, "frame_interval_ps": 20.0},
    )
    assert heat["passed"], heat["why"]
    assert heat["kinds"].keys() == {"R-Au-Cu", "Au3Cd"}


@pytest.mark.parametrize("name", ENGINES)
def test_energy_is_checked_without_a_bath(name: str, tmp_path: Path) -> None:
    heat = found(tmp_path, name, protocol={"name": "nve", "produce_ns": 0.1})
    assert (heat["checked"], heat["passed"], heat["why"]) == (True, True, None)
    assert "kinds" not in heat


def test_brownian_dynamics_is_not_checked_and_says_so(tmp_path: Path) -> None:
    brownian = point(protocol={"name": "brownian"})
    heat = examine(tmp_path / "none.gsd", resolve(brownian))
    assert (heat["checked"], heat["passed"]) == (False, None)
    assert "brownian" in heat["why"]
    assert warning({"heat": heat}) == ""


def test_a_brownian_run_says_so(tmp_path: Path) -> None:
    heat = found(tmp_path, "hoomd", protocol={"name": "brownian", "produce_ns": 0.02})
    assert (heat["checked"], heat["passed"]) == (False, None)


def energies(total: np.ndarray) -> list[dict[str, Any]]:
    """Log of 20 ps a row with this total energy, kT per degree of freedom of 64 bodies."""
    return [
        {
            "time_ps": 20.0 * k,
            "potential_energy": -1000.0 + one * 6 * 64 * thermal_energy(298.15) + 5.0 * (-1) ** k,
            "kinetic_translational": 700.0 - 5.0 * (-1) ** k,
            "kinetic_rotational": 700.0,
        }
        for k, one in enumerate(total)
    ]


@pytest.mark.parametrize(("share", "passed"), [(0.9, True), (1.1, False), (-1.1, False)])
def test_drift_of_the_energy(share: float, passed: bool, tmp_path: Path) -> None:
    """A straight line that reaches `share` times the allowed value after 4 ns."""
    wanted = point(protocol={"name": "nve"})
    reached = share * (FLUCTUATION + 4.0 * DRIFT)
    rows = energies(reached * np.arange(201) / 200)
    heat = examine(write(tmp_path / "log.gsd", rows), resolve(wanted))
    assert heat["passed"] is passed
    assert heat["drift"] == pytest.approx(reached / 4.0, rel=1e-3)
    assert heat["worst"] == pytest.approx(abs(share), rel=1e-3)
    assert passed or f"moved by {reached:.3g} kT per degree of freedom in 4 ns" in heat["why"]


def test_fluctuating_energy_is_not_a_drift(tmp_path: Path) -> None:
    """The mesh's errors do that to few bodies; a jump at the end is found all the same."""
    rng = np.random.default_rng(3)
    wanted = point(protocol={"name": "nve"})
    worst = []
    for k in range(30):
        walk = np.concatenate([[0.0], np.cumsum(0.01 * rng.normal(size=200))])
        log = write(tmp_path / f"{k}.gsd", energies(walk))
        worst.append(examine(log, resolve(wanted))["worst"])
    assert max(worst) < 1.0
    walk[-3:] += 2.0
    heat = examine(write(tmp_path / "jump.gsd", energies(walk)), resolve(wanted))
    assert heat["passed"] is False
    assert "time_step_ps or electrostatics.force_error" in heat["why"]
    cutoff = point(protocol={"name": "nve"}, electrostatics={"method": "cutoff"})
    why = examine(tmp_path / "jump.gsd", resolve(cutoff))["why"]
    assert "time_step_ps" in why
    assert "electrostatics" not in why


def synthetic(kinds: int, hot: dict[str, slice]) -> list[dict[str, Any]]:
    """Log of 8 ns; the last kind has 1.2 kT in these rows of these columns."""
    rng = np.random.default_rng(1)
    rows = []
    for k in range(401):
        row: dict[str, Any] = {"time_ps": 20.0 * k, "potential_energy": -500.0}
        for motion in ("translational", "rotational"):
            row[f"temperatures_{motion}"] = 298.15 * (1 + 0.05 * rng.normal(size=kinds))
            row[f"excess_{motion}"] = np.zeros(kinds)
            if motion in hot and k in range(401)[hot[motion]]:
                row[f"temperatures_{motion}"][-1] *= 1.2
        rows.append(row)
    return rows


def test_message_names_kind_motion_and_time(tmp_path: Path) -> None:
    mixed = point(particle=None, mixture={"Au3Cd": 0.5, "R-Au-Cu": 0.5}, n_bodies=432)
    log = write(tmp_path / "log.gsd", synthetic(2, {"rotational": slice(352, None)}))
    heat = examine(log, resolve(mixed))
    assert heat["passed"] is False
    assert heat["why"].startswith("rotation of R-Au-Cu has 1.2 kT of the bath in block 15, ")
    assert "7020 to 8000 ps" in heat["why"]
    assert heat["kinds"]["Au3Cd"]["rotational"]["worst"] < 1.0
    assert heat["kinds"]["R-Au-Cu"]["translational"]["worst"] < 1.0
    assert heat["kinds"]["R-Au-Cu"]["rotational"]["worst"] == heat["worst"]
    assert warning({"heat": heat}) == heat["why"]


def test_a_log_without_temperatures_of_kinds_is_not_checked(tmp_path: Path) -> None:
    log = write(tmp_path / "log.gsd", [{"time_ps": k, "potential_energy": 1.0} for k in range(9)])
    heat = examine(log, resolve(point()))
    assert (heat["checked"], heat["passed"]) == (False, None)
    assert "log.gsd" in heat["why"]


@pytest.mark.parametrize("document", [{}, {"heat": None}, {"heat": {"passed": None}}])
def test_unchecked_run_has_no_warning(document: dict[str, Any]) -> None:
    assert warning(document) == ""


def test_unknown_permission_is_refused() -> None:
    check_allowed(["heat"])
    with pytest.raises(JanusError, match="--allow: 'version' is unknown; allowed are heat"):
        check_allowed(["version"])
