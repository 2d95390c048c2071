"""Scattering against closed forms: crystals, rods, spheres, and bodies at random."""

import time

import numpy as np
import pytest
from scipy.special import sici

from janus_md.analysis.order import scattering
from janus_md.analysis.order.scattering import (
    small_angle_slope,
    sphere_form_factor,
    structure_factor,
    wire_form_factor,
)
from janus_md.analysis.pictures.figures.structure import scattering_of
from janus_md.model.box import lattice_vectors


def test_random_positions_have_no_structure():
    rng = np.random.default_rng(1)
    box = np.array([15.0, 15.0, 15.0, 0, 0, 0])
    frames = [(rng.uniform(-7.5, 7.5, (200, 3)), box) for _ in range(8)]
    found = structure_factor(frames, q_max=5.0, bins=50)
    # |sum|^2 / N is exponentially distributed with mean 1: bins of many vectors average to it.
    assert found.s[found.q > 2.0].mean() == pytest.approx(1.0, abs=0.05)
    assert found.q.min() > 2.0 * np.pi / 15.0 - 0.1


def test_every_wave_vector_of_an_oblique_box_counts_once():
    """The definition, ``|sum_j exp(i k.r_j)|^2 / N``, vector by vector."""
    rng = np.random.default_rng(4)
    box = np.array([7.0, 8.0, 9.0, 0.4, -0.3, 0.6])
    lattice = lattice_vectors(box)
    x = rng.random((20, 3)) @ lattice
    whole = np.array([h for h in np.ndindex(13, 13, 13) if h != (6, 6, 6)]) - 6
    k = 2.0 * np.pi * whole @ np.linalg.inv(lattice).T
    length = np.linalg.norm(k, axis=1)
    s = np.abs(np.exp(1j * k @ x.T).sum(axis=1)) ** 2 / len(x)
    edges = np.linspace(0.0, 3.0, 31)
    found = structure_factor([(x, box)], q_max=3.0, bins=30, least=1)
    count, q, total = (np.histogram(length, edges, weights=w)[0] for w in (None, length, s))
    held = count > 0
    np.testing.assert_allclose(found.q, q[held] / count[held], rtol=1e-12)
    np.testing.assert_allclose(found.s, total[held] / count[held], rtol=1e-9)
    use = length < 3.0
    # One frame tells no error but that of M exponentially distributed values: S / sqrt(M).
    np.testing.assert_allclose(found.error, found.s / np.sqrt(0.5 * count[held]), rtol=1e-9)
    joined = structure_factor([(x, box)], q_max=3.0, bins=30, least=10**6)
    assert joined.q == pytest.approx([length[use].mean()])
    assert joined.s == pytest.approx([s[use].mean()])
    coarser = structure_factor([(x, box)], q_max=3.0, bins=30)
    assert 1 < len(coarser.q) < len(found.q)


def test_sampled_wave_vectors_agree_with_all_within_their_error(monkeypatch):
    """A mean of m of M exponentially distributed values errs by ``S sqrt(1/m - 1/M)``."""
    rng = np.random.default_rng(6)
    box, edges = np.array([25.0, 25.0, 25.0, 0, 0, 0]), np.linspace(0.0, 6.0, 61)
    x = rng.uniform(-12.5, 12.5, (300, 3))
    every = scattering.binned(x, box, edges)
    monkeypatch.setattr(scattering, "LARGEST_SUM", 0.0)
    monkeypatch.setattr(scattering, "SAMPLED_SUM", 300 * 6000.0)
    some = scattering.binned(x, box, edges)
    low = slice(2, 5)  # at small q none is left out
    np.testing.assert_allclose(
        some[2, low] / some[0, low], every[2, low] / every[0, low], rtol=1e-5
    )
    high = slice(25, None)
    # k and -k are drawn apart, but tell the same.
    m, whole = 0.5 * some[0, high], every[0, high]
    assert np.all(m < 0.4 * whole)
    full = every[2, high] / whole
    z = (some[2, high] / some[0, high] - full) / (full * np.sqrt(1.0 / m - 1.0 / whole))
    assert np.mean(z**2) < 1.0 + 4.0 * np.sqrt(2.0 / len(z))


def test_error_of_structure_factor_is_consistent():
    """S = 1 for bodies at random: deviations from it have the size of the error."""
    rng = np.random.default_rng(7)
    box = np.array([12.0, 12.0, 12.0, 0, 0, 0])
    frames = [(rng.uniform(-6, 6, (100, 3)), box) for _ in range(30)]
    found = structure_factor(frames)
    t = (found.s - 1.0) / found.error
    assert found.per_frame.shape == (30, len(found.q))
    # The larger of two estimates: at most what a normal deviate has.
    assert 0.4 < np.mean(t**2) < 1.0 + 4.0 * np.sqrt(2.0 / len(t))


