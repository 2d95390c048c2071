"""Default of the time step: the rule, its limits, and where it is stored."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.stable_step import case_of
from janus_md.model.pairs.stiffness import COLLISION, highest_frequency, highest_rate
from janus_md.model.units import thermal_energy
from janus_md.study.catalogue import catalog
from janus_md.study.resolve import completed, default_step, resolve
from janus_md.study.statepoint import StatePoint
from janus_md.study.sweeps.templates import read_template
from janus_md.study.time_step import MEASURED, STABLE_PHASE, divisor
from tests.conftest import Result

Cli = Callable[..., Result]

DRY = {
    "particle": "R-Au-Cu",
    "n_bodies": 64,
    "volume_fraction": 0.05,
    "relative_permittivity": 1.0,
}
KT = thermal_energy(298.15)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "time_step.md"


def step_of(**changes: Any) -> float:
    step = completed(DRY | changes).protocol.time_step_ps
    assert step is not None
    return step


@pytest.mark.parametrize(
    ("interval", "limit", "count"), [(20, 0.33, 61), (20, 1 / 3, 60), (20, 20, 1), (20, 99, 1)]
)
def test_the_step_is_a_divisor_of_the_frame_interval(
    interval: float, limit: float, count: int
) -> None:
    assert divisor(interval, limit) == interval / count


@pytest.mark.parametrize(
    ("model", "count"), [("sphere", 61), ("bladed", 147), ("narrow", 200), ("sphere_tem", 47)]
)
def test_default_of_dry_bodies_is_a_third_of_the_largest_stable_step(
    model: str, count: int
) -> None:
    """20 ps over the next whole number above 60 ps over the largest stable step."""
    assert count == math.ceil(60 / MEASURED[model].stable - 1e-9)
    assert step_of(model=model) == 20 / count
    reason = default_step(StatePoint.of(DRY | {"model": model})).reason
    assert reason == f"a third of the largest stable step of R-Au-Cu, {MEASURED[model].stable} ps"


def test_default_in_a_solvent_is_a_third_of_the_damping_time_of_rotation() -> None:
    """Inertia of a uniform sphere over its Stokes friction: m / (20 pi eta R)."""
    solvent = {"relative_permittivity": 8.93, "viscosity": 0.413}
    viscosity = 0.413 * 602.214076  # mPa s in amu/(nm ps)
    body = catalog.body("R-Au-Cu", "sphere")
    damping = body.mass / (20 * math.pi * viscosity * 0.805)
    assert damping == pytest.approx(0.328, abs=0.001)
    assert step_of(**solvent) == 20 / math.ceil(60 / damping)
    reason = default_step(StatePoint.of(DRY | solvent)).reason
    assert reason == "a third of the damping time of rotation of R-Au-Cu, 0.33 ps"


def test_default_is_the_same_for_all_permittivities_and_follows_the_frame_interval() -> None:
    assert step_of(relative_permittivity=2.0) == step_of()
    assert step_of(protocol={"frame_interval_ps": 1.0, "produce_ns": 1.0}) == 1 / 4
    assert step_of(protocol={"frame_interval_ps": 0.05, "produce_ns": 1.0}) == 0.05


def test_a_step_that_is_stated_stays() -> None:
    stated = completed(DRY | {"protocol": {"time_step_ps": 0.1}})
    assert stated.protocol.time_step_ps == 0.1
    assert stated == StatePoint.of(stated.stored())
    bare = StatePoint.of(DRY)
    assert bare.protocol.time_step_ps is None
    assert resolve(bare).statepoint == completed(DRY).stored()
    assert resolve(bare).seed == completed(DRY).seed() != stated.seed()


def wca_turning_point(epsilon: float, sigma: float, energy: float) -> tuple[float, float]:
    """Distance at which the WCA energy has a value, and its curvature there."""
    x = 0.5 + math.sqrt(energy / (4 * epsilon))  # (sigma/r)^6
    r = sigma * x ** (-1 / 6)
    return r, 4 * epsilon * (156 * x * x - 42 * x) / r**2


def test_frequency_of_two_spheres_without_charges() -> None:
    """sqrt(2 k / m), with k the curvature of the WCA potential where it is 3 kT."""
    body = catalog.body("R-Au-Cu", "sphere")
    _, stiffness = wca_turning_point(2.5, body.diameters[body.name], COLLISION * KT)
    found = highest_frequency(body, body, KT, relative_permittivity=math.inf)
    assert found == pytest.approx(math.sqrt(2 * stiffness / body.mass), rel=1e-4)
    rate = highest_rate(
        body, body, np.full(2, 50.0), np.full((2, 3), 9.0), KT, relative_permittivity=math.inf
    )
    assert rate == pytest.approx(2 * stiffness / 50.0, rel=1e-4)


@pytest.mark.parametrize("model", MEASURED)
def test_frequencies_beside_the_measured_steps(model: str) -> None:
    body = catalog.body("R-Au-Cu", model)
    assert highest_frequency(body, body, KT) == pytest.approx(MEASURED[model].frequency, rel=2e-4)


def measured_steps() -> list[tuple[str, float, float]]:
    """Case, largest stable step and the limit of the rule, of the table in docs/time_step.md."""
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("<!-- begin stable steps -->")[2].partition("<!-- end")[0]
    found = re.findall(r"^\| `?([\w-]+)`? \| ([\d.]+) \|[^|]*\| ([\d.]+) \|", table, re.MULTILINE)
    return [(name, float(step), float(limit)) for name, step, limit in found]


def test_the_page_has_the_limits_of_the_rule_and_none_is_above_the_measured_step() -> None:
    table = measured_steps()
    assert len(table) >= 12
    for name, measured, limit in table:
        fields = case_of(name).fields | {"n_bodies": 64}
        interval = {"frame_interval_ps": 1e4, "produce_ns": 10.0, "damping_ps": 1e6}
        step = completed(fields | {"protocol": interval}).protocol.time_step_ps
        assert step is not None
        assert limit == pytest.approx(3 * step, rel=0.02), name
        assert limit <= measured, name


def test_brownian_dynamics_is_limited_by_the_relaxation_of_a_contact() -> None:
    solvent = {"relative_permittivity": 8.93, "viscosity": 0.413}
    body = catalog.body("R-Au-Cu", "sphere")
    gamma = 6 * math.pi * 0.413 * 602.214076 * body.hydrodynamic_radius
    gamma_r = 8 * math.pi * 0.413 * 602.214076 * body.hydrodynamic_radius**3
    rate = highest_rate(
        body, body, [gamma] * 2, np.full((2, 3), gamma_r), KT, relative_permittivity=8.93
    )
    found = step_of(**solvent, protocol={"name": "brownian"})
    assert found == 20 / math.ceil(20 * 3 * rate / STABLE_PHASE)


def test_init_names_the_limit(janus_md: Cli, tmp_path: Path) -> None:
    template = tmp_path / "wires.yaml"
    template.write_text(
        "fixed: {particle: R-Au-Cu, n_bodies: 8, volume_fraction: 0.01}\n"
        "points:\n"
        "  - {relative_permittivity: 1.0}\n"
        "  - {relative_permittivity: 8.93, viscosity: 0.413}\n"
        "  - {relative_permittivity: 2.0, protocol: {time_step_ps: 0.1}}\n",
        encoding="utf-8",
    )
    done = janus_md("init", template, "-d", tmp_path / "wires")
    assert done.code == 0, done.err
    told = [line for line in done.out.splitlines() if line.startswith("time step of")]
    assert told == [
        "time step of R-Au-Cu (sphere): 0.3279 ps, a third of the largest stable step of R-Au-Cu, "
        "0.99 ps",
        "time step of R-Au-Cu (sphere): 0.1087 ps, a third of the damping time of rotation of "
        "R-Au-Cu, 0.33 ps",
    ]


def test_a_sweep_lists_the_points_with_a_default_step() -> None:
    text = """
    fixed: {particle: R-Au-Cu, n_bodies: 8, volume_fraction: 0.01, relative_permittivity: 1.0}
    grid: {protocol.time_step_ps: [0.1, null]}
    """
    sweep = read_template(text, "steps.yaml")
    assert sweep.default_steps == [sweep.points[1]]
    assert sweep.points[1].protocol.time_step_ps == 20 / 61
