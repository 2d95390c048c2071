"""RigidPair as a force of HOOMD-blue: bad input, and a component of another HOOMD-blue."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from janus_md.engines.base import Engine
from janus_md.model.box import lattice_vectors

BODY: dict[str, Any] = {
    "positions": [[0, 0, 1], [0, 0, -1]],
    "kinds": ["A", "B"],
    "charges": [1, -1],
}
TERM: dict[str, Any] = {"form": "lennard_jones", "epsilon": 1.0, "sigma": 1.0, "cutoff": 2.5}


def pair(bodies: Any = None, terms: Any = None, coulomb: Any = None) -> Any:
    import hoomd
    from janus_md_hoomd import RigidPair

    nlist = hoomd.md.nlist.Cell(buffer=0.4)
    return RigidPair(nlist, bodies or {"body": BODY}, terms or {("A", "A"): TERM}, coulomb)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"bodies": {"body": BODY | {"kinds": ["A"]}}}, "2 positions, but 1 kinds"),
        ({"bodies": {"body": {"positions": []}}}, "needed are positions and kinds"),
        ({"terms": {("A", "B"): TERM | {"form": "lj"}}}, "allowed are lennard_jones, wca"),
        ({"terms": {("A", "B"): {"form": "wca", "epsilon": 1}}}, "needed are epsilon, sigma"),
        ({"terms": {("A", "B"): TERM | {"cutoff": 0.0}}}, "the cutoff positive"),
        ({"terms": {("A", "B"): TERM, ("B", "A"): TERM}}, "is there twice"),
        ({"coulomb": {"cutoff": 5.0}}, "needed are cutoff and prefactor"),
        ({"coulomb": {"cutoff": -1.0, "prefactor": 1.0}}, "must be positive"),
        (
            {
                "bodies": {"body": BODY | {"charges": [1, 0]}},
                "coulomb": {"cutoff": 5.0, "prefactor": 1.0},
            },
            "must be neutral",
        ),
    ],
)
def test_bad_input_is_named(with_component: Engine, keywords: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pair(**keywords)


def test_the_cutoff_of_two_types_reaches_as_far_as_their_sites(with_component: Engine) -> None:
    assert pair().r_cut[("body", "body")] == pytest.approx(1.0 + 1.0 + 2.5)
    coulomb = {"cutoff": 8.0, "prefactor": 1.0}
    assert pair(coulomb=coulomb).r_cut[("body", "body")] == 8.0


def test_a_body_without_a_particle_type_is_refused(with_component: Engine) -> None:
    import hoomd

    simulation = hoomd.Simulation(device=hoomd.device.CPU(), seed=1)
    snapshot = hoomd.Snapshot()
    snapshot.configuration.box = [20, 20, 20, 0, 0, 0]
    snapshot.particles.N = 1
    snapshot.particles.types = ["other"]
    simulation.create_state_from_snapshot(snapshot)
    simulation.operations.integrator = hoomd.md.Integrator(dt=0.01, forces=[pair()])
    with pytest.raises(ValueError, match="no particle type is called body"):
        simulation.run(0)


@pytest.mark.parametrize("tilt", [(0.0, 0.0, 0.0), (0.2, -0.1, 0.15)])
@pytest.mark.parametrize("coulomb", [None, {"cutoff": 5.0, "prefactor": 3.0}])
def test_the_loop_of_the_host_is_that_of_hoomd(
    with_component: Engine, coulomb: Any, tilt: tuple[float, float, float]
) -> None:
    """Energies, forces, torques and virials of two types of bodies, and one without sites."""
    import hoomd
    from janus_md_hoomd import RigidPair

    class ByPairs(RigidPair):  # type: ignore[misc]
        _cpp_class_name = "RigidPairByPairs"

    rng = np.random.default_rng(1)
    longer = {"positions": [[0, 0, 1.2], [0.3, 0, 0], [0, 0, -1]], "kinds": ["A", "B", "B"]}
    bodies = {"body": BODY, "longer": longer | {"charges": [0.5, 0.7, -1.2]}}
    terms = {
        ("A", "A"): TERM,
        ("A", "B"): {"form": "yukawa", "amplitude": 2.0, "kappa": 0.8, "cutoff": 3.0},
    }
    simulation = hoomd.Simulation(device=hoomd.device.CPU(), seed=1)
    snapshot = hoomd.Snapshot()
    snapshot.configuration.box = [15, 16, 17, *tilt]
    snapshot.particles.types = ["body", "longer", "other"]
    snapshot.particles.N = 90
    lattice = np.stack(np.meshgrid(*[np.arange(5) - 2.0] * 3), axis=-1).reshape(-1, 3)[:90]
    sites = lattice @ lattice_vectors(np.array(snapshot.configuration.box)) / 5
    snapshot.particles.position[:] = sites + rng.uniform(-0.2, 0.2, (90, 3))
    snapshot.wrap()
    quaternions = rng.normal(size=(90, 4))
    snapshot.particles.orientation[:] = quaternions / np.linalg.norm(quaternions, axis=1)[:, None]
    snapshot.particles.typeid[:] = np.arange(90) % 3
    simulation.create_state_from_snapshot(snapshot)
    nlist = hoomd.md.nlist.Cell(buffer=0.4)
    forces = [kind(nlist, bodies, terms, coulomb) for kind in (RigidPair, ByPairs)]
    simulation.operations.integrator = hoomd.md.Integrator(
        dt=0.0, forces=forces, integrate_rotational_dof=True
    )
    simulation.always_compute_pressure = True
    simulation.run(0)
    ours, theirs = forces
    assert np.count_nonzero(theirs.energies) > 50
    for name in ("energies", "forces", "torques", "virials"):
        a, b = getattr(ours, name), getattr(theirs, name)
        assert np.any(b), name
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * np.abs(b).max(), err_msg=name)


def test_a_component_of_another_hoomd_says_so(with_component: Engine, tmp_path: Path) -> None:
    """In one sentence, before its library is loaded."""
    script = (
        "import hoomd, sys, types\n"
        "built = types.ModuleType('janus_md_hoomd.built_for')\n"
        "built.HOOMD_VERSION = '4.7.0'\n"
        "sys.modules['janus_md_hoomd.built_for'] = built\n"
        "try:\n    import janus_md_hoomd\nexcept ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("janus_md_hoomd was built for HOOMD-blue 4.7.0, but ")
    assert "pip install" in done.stdout
