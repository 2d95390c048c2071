"""Bodies as shaded spheres: halves, patches, what is in front, and the colours of view."""

from dataclasses import replace

import numpy as np
import pytest
import rowan

from janus_md.analysis.pictures.snapshot import half_colours
from janus_md.analysis.pictures.spheres import FOG, Scene, balls_of, draw
from janus_md.model.body import RigidBody
from janus_md.study.catalogue import catalog

PALETTE = np.array([[0.5, 0.5, 0.5], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
LOW, HIGH = np.array([-2.0, -2.0]), np.array([2.0, 2.0])


def picture(places, balls, turn=None, palette=lambda owner: PALETTE):
    turns = np.tile(np.eye(3) if turn is None else turn, (len(places), 1, 1))
    scene = Scene(np.array(places, dtype=float), np.arange(len(places)), turns, balls)
    return draw(scene, LOW, HIGH, 100, palette)


def channel(image, x, y):
    """Return the brightest channel of the pixel at a point of the page."""
    pixel = image[round((y + 2.0) * 25), round((x + 2.0) * 25)]
    assert pixel[3] == 1.0
    return "rgb"[int(np.argmax(pixel[:3]))]


@pytest.fixture(scope="module")
def janus() -> RigidBody:
    """Two charges without volume in a sphere: the dipole along its axis."""
    body = catalog.body("R-Au-Cu", "sphere")
    assert body.types == ("charge", "charge")
    return body


def test_the_halves_of_a_sphere_have_the_colours_of_the_nearest_charge(janus):
    (ball,) = balls_of(janus)
    assert ball.radius == pytest.approx(0.5 * janus.diameters["R-Au-Cu"])
    for x, y in ((1.0, 0.0), (0.0, 1.0)):  # the first charge points to the right, then up
        image = picture([[0.0, 0.0, 0.0]], [ball], towards(janus.positions[0], [x, y, 0.0]))
        assert channel(image, 0.4 * x, 0.4 * y) == "r"
        assert channel(image, -0.4 * x, -0.4 * y) == "b"


def towards(axis, target):
    """Return a rotation matrix that takes a vector of the body to a direction on the page."""
    return rowan.to_matrix(rowan.vector_vector_rotation(axis, np.array(target)))


def test_nearer_spheres_are_in_front_and_distant_ones_paler(janus):
    (ball,) = balls_of(janus)
    none = {"spots": ball.spots[:0], "spot_halves": ball.spot_halves[:0], "reach": ball.reach[:0]}
    plain = [replace(ball, radius=0.8, half=half, **none) for half in (1, 2)]
    image = picture([[0.0, 0.0, 1.0], [0.5, 0.0, -1.0]], plain)
    assert channel(image, 0.3, 0.0) == "r"
    assert channel(image, 1.1, 0.0) == "b"
    far, near = picture([[0.5, 0.0, -1.0]], plain[1:])[50, 78], image[50, 78]
    assert near[0] == pytest.approx(far[0] * (1.0 - FOG) + FOG, abs=0.02)
    assert image[5, 5].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_a_bead_that_touches_the_surface_from_inside_is_a_patch():
    (ball,) = balls_of(catalog.body("J6"))
    assert len(ball.spots) == 6
    for spot in ball.spots:
        image = picture([[0.0, 0.0, 0.0]], [ball], towards(spot, [0.0, 0.0, 1.0]))
        assert channel(image, 0.0, 0.0) == "b"
    # From the other side, most of the surface has the colour of the sphere itself.
    image = picture([[0.0, 0.0, 0.0]], [ball], towards(-ball.spots.mean(axis=0), [0.0, 0.0, 1.0]))
    shown = image[image[..., 3] == 1.0][:, :3].argmax(axis=1)
    assert np.mean(shown == 0) > 0.5


def test_colours_of_halves_are_those_of_view(janus):
    from matplotlib.colors import to_hex

    assert [to_hex(one) for one in half_colours(janus)] == ["#9a9a9a", "#0072b2", "#d55e00"]
