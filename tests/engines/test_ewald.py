"""Each engine's electrostatics against a direct Ewald sum, at short and long cutoffs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.engines import Engine
from janus_md.engines.accuracy import rms
from janus_md.engines.base import CPU, SKIN, Device, Forces
from janus_md.engines.mesh import MAX_ORDER, Mesh, balanced, estimated_error, resolution_for
from janus_md.engines.tuning import tune
from janus_md.model.system import System
from janus_md.model.units import thermal_energy
from janus_md.study.stages import damped
from tests.engines.conftest import (
    ARITHMETIC,
    ROOM,
    catalogue_system,
    energy_error,
    random_dipoles,
    usable,
)
from tests.ewald import point_charges, whole_bodies

BOX = 8.0
CUTOFFS = (0.8, 1.4, 1.5, 2.0, 3.0)
"""nm; sqrt(2), where LAMMPS' table of Coulomb forces begins by default, lies among them."""
POINTS = (48, 64, 96, 144, 216)


def settled(
    engine: Engine, system: System, cutoff: float, device: Device = CPU
) -> tuple[Forces, Mesh]:
    """Result of the engine, converged with the mesh to a third of the allowed error."""
    assert system.box[:3].min() > 2.0 * (cutoff + SKIN)
    allowed = ARITHMETIC[engine.name]
    last: tuple[Forces, float] | None = None
    for points in POINTS:
        mesh = balanced(system, cutoff, resolution_for(system, points), MAX_ORDER)
        expected = estimated_error(system, mesh)
        if points < POINTS[-2] and expected > 0.1:
            continue  # kJ/mol/nm: far too coarse to be worth the time
        found = engine.energies_and_forces(system, mesh, device)
        if last is not None:
            # Errors fall by this ratio from mesh to mesh: of the change, the finer one has left ...
            left = 1.0 / (last[1] / expected - 1.0)
            if rms(found.forces - last[0].forces) * left < allowed / 3.0 * rms(found.forces):
                return found, mesh
        last = found, expected
    pytest.fail(f"cutoff {cutoff}: the forces still change at {POINTS[-1]} points")


def build(engine: Engine) -> str:
    """Engine, version and, of HOOMD-blue, which build: of its two precisions, meshes have the
    second."""
    told = f"{engine.name} {engine.version()}"
    if engine.name == "hoomd":
        from hoomd import version

        bits = " and ".join(map(str, version.floating_point_precision))
        told += f" ({'GPU' if version.gpu_enabled else 'CPU'} build, {bits} bits)"
    return told


# ---------------------------------------------------------------- the sum itself


@pytest.mark.parametrize("splitting", [1.5, 2.0, 3.0, 4.0])
def test_ewald_sum_gives_the_madelung_constant(splitting: float) -> None:
    """NaCl, nearest neighbours 1 apart: -1.74756459463 (textbooks)."""
    x = np.stack(np.meshgrid(*[np.arange(2.0)] * 3), -1).reshape(-1, 3)
    found = point_charges(x, (-1.0) ** x.sum(axis=1), np.array([2.0, 2, 2, 0, 0, 0]), splitting)
    assert found.energy / 4 == pytest.approx(-1.74756459463318, rel=1e-13)
    assert np.abs(found.forces).max() < 1e-13


def test_ewald_sum_is_independent_of_splitting() -> None:
    """In a tilted box; and the forces are the slopes of the energy."""
    rng = np.random.default_rng(0)
    box = np.array([3, 3.3, 3.6, 0.2, -0.3, 0.1])
    x, q = 3.0 * rng.random((60, 3)), rng.normal(size=60)
    q -= q.mean()
    one, *others = (point_charges(x, q, box, splitting) for splitting in (2.0, 1.2, 3.0))
    for other in others:
        assert other.energy == pytest.approx(one.energy, rel=1e-12)
        assert rms(other.forces - one.forces) < 1e-12 * rms(one.forces)
    step = np.zeros_like(x)
    for k, axis in ((3, 1), (17, 0), (40, 2)):
        step[:] = 0.0
        step[k, axis] = 1e-5
        ahead, behind = (point_charges(x + s * step, q, box, 2.0).energy for s in (1, -1))
        assert (behind - ahead) / 2e-5 == pytest.approx(one.forces[k, axis], rel=1e-6, abs=1e-6)


# ---------------------------------------------------------------- engines


@pytest.fixture(scope="module")
def hundred() -> tuple[System, Forces]:
    """A hundred dipoles, with the direct sum."""
    system = random_dipoles(100, BOX)
    return system, whole_bodies(system)


@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_forces_at_any_cutoff(
    engine: Engine, hundred: tuple[System, Forces], report_check, cutoff: float
) -> None:
    system, exact = hundred
    found, mesh = settled(engine, system, cutoff)
    allowed = ARITHMETIC[engine.name]
    errors = {
        "force": rms(found.forces - exact.forces) / rms(exact.forces),
        "torque": rms(found.torques - exact.torques) / rms(exact.torques),
    }
    print(f"{build(engine)}, cutoff {cutoff}: {errors}")
    for quantity, error in errors.items():
        report_check(
            f"100 dipoles in a box of {BOX:g} nm, cutoff {cutoff:g} nm: error of the {quantity} / "
            "rms",
            reference=f"0 within {allowed:g}",
            source="direct Ewald sum",
            ours=float(f"{error:.1e}"),
            engine=build(engine),
        )
    assert max(errors.values()) < allowed
    error = energy_error(engine, system, mesh, exact.energy)
    assert found.energy == pytest.approx(exact.energy, abs=error + 3e-6 * abs(exact.energy))


