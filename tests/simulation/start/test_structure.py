"""Runs that start in a structure: energy, recognition, and the same frames after a stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.analysis.aggregates.contacts import cluster_criterion
from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION
from janus_md.analysis.aggregates.morphology.kinds import KINDS
from janus_md.analysis.frames.neighbours import pairs_within
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.common.errors import ToBeContinued
from janus_md.model.pairs.energy import pair_energy
from janus_md.model.units import thermal_energy
from janus_md.simulation.run import simulate
from janus_md.simulation.start.first_state import build
from janus_md.simulation.start.overlaps import count_overlaps
from janus_md.simulation.start.structure import MIN_CONTACT
from janus_md.study.resolve import completed, resolve
from tests.engines.conftest import usable

KT = thermal_energy(298.15)


def point(particle: str, structure: str, density: float = 0.005, **changed: Any):
    start = {"kind": "prebuilt", "structure": structure, **changed.pop("start", {})}
    return completed({"particle": particle, "number_density": density, "start": start} | changed)


CASES = {
    "vesicle": (point("amphiphile-d40-s95", "vesicle"), 1, 420),
    "sheet": (point("amphiphile-d50-s100", "sheet", n_bodies=216), 1, 216),
    "micelle": (point("amphiphile", "micelle", start={"bodies": 9, "micelles": 6}), 6, 9),
}


@pytest.mark.parametrize("kind", CASES)
def test_the_analysis_recognises_the_structure(kind: str) -> None:
    of, number, size = CASES[kind]
    setup, system = resolve(of), build(of)
    frame = Frame(
        0, 0, system.box, system.positions, system.orientations,
        (setup.bodies[0].name,), system.kinds.astype(np.int64), np.arange(system.n_bodies),
    )  # fmt: skip
    criterion = cluster_criterion(setup, (setup.bodies[0].name,))
    found = FrameContext(frame, Settings(DEFAULT_CRITERION, clusters=criterion), setup).aggregates
    assert found is not None
    assert [KINDS[k] for k in found.kind] == [kind] * number
    assert found.n.tolist() == [size] * number


@pytest.mark.parametrize("structure", ["vesicle", "sheet", "micelle"])
@pytest.mark.parametrize("particle", ["J6", "dumbbell", "snowman"])
def test_other_amphiphiles_fit_their_default_lengths(particle: str, structure: str) -> None:
    """Seven sites, beads at contact, and beads of different sizes: no overlap, and bonds."""
    numbers = {"sheet": {"layer_bodies": 60}, "micelle": {"bodies": 8}}
    system = build(point(particle, structure, 1e-3, start=numbers.get(structure, {})))
    assert count_overlaps(system, MIN_CONTACT) == 0
    near = pairs_within(system.positions, system.box, 6.0)
    (body,) = system.bodies
    q, pairs = system.orientations, system.interactions.pairs
    energy = pair_energy(body, body, near.vectors, q[near.i], q[near.j], pairs=pairs).sum()
    assert -25.0 < energy / (KT * system.n_bodies) < -0.3


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("vesicle", -18.0, -6.0), ("sheet", -22.0, -15.0), ("micelle", -9.0, -5.0)],
)
@pytest.mark.parametrize("name", ["lammps", "hoomd"])
def test_bonds_outweigh_the_overlaps_that_are_left(
    name: str, kind: str, low: float, high: float
) -> None:
    """Energy per body, kT: each body has a few bonds of 5 kT and, on spheres, small overlaps."""
    system = build(CASES[kind][0])
    assert count_overlaps(system, MIN_CONTACT) == 0
    energy = usable(name).energies_and_forces(system).energy / (KT * system.n_bodies)
    print(f"{kind}: {energy:.2f} kT per body")
    assert low < energy < high


@pytest.mark.parametrize("name", ["lammps", "hoomd"])
def test_a_stopped_run_continues_as_the_uninterrupted_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usable(name)
    monkeypatch.setattr("janus_md.simulation.execution.RESTART_FRAMES", 2)
    monkeypatch.setattr("janus_md.simulation.context.POLL_SECONDS", 100.0)
    protocol = {"time_step_ps": 0.25, "relax_ps": 1.0, "frame_interval_ps": 5.0}
    of = point(
        "amphiphile", "micelle", 0.003, start={"bodies": 9, "micelles": 2},
        protocol=protocol | {"produce_ns": 0.05},
    )  # fmt: skip
    for folder in ("whole", "cut"):
        (tmp_path / folder).mkdir()
    simulate(of, tmp_path / "whole", {}, engine=name)
    looks = iter(range(10**6))
    with pytest.raises(ToBeContinued, match="produce"):
        simulate(of, tmp_path / "cut", {}, engine=name, should_stop=lambda: next(looks) > 12)
    simulate(of, tmp_path / "cut", {}, engine=name)
    whole, cut = (
        gsd.hoomd.open(str(tmp_path / folder / "trajectory.gsd")) for folder in ("whole", "cut")
    )
    start = build(of)
    np.testing.assert_allclose(
        gsd.hoomd.open(str(tmp_path / "whole" / "init.gsd"))[0].particles.position,
        start.positions,
        atol=1e-6,
    )
    assert len(whole) == len(cut) == 11
    for one, other in zip(whole, cut, strict=True):
        np.testing.assert_array_equal(one.particles.position, other.particles.position)
        np.testing.assert_array_equal(one.particles.orientation, other.particles.orientation)
