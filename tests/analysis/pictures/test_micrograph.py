"""Synthetic micrographs: absorption, positions and noise."""

import numpy as np
import pytest

from janus_md.analysis.order.scattering import CORE_RADIUS
from janus_md.analysis.pictures.micrograph import (
    COVERED,
    LIGAND_RADIUS,
    Microscope,
    attenuation,
    ball,
    micrograph,
    microscope_for,
    scale_bar,
    section,
)

SCOPE = Microscope(pixel_nm=0.05, blur_nm=0.0)


def mass(scope):
    """Attenuation of one body times area: that of both balls, the core replacing ligands."""
    volume = 4.0 / 3.0 * np.pi * np.array([CORE_RADIUS, LIGAND_RADIUS]) ** 3
    return (scope.core - scope.ligand) * volume[0] + scope.ligand * volume[1]


@pytest.mark.parametrize("tilts", [(0.0, 0.0, 0.0), (0.3, -0.2, 0.4)])
@pytest.mark.parametrize("blur", [0.0, 0.15])
def test_each_body_appears_once(tilts, blur):
    box = np.array([10.0, 8.0, 9.0, *tilts])
    scope = Microscope(pixel_nm=0.05, blur_nm=blur)
    rng = np.random.default_rng(3)
    x = rng.uniform(-20, 20, (40, 3))
    image = attenuation(x, box, scope)
    assert image.shape == (160, 200)
    # The field is one cell of the projected lattice: each body is in it exactly once.
    assert image.sum() * 0.05**2 == pytest.approx(40 * mass(scope), rel=1e-6)


def test_position_and_thickness_of_one_body():
    box = np.array([6.0, 4.0, 5.0, 0.0, 0.0, 0.0])
    x = np.array([[1.025, -0.525, 2.0]])
    image = attenuation(x, box, SCOPE)
    row, column = np.unravel_index(image.argmax(), image.shape)
    assert (column * 0.05 - 3.0 + 0.025, row * 0.05 - 2.0 + 0.025) == pytest.approx((1.025, -0.525))
    through = 2 * (SCOPE.core * CORE_RADIUS + SCOPE.ligand * (LIGAND_RADIUS - CORE_RADIUS))
    assert image.max() == pytest.approx(through, rel=0.02)


def test_body_at_a_corner_appears_at_all_four_corners():
    box = np.array([6.0, 4.0, 5.0, 0.0, 0.0, 0.0])
    image = attenuation(np.array([[3.0, 2.0, 0.0]]), box, SCOPE)
    corners = image[[0, 0, -1, -1], [0, -1, 0, -1]]
    np.testing.assert_allclose(corners, corners[0])
    assert corners[0] > 0.9 * image.max()


def test_noise_is_poisson():
    """Variance = mean for a Poisson count; an empty field shows the dose."""
    box = np.array([20.0, 20.0, 5.0, 0.0, 0.0, 0.0])
    scope = Microscope(pixel_nm=0.1, dose=2000.0)
    image = micrograph(np.array([[0.0, 0.0, 0.0]]), box, scope, seed=4)
    empty = image[:60]
    pixels = empty.size
    assert empty.mean() == pytest.approx(20.0, abs=4 * np.sqrt(20.0 / pixels))
    assert empty.var() == pytest.approx(20.0, rel=4 * np.sqrt(2.1 / pixels))
    sharp = micrograph(np.array([[0.0, 0.0, 0.0]]), box, scope, seed=None)
    assert sharp.max() == pytest.approx(20.0)
    assert sharp.min() < 18.5


def test_ball_has_its_volume():
    for radius in (0.3, 0.5, 0.805):
        assert ball(radius, 0.07).sum() * 0.07**2 == pytest.approx(4 / 3 * np.pi * radius**3)


@pytest.mark.parametrize(("width", "bar"), [(21.1, 2.0), (51.0, 10.0), (30.0, 5.0), (4.0, 0.5)])
def test_scale_bar(width, bar):
    assert scale_bar(width) == pytest.approx(bar)


def test_a_very_wide_field_has_larger_pixels():
    assert microscope_for(np.array([30.0, 20.0, 10.0, 0, 0, 0])) == Microscope()
    wide = np.array([6000.0, 3000.0, 6000.0, 0, 0, 0])
    scope = microscope_for(wide)
    assert scope.pixel_nm == pytest.approx(1.5)
    image = micrograph(np.zeros((1, 3)), wide, scope)
    assert image.shape == (2000, 4000)


@pytest.mark.parametrize("density", [0.0005, 0.02])
def test_a_section_has_as_many_bodies_as_cover_its_share(density):
    """Cores of area pi R^2 in a uniform gas: their mean sum is the share of the image."""
    rng = np.random.default_rng(8)
    box = np.array([60.0, 50.0, 40.0, 0.0, 0.0, 0.0])
    x = box[:3] * (rng.random((round(density * box[:3].prod()), 3)) - 0.5)
    inside, thickness = section(x, box)
    area = np.pi * CORE_RADIUS**2
    expected = min(COVERED / area, density * 40.0)  # per nm^2; a dilute box is there as a whole
    assert thickness == pytest.approx(expected / density, rel=1e-3)
    assert np.abs(inside[:, 2]).max() <= 0.5 * thickness
    count = expected * 60.0 * 50.0
    assert len(inside) == pytest.approx(count, abs=4.0 * np.sqrt(count))
    assert len(section(x[:0], box)[0]) == 0


def test_a_core_stands_out_from_the_noise_of_a_pixel():
    """Poisson counts: contrast 1 - exp(-depth) of the mean n against noise 1 / sqrt(n)."""
    scope = Microscope()
    depth = 2.0 * (scope.core * CORE_RADIUS + scope.ligand * (LIGAND_RADIUS - CORE_RADIUS))
    electrons = scope.dose * scope.pixel_nm**2
    assert (1.0 - np.exp(-depth)) * np.sqrt(electrons) > 3.0
