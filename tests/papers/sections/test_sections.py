"""Sections of the page from results whose values are known."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.papers.measures import Measured, Value
from janus_md.papers.paper import load_paper
from janus_md.papers.sections import film, growth_to_length, second_calibration
from janus_md.papers.verdicts import CALIBRATED, DISAGREEMENT, NO_DATA

PAPER = load_paper("li2022")


def made(
    values: dict[str, Value] | None = None,
    samples: dict[str, np.ndarray] | None = None,
    length: np.ndarray | None = None,
) -> Measured:
    """Make the results of a run of 4 ns."""
    time = np.linspace(0.0, 4.0, 201)
    grown = np.ones(201) if length is None else length
    return Measured(values or {}, samples or {}, time, grown, grown, np.full(201, np.nan))


def grown(factor: float, exponent: float, seed: int) -> Measured:
    """Make a run whose length is a power of the time, with noise."""
    time = np.linspace(0.0, 4.0, 201)
    noise = np.exp(0.05 * np.random.default_rng(seed).normal(size=201))
    return made({"growth_exponent": (exponent, 0.01)}, length=factor * time**exponent * noise)


def test_a_power_law_is_extrapolated_to_a_micrometre() -> None:
    """2 t^0.8 has 1000 / 1.61 bodies at (500 / 1.61)^(1/0.8) ns."""
    bodies = 1000.0 / 1.61
    exact = (bodies / 2.0) ** (1.0 / 0.8)
    found = growth_to_length.time_to(bodies, grown(2.0, 0.8, seed=1))
    assert found is not None
    assert abs(found[0] - np.log10(exact)) < 4.0 * found[1]
    assert 0.0 < found[1] < 0.1
    runs = [grown(2.0, 0.8, seed) for seed in range(3)]
    text = "\n".join(growth_to_length.section(PAPER, {("R-Au-Cu", "dry"): runs}))
    assert "621 bodies at 1.61 nm per body" in text
    (line,) = (one for one in text.splitlines() if one.startswith("| R-Au-Cu (dry) | 3 | 4 |"))
    time, unit = line.split("|")[-3].split()
    assert unit == "us"
    assert float(time) == pytest.approx(exact / 1000.0, rel=0.1)


def test_wires_that_do_not_grow_reach_no_length() -> None:
    assert growth_to_length.time_to(600.0, made()) is None
    constant = made(length=np.random.default_rng(2).normal(5.0, 0.1, 201))
    assert growth_to_length.time_to(600.0, constant) is None
    assert growth_to_length.section(PAPER, {("R-Au-Cu", "dry"): [constant]}) == []


def test_distances_of_the_film_stand_beside_each_other() -> None:
    samples = {
        "bond_nm": np.full(100, 1.62),
        "shell_nm": np.linspace(1.6, 2.4, 81),
        "micrograph_nm": np.array([1.5, 1.9]),
    }
    values: dict[str, Value] = {name: (float(x.mean()), 0.01) for name, x in samples.items()}
    results = {("R-Au-Cu", "film"): [made(values, samples)]}
    text = "\n".join(film.section(PAPER, results))
    assert "| R-Au-Cu (film) | bonds | 1.62(1) | 1.62 to 1.62 | 0.00 |" in text
    # 1.8 to 2.4 nm are 61 of 81 values
    assert "closer than 2.4 nm | 2.00(1) | 1.68 to 2.32 | 0.75 |" in text
    assert "micrograph | 1.70(1) | 1.54 to 1.86 | 0.50 |" in text
    assert film.figure(PAPER, results) is not None
    assert film.section(PAPER, {}) == []
    assert film.figure(PAPER, {}) is None


def test_the_second_calibration_stands_beside_the_model_of_the_paper() -> None:
    second = PAPER.second_calibration
    assert second is not None
    values: dict[str, Value] = {"bond_nm": (1.82, 0.002), "bond_dipole_energy": (-34.8, 0.2)}
    results = {("R-Au-Cu", second.medium): [made(values)] * 3}
    found = {
        one.fact.name: (one, other) for one, other in second_calibration.beside(PAPER, results)
    }
    usual, other = found["dimer energy"]
    assert (other.mean, other.verdict) == (pytest.approx(-35.20, abs=0.05), CALIBRATED)
    assert usual.mean == pytest.approx(-52.5, abs=0.5)
    usual, other = found["spacing in the wire, crystal"]
    assert (usual.verdict, other.verdict) == (NO_DATA, DISAGREEMENT)
    assert found["spacing in the wire, TEM"][1].verdict == CALIBRATED
    text = "\n".join(second_calibration.section(PAPER, results))
    assert "not mixed" in text
    (wires,) = (
        one
        for one in second_calibration.data(PAPER, results)
        if one["fact"] == "spacing in the wire, TEM"
    )
    assert (wires["medium"], wires["mean"], wires["runs"]) == (second.medium, 1.82, 3)
    assert "Runs with `sphere_tem`: 3 (4 ns)." in text
    assert second_calibration.section(PAPER, {}) == []