def test_forward_scattering_is_excluded():
    rng = np.random.default_rng(8)
    box = np.array([90.0, 90.0, 90.0, 0, 0, 0])  # its smallest wave vectors share a bin with 0
    found = structure_factor([(rng.uniform(-45, 45, (80, 3)), box)], q_max=1.0, bins=10)
    assert found.q[0] == pytest.approx(0.085, abs=0.01)
    assert found.s[0] < 4.0  # 80 with the peak


@pytest.mark.filterwarnings("error")
def test_box_without_wave_vectors_has_no_curve():
    """2 pi / 1 nm is past the largest wave number."""
    found = structure_factor([(np.zeros((1, 3)), np.array([1.0, 1.0, 1.0, 0, 0, 0]))] * 2)
    assert len(found.q) == len(found.s) == len(found.error) == len(found.intensity()) == 0
    assert found.per_frame.shape == (2, 0)


def test_crystal_scatters_only_at_its_reciprocal_lattice():
    """Simple cubic of edge a: S = N on (2 pi / a)(h, k, l), 0 elsewhere."""
    a, n = 2.0, 6
    x = a * (np.indices((n, n, n)).reshape(3, -1).T - 0.5 * (n - 1))
    box = np.array([a * n] * 3 + [0.0] * 3)
    found = structure_factor([(x, box)], q_max=4.0, bins=200)
    peaks = 2.0 * np.pi / a * np.sqrt([1.0])
    near = np.abs(found.q[:, None] - peaks).min(axis=1) < 0.02
    assert found.s[near].max() > 1.0
    assert found.s[~near & (found.q < 4.0)].max() < 1e-3


def test_rod_scatters_as_one_over_q():
    """P = 2 Si(qL) / qL - [sin(qL/2) / (qL/2)]^2 for a thin rod (Neugebauer, 1943)."""
    n, d = 400, 0.05
    rod = np.zeros((n, 3))
    rod[:, 2] = d * np.arange(n)
    length = d * n
    q = np.geomspace(0.1, 8.0, 60)
    x = q * length
    exact = 2.0 * sici(x)[0] / x - (np.sin(x / 2) / (x / 2)) ** 2
    found = wire_form_factor(rod, q)
    np.testing.assert_allclose(found, exact, rtol=0.01)
    assert small_angle_slope(q, found, 1.0, 8.0) == pytest.approx(-1.0, abs=0.05)


def test_guinier():
    """P = 1 - q^2 Rg^2 / 3 at small q (Guinier, 1939)."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(30, 3))
    radius2 = ((x - x.mean(axis=0)) ** 2).sum(axis=1).mean()
    q = np.array([0.02])
    assert (1.0 - wire_form_factor(x, q)[0]) / q[0] ** 2 == pytest.approx(radius2 / 3.0, rel=1e-3)


def test_intensity_of_spheres():
    """The form factor of a sphere vanishes first at qR = 4.49340945790906 (tan x = x)."""
    q = np.array([1e-9, 4.49340945790906 / 0.5])
    intensity = sphere_form_factor(q, 0.5)
    assert intensity[0] == pytest.approx(1.0)
    assert intensity[1] == pytest.approx(0.0, abs=1e-20)


def test_slope_needs_three_points():
    with pytest.raises(ValueError, match="fewer than 3"):
        small_angle_slope(np.array([1.0, 2.0]), np.ones(2), 0.5, 3.0)


def test_replicas_are_averaged(tmp_path):
    """Two replicas at 1 and 3: mean 2, standard error |3 - 1| / 2."""
    import pandas as pd

    folders = [tmp_path / name for name in "abc"]
    assert scattering_of(folders) is None
    for folder, s in zip(folders[:2], (1.0, 3.0), strict=True):
        folder.mkdir()
        columns = {"q_per_nm": [0.5, 1.0], "s": [s, s], "s_error": [0.1, np.nan]}
        pd.DataFrame(columns).to_parquet(folder / "scattering.parquet")
    q, s, error = scattering_of(folders)
    assert (q.tolist(), error.tolist()) == ([0.5, 1.0], [1.0, 1.0])
    assert s.tolist() == [[1.0, 1.0], [3.0, 3.0]]
    assert s.mean(axis=0).tolist() == [2.0, 2.0]
    old = pd.read_parquet(folders[0] / "scattering.parquet").drop(columns="s_error")
    old.to_parquet(folders[0] / "scattering.parquet")
    assert np.isnan(scattering_of(folders[:1])[2]).all()


def test_few_bodies_in_a_very_wide_box_are_fast():
    """A dilute gas: S is 1 on average, and each wave vector scatters by its own mean."""
    rng = np.random.default_rng(6)
    for edges in ([1e4] * 3, [20.0, 20.0, 1e7]):
        box = np.array([*edges, 0.0, 0.0, 0.0])
        x = rng.uniform(-0.5, 0.5, (8, 3)) * box[:3]
        begun = time.process_time()
        found = structure_factor([(x, box)])
        assert time.process_time() - begun < 10.0
        assert found.s.mean() == pytest.approx(1.0, abs=0.05)
