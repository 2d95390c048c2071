"""docs/add_a_*.md: the files and commands of shape, pair term, field and engine are run.

Each page is followed twice: with a file in ``plugins/``, and with a package in an environment of
its own. What its code computes is held to NumPy, and to closed forms.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest

from janus_md import StatePoint, open_project, pair_forces, resolve
from janus_md.common import plugins
from janus_md.engines import load
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import setup_of
from tests.plugins.environment import Environment, blocks

PAGES = {
    "needle": "add_a_shape.md",
    "morse": "add_a_term.md",
    "uniform_force": "add_a_field.md",
    "numpy_brownian": "add_an_engine.md",
}


def commands(page: str, number: int, engine: str) -> str:
    """Commands of the page's block of this number, on one engine where the page names none."""
    found = blocks(page, "sh")[number]
    return found.replace("run --directory", f"run --engine {engine} --directory")


def write_inputs(page: str, place: Path) -> None:
    """Write the template of a page, and its particle where it has one."""
    *particles, template = blocks(page, "yaml")
    (place / "short.yaml").write_text(template, encoding="utf-8")
    for text in particles:
        (place / "particles").mkdir()
        (place / "particles" / "my_needle.yaml").write_text(text, encoding="utf-8")


def follow(name: str, place: Path, environment: Environment, engine: str) -> Path:
    """Follow the page for one workspace; return the folder of the job."""
    page = PAGES[name]
    (place / f"{name}.py").write_text(blocks(page, "python")[0], encoding="utf-8")
    write_inputs(page, place)
    assert "1 job: 1 done" in environment.run(commands(page, 0, engine), place)
    (job,) = (place / "demo" / "workspace").iterdir()
    return job


def free(n: int):
    """Setup of as many free bodies."""
    return resolve(
        StatePoint.of(
            {
                "particle": "R-Au-Cu", "n_bodies": n, "volume_fraction": 0.02,
                "electrostatics": {"method": "none"},
            }
        )
    )  # fmt: skip


def unwrapped(job: Path) -> np.ndarray:
    """Centres of all frames, nm."""
    with gsd.hoomd.open(str(job / "trajectory.gsd")) as file:
        box = file[0].configuration.box[:3]
        return np.array([f.particles.position + f.particles.image * box for f in file])


def test_a_shape(here: Environment, tmp_path: Path, engine: str) -> None:
    job = follow("needle", tmp_path, here, engine)
    from janus_md.common.gsd.reading import GsdFile
    from janus_md.simulation.files.description import setup_in

    with GsdFile(job / "trajectory.gsd") as file:
        setup = setup_in(file)
    assert setup is not None
    (body,) = setup.bodies
    assert body.types == ("my_needle.B",) * 4 + ("my_needle.A",)
    # a row of cut discs and two half balls; uniform, so the centre is the middle
    step, a = 0.5, 0.5
    disc = np.pi * (a**2 * step - step**3 / 12)
    assert body.volume == pytest.approx(4 / 3 * np.pi * a**3 + 4 * disc, rel=1e-9)
    np.testing.assert_allclose(body.positions[:, 2], [-1.0, -0.5, 0.0, 0.5, 1.0], atol=1e-9)
    forms = {pair: [row.form for row in rows] for pair, rows in setup.interactions.pairs.items()}
    assert forms["my_needle.A", "my_needle.A"] == ["lennard_jones"]
    assert setup.interactions.pairs["my_needle.A", "my_needle.A"][0]["epsilon"] == 10.0


def test_a_term(
    here: Environment, tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = follow("morse", tmp_path, here, engine)
    point = json.loads((job / "signac_statepoint.json").read_text())
    assert point["interactions"] == {"blade-blade": {"morse": {"depth": 6.0, "width": 0.2}}}
    monkeypatch.setenv(plugins.VARIABLE, "")  # what open_project changes is undone
    project = open_project(tmp_path / "demo")
    system = build(setup_of(point, Path(project.path)))
    found = load(engine).energies_and_forces(system)
    kind, expected, forces = system.bodies[0], 0.0, np.zeros((system.n_bodies, 3))
    for a in range(system.n_bodies):
        for b in range(a + 1, system.n_bodies):
            apart = system.positions[b] - system.positions[a]
            apart -= system.box[0] * np.rint(apart / system.box[0])
            pair = pair_forces(
                kind, kind, apart, system.orientations[a], system.orientations[b],
                pairs=system.interactions.pairs, relative_permittivity=np.inf,
            )  # fmt: skip
            expected += pair.energy[0]
            forces[a] -= pair.force[0]
            forces[b] += pair.force[0]
    assert abs(expected) > 1.0
    assert found.energy == pytest.approx(expected, rel=1e-7)
    np.testing.assert_allclose(found.forces, forces, atol=1e-6)


def test_a_field(here: Environment, tmp_path: Path, engine: str) -> None:
    job = follow("uniform_force", tmp_path, here, engine)
    places, setup = unwrapped(job), free(64)
    gamma, kT, time = setup.bath.gamma[0], setup.bath.kT, 2.0 * (len(places) - 1 - 10)
    drift = (places[-1] - places[10]).mean(axis=0)  # after 20 ps, 4 damping times
    error = np.sqrt(2.0 * kT / gamma * time / 64)  # of the mean over free bodies
    expected = [50.0 / gamma * time, 0.0, 0.0]
    assert expected[0] > 20.0 * error
    np.testing.assert_allclose(drift, expected, atol=4.0 * error)


def test_an_engine(here: Environment, tmp_path: Path) -> None:
    job = follow("numpy_brownian", tmp_path, here, "numpy_brownian")
    execution = json.loads((job / "signac_job_document.json").read_text())["execution"]
    assert execution["engine"] == "numpy_brownian"
    # free Brownian motion: 2 kT t / gamma on each axis; steps of frames are independent
    setup = free(16)
    steps = np.diff(unwrapped(job), axis=0)
    found = (steps**2).mean() / (2.0 * setup.bath.kT / setup.bath.gamma[0] * 2.0)
    assert found == pytest.approx(1.0, abs=4.0 * np.sqrt(2.0 / steps.size))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_as_a_package(empty: Environment, tmp_path: Path, engine: str, name: str) -> None:
    page = PAGES[name]
    package = tmp_path / name
    package.mkdir()
    (package / f"{name}.py").write_text(blocks(page, "python")[0], encoding="utf-8")
    (package / "pyproject.toml").write_text(blocks(page, "toml")[0], encoding="utf-8")
    write_inputs(page, tmp_path)
    first, rest = commands(page, 1, engine).split("\n", 1)
    assert first == f"pip install ./{name}"
    empty.install(package)
    empty.run(rest, tmp_path)
    text = (tmp_path / "demo" / "report" / "results.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(text.splitlines())
    assert float(row["nn_mean_nm"]) > 0.0
