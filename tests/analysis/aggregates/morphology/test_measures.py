"""Measures against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.analysis.aggregates.morphology.cavity import cavity_volume
from janus_md.analysis.aggregates.morphology.crystal import solid
from janus_md.analysis.aggregates.morphology.graph import Pieces
from janus_md.analysis.aggregates.morphology.measures import measure, measure_neighbourhoods
from janus_md.analysis.frames.neighbours import pairs_within
from tests.analysis import amphiphiles as known


def one_piece(n):
    return Pieces(np.zeros(n, int), np.array([n]), np.zeros((n, 3), int), np.zeros(1, int))


def measured(heads, axes, tails=None):
    tails = heads if tails is None else tails
    return {
        key: float(values[0])
        for key, values in measure(heads, tails, axes, one_piece(len(heads))).items()
    }


def test_a_sphere_a_disc_and_a_line():
    """kappa^2 is 0, 1/4 and 1; Rg is R, R / sqrt 2 and L / sqrt 12 (Theodorou and Suter, 1985)."""
    r = known.fibonacci(2000)
    ball = measured(3.0 * r, -r)
    assert ball["anisotropy"] == pytest.approx(0.0, abs=1e-4)
    assert ball["radius_of_gyration"] == pytest.approx(3.0, rel=1e-4)
    assert (ball["inward"], ball["radial"]) == pytest.approx((1.0, 1.0), abs=1e-4)
    assert ball["polarisation"] == pytest.approx(0.0, abs=1e-3)

    k = np.arange(4000) + 0.5
    rho, angle = 5.0 * np.sqrt(k / 4000), np.pi * (1.0 + 5.0**0.5) * k
    flat = np.stack([rho * np.cos(angle), rho * np.sin(angle), 0.0 * k], axis=1)
    up = np.tile([0.0, 0.0, 1.0], (4000, 1))
    disc = measured(flat, up)
    assert disc["anisotropy"] == pytest.approx(0.25, abs=1e-3)
    assert disc["radius_of_gyration"] == pytest.approx(5.0 / np.sqrt(2.0), rel=1e-3)
    assert (disc["inward"], disc["radial"]) == pytest.approx((0.0, 0.0), abs=1e-6)

    line = np.zeros((2001, 3))
    line[:, 2] = np.linspace(-5.0, 5.0, 2001)
    string = measured(line, np.tile([0.0, 0.0, 1.0], (2001, 1)))
    assert string["anisotropy"] == pytest.approx(1.0)
    assert string["radius_of_gyration"] == pytest.approx(10.0 / np.sqrt(12.0), rel=1e-3)
    assert string["polarisation"] == pytest.approx(1.0)
    assert string["outward"] == pytest.approx(0.5, abs=1e-3)


def test_random_axes():
    """<(u.r)^2> is 1/3 +- sqrt(4/45 / n) and the share of u.r above 0.3 is 0.35."""
    n = 20000
    found = measured(4.0 * known.fibonacci(n), known.random_axes(n))
    assert found["radial"] == pytest.approx(1 / 3, abs=4.0 * np.sqrt(4 / 45 / n))
    assert found["outward"] == pytest.approx(0.35, abs=4.0 * np.sqrt(0.35 * 0.65 / n))
    assert found["inward"] == pytest.approx(0.0, abs=4.0 / np.sqrt(3 * n))


def test_neighbourhoods_of_a_plane_and_of_a_line():
    """A disc about a body has equal axes, a line none across; parallel axes have order 1."""
    i, j = (k.ravel() for k in np.meshgrid(np.arange(20), np.arange(20)))
    plane = np.stack([i + 0.5 * (j % 2), np.sqrt(0.75) * j, 0.0 * i], axis=1)
    box = np.array([20.0, 20 * np.sqrt(0.75), 40.0, 0.0, 0.0, 0.0])
    line = np.zeros((41, 3))
    line[:, 0] = np.arange(41) * 0.5 - 10.0
    line[:, 2] = 20.0  # far from the plane, across the border
    tails = np.concatenate([plane, line])
    label = np.repeat([0, 2], [400, 41])
    axes = np.tile([0.0, 0.0, 1.0], (441, 1))
    axes[1::2] *= -1.0
    pairs = pairs_within(tails, box, 2.5)
    same = pairs.take(np.flatnonzero(label[pairs.i] == label[pairs.j]))
    found = measure_neighbourhoods(axes, same, label, 3)
    assert found["nematic"][[0, 2]] == pytest.approx([1.0, 1.0])
    assert found["flatness"][0] == pytest.approx(1.0, abs=1e-6)
    assert found["flatness"][2] == pytest.approx(0.0, abs=1e-6)
    assert np.isnan([found["nematic"][1], found["flatness"][1]]).all()


@pytest.mark.parametrize("radius", [2.6, 4.0, 6.0])
def test_cavity_of_a_dense_shell(radius):
    """Points further than 1 from a closed shell of radius R fill the ball of radius R - 1."""
    shell = radius * known.fibonacci(int(60 * radius**2))
    volume = 4.0 / 3.0 * np.pi * (radius - 1.0) ** 3
    # The surface of the ball is known to a part of the grid's spacing.
    error = 4.0 * np.pi * (radius - 1.0) ** 2 * 0.05
    assert cavity_volume(shell) == pytest.approx(volume, abs=max(error, 1.5))


def test_open_and_filled_shells_have_no_cavity():
    shell = 4.0 * known.fibonacci(900)
    assert cavity_volume(shell[shell[:, 2] < 2.8]) == 0.0
    grid = np.stack(np.meshgrid(*[np.arange(-4.0, 4.1)] * 3), axis=-1).reshape(-1, 3)
    assert cavity_volume(np.concatenate([shell, grid])) == 0.0


def test_bodies_of_a_perfect_lattice_are_crystalline_and_those_of_a_gas_are_not():
    lattice = known.crystal_in_the_whole_box()
    box = np.array([*lattice.box, 0.0, 0.0, 0.0])
    assert solid(lattice.heads, box).all()
    gas = np.random.default_rng(0).uniform(-0.5, 0.5, lattice.heads.shape) * box[:3]
    assert solid(gas, box).mean() < 0.05
    assert solid(gas, np.array([2.8, 9.0, 9.0, 0.0, 0.0, 0.0])) is None
