"""Geometry of `sphere` and `bladed`."""

import math

import numpy as np
import pytest

from janus_md.common import plugins
from janus_md.common.errors import JanusError
from janus_md.model.nanocluster import Faces
from janus_md.model.nanoclusters.bladed import BLADES, bladed
from janus_md.model.nanoclusters.sphere import sphere
from janus_md.model.solid import union_volume
from janus_md.study.catalogue import catalog
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

NUMBERS = {"mass": 4118.0, "charge": 2.0, "separation": 0.452}
HANDS = [Faces(1, 1, 0.47), Faces(-1, -1, -0.47), Faces(1, -1, 0.0), Faces(-1, 1, 0.3)]


def make(faces):
    return bladed("B", **NUMBERS, faces=faces)


def rotated(positions, angle):
    c, s = math.cos(angle), math.sin(angle)
    return positions @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def same_sites(first, second):
    """The same set of points, in whichever order."""
    distance = np.linalg.norm(first[:, None] - second[None], axis=-1)
    return bool(np.all(distance.min(axis=1) < 1e-12) and np.all(distance.min(axis=0) < 1e-12))


def masses(body):
    volume = np.array([body.diameters[t] for t in body.types]) ** 3
    return body.mass * volume / volume.sum()


def test_sphere():
    body = sphere("A", **NUMBERS)
    np.testing.assert_array_equal(body.positions, [[0, 0, 0.226], [0, 0, -0.226]])
    np.testing.assert_array_equal(body.charges, [2, -2])
    assert body.diameters == {"A": 1.727, "charge": 0.0}
    assert body.symmetry == 0
    # uniform ball, I = 2/5 m R^2
    np.testing.assert_allclose(body.inertia, 0.4 * 4118 * 0.805**2)
    np.testing.assert_allclose(body.inertia, 1067, atol=0.5)
    assert body.reach == pytest.approx(0.8635)


@pytest.mark.parametrize("faces", HANDS)
def test_bladed_sites(faces):
    body = make(faces)
    assert body.positions.shape == (14, 3)
    assert body.types == ("core",) * 2 + ("blade",) * 12
    np.testing.assert_array_equal(body.positions[:2], [[0, 0, 0.226], [0, 0, -0.226]])
    blades = body.positions[2:]
    np.testing.assert_allclose(np.hypot(blades[:, 0], blades[:, 1]), 1.40)
    np.testing.assert_allclose(np.sort(np.abs(blades[:, 2])), [0.25] * 6 + [0.75] * 6)
    assert np.sum(blades[:, 2] > 0) == 6
    assert body.charges.sum() == 0.0


@pytest.mark.parametrize("faces", HANDS)
def test_a_blade_of_hand_plus_one_rises_with_the_azimuth_seen_from_outside(faces):
    blades = make(faces).positions[2:].reshape(2, BLADES, 2, 3)
    for face, outward, hand in ((blades[0], 1, faces.positive), (blades[1], -1, faces.negative)):
        for first, second in face:
            # seen along -outward z, counterclockwise is the sense of outward z
            swept = outward * np.cross(first, second)[2]
            risen = outward * (second[2] - first[2])
            assert np.sign(swept * risen) == hand
            width = math.asin(abs(np.cross(first, second)[2]) / 1.40**2)
            assert width == pytest.approx(0.8)


@pytest.mark.parametrize("faces", HANDS)
def test_bladed_has_centre_and_principal_axes_of_its_frame(faces):
    body = make(faces)
    share = masses(body)
    np.testing.assert_allclose(share @ body.positions, 0.0, atol=1e-9)
    r2 = np.sum(body.positions**2, axis=1)
    tensor = np.sum(share * r2) * np.eye(3) - (share[:, None] * body.positions).T @ body.positions
    np.testing.assert_allclose(tensor, np.diag(body.inertia), atol=1e-8)
    assert body.inertia[0] == pytest.approx(body.inertia[1])
    np.testing.assert_allclose(body.dipole, [0, 0, 2 * 0.452 / 0.0208194], atol=1e-12)


