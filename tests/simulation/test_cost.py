"""Costs of particles: the file of the package, and a measurement."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from janus_md.simulation.cost import BODIES, costs, gas_of, steps_per_second
from janus_md.study.catalogue import catalog
from tests.engines.conftest import usable


def test_every_particle_of_the_catalogue_has_its_costs() -> None:
    measured = costs()
    assert {"lammps", "hoomd"} <= measured.versions.keys()
    for name in catalog.names():
        digest = catalog.entry(name).digest()
        for engine in ("lammps", "hoomd"):
            rate = measured.rate(name, digest, engine)
            told = f"{name}, {engine}; run: python benchmarks/particle_costs.py"
            assert rate is not None, told
            assert rate > 10.0, told
    assert measured.rate("amphiphile", "another digest", "lammps") is None


@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_more_sites_cost_more(engine: str) -> None:
    """2, 13 and 46 sites in the kept numbers; 9530 and 1659 steps/s for 2 and 13 in a trial."""
    rates = [
        costs().rates[name][engine]
        for name in ("amphiphile", "sphere_Au_silica", "depression_UCNP_silica")
    ]
    assert rates[0] > 1.5 * rates[1] > 1.5 * 1.5 * rates[2]


@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_a_measurement(engine: str) -> None:
    usable(engine)
    few, many = (
        steps_per_second(catalog.entry(name), engine, seconds=0.2)
        for name in ("amphiphile", "depression_UCNP_silica")
    )
    # With the component of HOOMD-blue, the cost of the sites is small.
    assert few > (1.5 if engine == "lammps" else 0.5) * many > 0.0


def test_the_gas() -> None:
    point = gas_of(catalog.entry("amphiphile"))
    assert (point.n_bodies, point.volume_fraction) == (BODIES, 0.05)
    assert point.relative_permittivity is None
    assert gas_of(catalog.entry("R-Au-Cu")).relative_permittivity == 1.0


def test_cost_of_a_file_on_this_machine(janus_md, tmp_path: Path, monkeypatch) -> None:
    usable("lammps")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.yaml").write_text(
        "name: two\nbeads:\n  - {kind: J, at: [0, 0, 0]}\n  - {kind: A, at: [0, 0, 0.8]}\n"
        "kinds: {J: {diameter: 2.0}, A: {diameter: 1.3}}\nmass: 3000\n"
    )
    done = janus_md("particle", "two.yaml", "--cost", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["steps_per_cpu_second"]["lammps"] > 10.0