@pytest.mark.parametrize("threads", [1, 2])
def test_two_dipoles_within_the_square_root_of_two(engine: Engine, threads: int) -> None:
    """1.05 nm apart at a cutoff of 1.4 nm: -338.3312 on the right one (-337.0456 once)."""
    if threads > 1 and engine.name != "lammps":
        pytest.skip("only LAMMPS has threads")
    system = replace(
        random_dipoles(2, 6.0, separation=0.1),
        positions=np.array([[-0.525, 0, 0], [0.525, 0, 0]]),
        orientations=np.tile([1.0, 0, 0, 0], (2, 1)),
    )
    exact = whole_bodies(system).forces
    assert exact[0, 0] == pytest.approx(-338.33120572, abs=1e-8)
    found, _ = settled(engine, system, 1.4, Device(threads=threads))
    np.testing.assert_allclose(found.forces, exact, atol=ARITHMETIC[engine.name] * 338.33)


def test_charges_in_bodies_with_beads(engine: Engine) -> None:
    """Coulomb contribution to the forces, for two kinds in a medium."""
    system = catalogue_system(("R-1", "S-1"), "bladed", 12, seed=5, relative_permittivity=2.0)
    neutral = replace(system, interactions=replace(system.interactions, electrostatics=None))
    exact, beads = whole_bodies(system), engine.energies_and_forces(neutral)
    found, _ = settled(engine, system, 2.0)
    allowed = ARITHMETIC[engine.name]
    total = [rms(found.forces), rms(found.torques)]
    assert rms(found.forces - beads.forces - exact.forces) < allowed * total[0]
    assert rms(found.torques - beads.torques - exact.torques) < allowed * total[1]


def test_torques_of_bodies_in_a_tilted_box(engine: Engine) -> None:
    system = random_dipoles(60, 7.0)
    tilted = replace(system, box=np.array([7.0, 7.0, 7.0, 0.2, -0.15, 0.1]))
    exact, (found, _) = whole_bodies(tilted), settled(engine, tilted, 1.4)
    assert rms(found.forces - exact.forces) < ARITHMETIC[engine.name] * rms(exact.forces)
    assert rms(found.torques - exact.torques) < ARITHMETIC[engine.name] * rms(exact.torques)


# ---------------------------------------------------------------- meshes that the product chooses


@pytest.mark.parametrize("length", [3.4, 4.0, 5.0, 6.0, 8.0])
def test_default_mesh_reaches_its_target_error(engine: Engine, length: float) -> None:
    """1e-4 kJ/mol/nm on each of a body's two charges, and the engine's own arithmetic."""
    system = random_dipoles(12, length, separation=0.3)
    exact, found = whole_bodies(system), engine.energies_and_forces(system)
    arithmetic = ARITHMETIC[engine.name] * rms(exact.forces)
    assert rms(found.forces - exact.forces) < np.sqrt(2.0) * 1e-4 + arithmetic


@pytest.mark.parametrize("stretch", [1.0, 2.5])
def test_error_reported_by_tuning_is_true_in_a_small_box(engine: Engine, stretch: float) -> None:
    """A box of 4 nm, in which the cutoff is 1.4 nm; longer along z, with more mesh points there."""
    system, kT = random_dipoles(12, 4.0, separation=0.3), thermal_energy(ROOM)
    edges = np.array([1.0, 1.0, stretch])
    box = system.box * [*edges, 1, 1, 1]
    system = replace(system, box=box, positions=system.positions * edges)
    exact = whole_bodies(system)
    bath = damped(system.bodies, kT, 5.0, "langevin")
    for target in (0.3, 0.03):
        tuned = tune(engine, system, bath, 1e-4, device=CPU, force_error=target)
        assert tuned.mesh is not None
        assert tuned.mesh.cutoff < 1.4
        assert tuned.mesh.resolution[2] >= stretch * tuned.mesh.resolution[0]
        found = engine.energies_and_forces(system, tuned.mesh)
        error = rms(found.forces - exact.forces) / kT
        assert error == pytest.approx(tuned.force_error, rel=0.02)
        assert error < target
        assert rms(found.torques - exact.torques) / kT == pytest.approx(
            tuned.torque_error, rel=0.02
        )


def test_table_of_lammps_is_as_accurate_as_its_formula() -> None:
    """Without a table LAMMPS has a formula, right to 5e-7; with one it is not to be worse."""
    engine, system = usable("lammps"), random_dipoles(100, BOX)
    exact, (found, _) = whole_bodies(system), settled(engine, system, 3.0)
    assert rms(found.forces - exact.forces) < 5e-7 * rms(exact.forces)