@pytest.mark.parametrize("faces", HANDS)
def test_bladed_is_threefold(faces):
    sites = make(faces).positions
    assert same_sites(rotated(sites, 2 * math.pi / 3), sites)
    assert not same_sites(rotated(sites, math.pi / 3), sites)


def test_the_turn_of_the_negative_face_is_about_plus_z():
    turned, straight = make(Faces(1, 1, 0.47)).positions, make(Faces(1, 1, 0.0)).positions
    np.testing.assert_allclose(turned[:8], straight[:8])
    np.testing.assert_allclose(turned[8:], rotated(straight[8:], 0.47), atol=1e-12)


def test_faces_of_equal_hand_are_symmetric():
    # turned over about x, the body is itself; with opposite hands it is not
    over = np.array([1.0, -1.0, -1.0])
    assert same_sites(make(Faces(1, 1, 0.0)).positions * over, make(Faces(1, 1, 0.0)).positions)
    assert not same_sites(
        make(Faces(1, -1, 0.0)).positions * over, make(Faces(1, -1, 0.0)).positions
    )


@pytest.mark.parametrize("faces", HANDS)
def test_hands_and_turn_negated_are_the_mirror_image(faces):
    # up to half a turn about z: mirroring in x takes azimuth a to pi - a, negation takes it to -a
    mirrored = make(faces).mirror("B").positions
    negated = make(faces.mirror()).positions
    assert same_sites(rotated(mirrored, math.pi), negated)
    if faces.positive == faces.negative:
        angles = np.linspace(0, 2 * math.pi / 3, 400)
        assert not any(same_sites(rotated(mirrored, a), make(faces).positions) for a in angles)


def ball(diameter):
    return math.pi / 6 * diameter**3


def lens(diameter, distance):
    """Overlap of two equal balls (spherical caps, twice)."""
    height = 0.5 * (diameter - distance)
    return 2 * math.pi * height**2 * (1.5 * diameter - height) / 3


def test_union_of_beads_against_inclusion_and_exclusion():
    # only the two cores overlap in R-Au-Cu; with opposite hands and no turn, three pairs of blade
    # beads, at the same azimuth and 0.5 nm apart along z, do so too
    beads = 2 * ball(1.21) + 12 * ball(0.9) - lens(1.21, 0.452)
    assert union_volume(make(HANDS[0])) == pytest.approx(beads, rel=1e-8)
    assert union_volume(make(HANDS[2])) == pytest.approx(beads - 3 * lens(0.9, 0.5), rel=1e-8)
    assert union_volume(sphere("A", **NUMBERS)) == pytest.approx(ball(1.727), rel=1e-8)


@pytest.mark.parametrize("name", catalog.nanocluster_names())
def test_the_hydrodynamic_radius_is_that_of_the_union(name):
    body = catalog.body(name, "bladed")
    union = union_volume(body)
    assert union == pytest.approx(5.9, rel=0.04)
    assert body.hydrodynamic_radius == pytest.approx((0.75 * union / math.pi) ** (1 / 3), rel=0.012)


NARROW = """
from dataclasses import replace

from janus_md.model.nanoclusters.sphere import Sphere


class Narrow(Sphere):
    def build(self, numbers):
        body = super().build(numbers)
        return replace(body, model="slim", diameters=body.diameters | {numbers.name: 1.5})


MODEL = Narrow()
"""


def test_a_model_is_one_file(tmp_path, monkeypatch):
    folder = tmp_path / plugins.FOLDER
    folder.mkdir()
    (folder / "slim.py").write_text(NARROW)
    monkeypatch.setenv(plugins.VARIABLE, str(folder))
    given = {"particle": "R-Au-Cu", "n_bodies": 8, "volume_fraction": 0.01}
    point = StatePoint.of(given | {"model": "slim", "relative_permittivity": 1.0})
    (body,) = resolve(point).bodies
    assert (body.model, body.diameters["R-Au-Cu"]) == ("slim", 1.5)
    with pytest.raises(JanusError, match="did you mean slim"):
        StatePoint.of(given | {"model": "slimm"})
