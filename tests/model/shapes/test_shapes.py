"""Every shape against closed forms: volume, size, surface shares, roughness; and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest

from janus_md.model.beads import EQUAL_MOMENTS, body_of_beads
from janus_md.model.body import RigidBody
from janus_md.model.shape import SHAPES
from janus_md.model.shapes.compartments import plane_of
from janus_md.model.shapes.patchy_sphere import directions
from janus_md.model.solid import solid_of, union
from janus_md.model.sphere_points import (
    deepest_hole,
    fibonacci,
    row_step,
    shell_beads,
    threefold,
)

STATED = {
    "acorn": {"nut_diameter": 1.6, "cap_diameter": 2.0, "nut_length": 1.0},
    "ball_and_stick": {"diameter": 2.0, "stick_diameter": 0.7, "stick_length": 1.5},
    "ball_with_depression": {
        "diameter": 3.0, "depression_diameter": 2.0, "depth": 0.9, "bead_diameter": 0.6,
    },
    "compartments": {"diameter": 2.0, "bead_diameter": 0.8, "volume_share": 0.3},
    "disc": {"diameter": 3.0, "thickness": 1.0, "bead_diameter": 0.8},
    "dumbbell": {"diameter_a": 1.0, "diameter_b": 2.0, "distance": 1.8},
    "janus_sphere": {"diameter": 2.0, "bead_diameter": 0.8, "balance": 0.4},
    "patchy_sphere": {"diameter": 2.0, "bead_diameter": 0.6, "patches": 4, "half_angle": 40.0},
    "raspberry": {"core_diameter": 2.0, "lobe_diameter": 0.8, "lobes": 14},
    "rod": {"length": 4.0, "diameter": 1.0, "balance": 0.3},
    "snowman": {"diameter_a": 1.4, "diameter_b": 2.0, "distance": 1.2},
}  # fmt: skip


def layout(name: str, **changed):
    shape = SHAPES.get(name)
    return shape.layout(shape.settings.model_validate(STATED[name] | changed))


def body(name: str, **changed) -> RigidBody:
    found = layout(name, **changed)
    return body_of_beads(name, found.beads, found.diameters, {}, 1000.0)


def shares(one: RigidBody) -> dict[str, float]:
    """Share of the surface by kind."""
    solid = solid_of(one)
    assert solid is not None
    found: dict[str, float] = {}
    for kind, area in zip(one.types, solid.areas, strict=True):
        bare = kind.partition(".")[2]
        found[bare] = found.get(bare, 0.0) + float(area)
    total = sum(found.values())
    return {kind: area / total for kind, area in found.items()}


def test_all_shapes_are_covered():
    assert sorted(STATED) == SHAPES.names()


@pytest.mark.parametrize("name", sorted(STATED))
def test_all_shapes_make_bodies_with_a_on_top(name):
    one = body(name)
    height = {
        kind: float(np.mean([z for t, (_, _, z) in zip(one.types, one.positions, strict=True)
                             if t == f"{name}.{kind}"]))
        for kind in ("A", "B")
    }  # fmt: skip
    assert height["A"] > height["B"] or name in ("raspberry", "patchy_sphere")
    assert np.all(one.inertia > 0)
    solid = solid_of(one)
    assert solid is not None
    np.testing.assert_allclose(solid.centre, 0.0, atol=1e-9)  # centre of mass at the origin
    # moments that are nearly equal count as equal
    tensor = solid.inertia(1000.0)
    nearly = EQUAL_MOMENTS * one.inertia.max()
    np.testing.assert_allclose(tensor, np.diag(one.inertia), atol=nearly)
    if name != "raspberry":  # the lobes, of any number, have no symmetry
        np.testing.assert_allclose(tensor - np.diag(np.diag(tensor)), 0.0, atol=1e-3 * nearly)


@pytest.mark.parametrize("name", sorted(STATED))
def test_volume_centre_inertia_and_surface_agree_with_monte_carlo(name):
    """Points in a box and on each bead, within 4.5 standard errors."""
    found = layout(name)
    places = np.array([at for _, at in found.beads])
    radii = np.array([0.5 * found.diameters[kind] for kind, _ in found.beads])
    solid = union(places, radii)
    rng = np.random.default_rng(3)
    low, high = (places - radii[:, None]).min(0), (places + radii[:, None]).max(0)
    points = rng.uniform(low, high, (60_000, 3))
    inside = np.zeros(len(points), bool)
    for place, radius in zip(places, radii, strict=True):
        inside |= ((points - place) ** 2).sum(axis=1) < radius**2
    box, share, count = float(np.prod(high - low)), inside.mean(), len(points)
    assert abs(solid.volume - box * share) < 4.5 * box * math.sqrt(share * (1 - share) / count)
    r = points[inside] - solid.centre
    assert np.all(np.abs(r.mean(0)) < 4.5 * r.std(0) / math.sqrt(len(r)))
    # moments of inertia per mass: means of y^2 + z^2 and so on, and of -x y and so on
    tensor = (r**2).sum(axis=1)[:, None, None] * np.eye(3) - r[:, :, None] * r[:, None]
    error = tensor.std(axis=0) / math.sqrt(len(r))
    assert np.all(np.abs(solid.inertia(1.0) - tensor.mean(axis=0)) < 4.5 * error + 1e-12)
    exposed: dict[str, float] = {}
    variance: dict[str, float] = {}
    for k, (kind, _) in enumerate(found.beads):
        normals = rng.normal(size=(2_000, 3))
        on = places[k] + radii[k] * normals / np.linalg.norm(normals, axis=1)[:, None]
        apart = ((on[:, None] - places[None]) ** 2).sum(axis=2)
        apart[:, k] = np.inf
        bare = np.all(apart > radii**2, axis=1).mean()
        area = 4 * math.pi * radii[k] ** 2
        exposed[kind] = exposed.get(kind, 0.0) + area * bare
        variance[kind] = variance.get(kind, 0.0) + area**2 * bare * (1 - bare) / len(on)
    for kind, area in exposed.items():
        same = np.array([one == kind for one, _ in found.beads])
        spread = math.sqrt(variance[kind]) + 1e-3 * solid.areas.sum()
        assert abs(solid.areas[same].sum() - area) < 4.5 * spread


@pytest.mark.parametrize(
    "name", ["janus_sphere", "compartments", "patchy_sphere", "ball_with_depression"]
)
def test_the_axis_of_spheres_is_exact(name):
    """Beads A lie along +z from beads B to the last digits, and the symmetry is threefold."""
    one = body(name, **({"patches": 1} if name == "patchy_sphere" else {}))
    assert one.symmetry == 3
    mean = {
        kind: one.positions[[t == f"{name}.{kind}" for t in one.types]].mean(axis=0)
        for kind in ("A", "B")
    }
    apart = mean["A"] - mean["B"]
    np.testing.assert_allclose(apart[:2], 0.0, atol=1e-6)
    assert apart[2] > 0.0


@pytest.mark.parametrize("name", ["janus_sphere", "compartments", "patchy_sphere"])
@pytest.mark.parametrize("roughness", [0.04, 0.1])
def test_roughness_of_spheres(name, roughness):
    found = layout(name, roughness=roughness)
    places = np.array([at for kind, at in found.beads if kind != "C"])
    radius, bead = 0.5 * STATED[name]["diameter"], 0.5 * STATED[name]["bead_diameter"]
    rng = np.random.default_rng(1)
    looks = rng.normal(size=(20_000, 3))
    looks /= np.linalg.norm(looks, axis=1)[:, None]
    along = looks @ places.T  # where a ray from the centre leaves each bead
    left = bead**2 - ((places**2).sum(axis=1) - along**2)
    ends = np.where(left > 0, along + np.sqrt(np.clip(left, 0, None)), 0.0).max(axis=1)
    assert ends.max() <= radius * (1 + 1e-12)
    assert 1 - ends.min() / radius <= roughness
    assert 1 - ends.min() / radius > 0.6 * roughness  # no more beads than that takes
    volume = body(name, roughness=roughness).volume
    assert (1 - roughness) ** 3 < volume / (4 / 3 * math.pi * radius**3) < 1
    # a uniform ball has 2/5 m R^2
    inertia = body(name, roughness=roughness).inertia / (0.4 * 1000.0 * radius**2)
    assert np.all((inertia > (1 - roughness) ** 2) & (inertia < 1))


def test_depth_of_a_hole_of_known_beads():
    # beads of half the radius at the corners of an octahedron: a hole in the middle of each face,
    # where the nearest bead is acos(1/sqrt(3)) away
    corners = directions(6)
    cosine = 1 / math.sqrt(3)
    depth = 1 - 0.5 * cosine - math.sqrt(0.25 - 0.25 * (1 - cosine**2))
    assert deepest_hole(corners, 0.5) == pytest.approx(depth, rel=1e-9)
    assert deepest_hole(corners, 0.3) == 1.0  # the centre shows
    number = shell_beads(1.0, 0.4, 0.05)
    assert deepest_hole(threefold(number), 0.4) <= 0.05 < deepest_hole(threefold(number - 3), 0.4)


@pytest.mark.parametrize(("number", "trial"), [(48, 0.076), (123, 0.030), (399, 0.009)])
def test_holes_between_points_of_a_spiral_and_of_three(number, trial):
    """Beads of half the radius: the holes of a trial with 48, 122 and 400 points of one spiral.

    They are h/R = 3.7 (1 - a/R) (R/a) / N deep; three spirals leave shallower ones.
    """
    spiral = deepest_hole(fibonacci(number), 0.5)
    assert spiral == pytest.approx(trial, rel=0.05)
    assert spiral == pytest.approx(3.7 / number, rel=0.05)
    assert 0.75 * spiral < deepest_hole(threefold(number), 0.5) < spiral


@pytest.mark.parametrize("balance", [0.0, 0.25, 0.5, 0.8, 1.0])
def test_balance_is_the_share_of_the_surface(balance):
    found = shares(body("janus_sphere", balance=balance, roughness=0.04))
    number = len(layout("janus_sphere", roughness=0.04).beads) - 1
    assert found.get("A", 0.0) == pytest.approx(balance, abs=1.5 / number + 0.02)


@pytest.mark.parametrize(
    ("patches", "half_angle"), [(1, 60.0), (2, 45.0), (3, 40.0), (4, 30.0), (6, 40.0), (12, 25.0)]
)
def test_patches_cover_their_caps(patches, half_angle):
    # n caps of half angle t cover n (1 - cos t) / 2 of the sphere; a bead at a rim is in or out
    found = shares(body("patchy_sphere", patches=patches, half_angle=half_angle, roughness=0.05))
    exact = patches * (1 - math.cos(math.radians(half_angle))) / 2
    number = len(layout("patchy_sphere", patches=1, half_angle=60.0, roughness=0.05).beads) - 1
    rim = patches * math.sin(math.radians(half_angle)) * math.sqrt(math.pi / number)
    assert found["A"] == pytest.approx(exact, abs=0.4 * rim)


@pytest.mark.parametrize(
    ("n", "degrees"), [(2, 180.0), (3, 120.0), (4, 109.4712), (6, 90.0), (12, 63.4349)]
)
def test_patches_are_maximally_separated(n, degrees):
    # Tammes' problem (L. Fejes Toth, 1943): the known optima
    middles = directions(n)
    np.testing.assert_allclose(middles[0], [0, 0, 1], atol=1e-12)
    cosines = np.clip(middles @ middles.T, -1, 1)[~np.eye(n, dtype=bool)]
    assert math.degrees(math.acos(cosines.max())) == pytest.approx(degrees, abs=1e-4)


def test_a_compartment_has_its_share_of_the_volume():
    for share in (0.1, 0.3, 0.5, 0.9):
        z = plane_of(share)
        assert (1 - z) ** 2 * (2 + z) / 4 == pytest.approx(share)
    assert plane_of(0.5) == pytest.approx(0.0, abs=1e-12)


def test_rod():
    found = layout("rod", roughness=0.134)  # a notch of 0.134 a: beads a apart
    assert row_step(0.5, 1 - math.sqrt(0.75)) == pytest.approx(0.5)
    z = [at[2] for _, at in found.beads]
    assert (z[0], z[-1]) == (0.0, 3.0)
    assert max(np.diff(z)) <= row_step(0.5, 0.134) + 1e-12
    one = body("rod", roughness=0.134)
    step, a = z[1] - z[0], 0.5  # half balls at the ends, cut discs between
    exact = 4 / 3 * math.pi * a**3 + (len(z) - 1) * math.pi * (a**2 * step - step**3 / 12)
    assert one.volume == pytest.approx(exact, rel=1e-10)
    assert one.symmetry == 0


def test_ball_and_stick_and_acorn_have_their_lengths():
    one = layout("ball_and_stick")
    assert max(at[2] + 0.5 * one.diameters[k] for k, at in one.beads) == pytest.approx(1.0 + 1.5)
    foot = min(at[2] for k, at in one.beads if k == "A")
    assert foot**2 + 0.35**2 == pytest.approx(1.0)  # where the stick leaves the ball
    nut, cap = layout("acorn").beads
    bottom = nut[1][2] - 0.8
    assert (cap[1][2] - 1.0) - bottom == pytest.approx(1.0)  # the nut below the cap's ball


def test_disc():
    found = layout("disc")
    places = np.array([at for _, at in found.beads])
    assert np.abs(places[:, 2]).max() + 0.4 == pytest.approx(0.5)
    assert np.hypot(places[:, 0], places[:, 1]).max() + 0.4 <= 1.5 + 1e-9
    # the dimple of a face is the stated share of a bead's radius deep
    flat = places[places[:, 2] > 0][:, :2]
    step = np.sort(np.linalg.norm(flat - [0.0, 0.0], axis=1))[1]
    assert 1 - math.sqrt(1 - (step / 0.4) ** 2 / 3) == pytest.approx(0.2)
    assert body("disc").symmetry == 6


def test_depression():
    found = layout("ball_with_depression")
    centre = np.array([0.0, 0.0, 1.5 - 0.9 + 1.0])
    for kind, at in found.beads:
        radius = 0.5 * found.diameters[kind]
        assert np.linalg.norm(at) + radius <= 1.5 + 1e-9  # inside the ball
        if kind != "C":
            assert np.linalg.norm(at - centre) >= 1.0 + radius - 1e-9  # and outside of the cut
    core = next(at for kind, at in found.beads if kind == "C")
    assert np.linalg.norm(core - centre) >= 1.0 + 0.5 * found.diameters["C"] - 1e-9
    gaps = [np.linalg.norm(np.array(at) - centre) for kind, at in found.beads if kind == "A"]
    np.testing.assert_allclose(gaps, 1.0 + 0.3, atol=1e-9)  # beads touch the cut from below


def test_raspberry():
    found = layout("raspberry", depth=0.25)
    assert sum(kind == "A" for kind, _ in found.beads) == 14
    distances = [np.linalg.norm(at) for kind, at in found.beads if kind == "A"]
    np.testing.assert_allclose(distances, 1.0 + 0.25 * 0.8)


@pytest.mark.parametrize(
    ("name", "changed", "told"),
    [
        ("janus_sphere", {"balance": 1.2}, "balance"),
        ("janus_sphere", {"bead_diameter": 2.5}, "bead_diameter: it must be smaller"),
        ("janus_sphere", {"roughness": 1e-5}, "at most 2000 are allowed"),
        ("patchy_sphere", {"half_angle": 60.0}, "4 patches overlap above 54.74"),
        ("patchy_sphere", {"half_angle": 0.5, "patches": 6}, "no bead of the"),
        ("rod", {"length": 0.9}, "must be above the diameter"),
        ("ball_and_stick", {"stick_diameter": 2.5}, "must be below the diameter"),
        ("acorn", {"cap_diameter": 1.0}, "must be above nut_diameter"),
        ("acorn", {"nut_length": 2.0}, "must be below nut_diameter"),
        ("disc", {"bead_diameter": 0.4}, "at least half the thickness"),
        ("ball_with_depression", {"depth": 2.9}, "must leave two beads below it"),
        ("raspberry", {"lobes": 400}, "closer than half their diameter"),
    ],
)
def test_what_is_refused(name, changed, told):
    with pytest.raises(ValueError, match=told):
        layout(name, **changed)
