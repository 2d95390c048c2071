"""Random worlds of known answer, found exactly and in whatever way they are written down."""

import itertools
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from janus_md.analysis.aggregates.wires import KINDS
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.pipeline.frame import analyze_frame
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.body import BondCriterion
from janus_md.model.box import lattice_vectors, wrap
from tests.analysis import structures

WORLDS = int(os.environ.get("JANUS_WORLDS", "1000"))
MANY = settings(
    max_examples=WORLDS,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
FEWER = settings(MANY, max_examples=WORLDS // 5)

worlds = st.builds(
    structures.build_world,
    st.lists(st.sampled_from(sorted(structures.MAKERS)), min_size=1, max_size=5),
    st.sampled_from(sorted(structures.BOXES)),
    st.integers(0, 2**32 - 1),
)


def analyse(positions, orientations, box, hands, symmetry=1):
    kinds = (np.asarray(hands) < 0).astype(int)
    frame = Frame(0, 0, box, positions, orientations, ("R", "S"), kinds, np.arange(len(positions)))
    both = {"R": symmetry, "S": symmetry}
    criterion = BondCriterion(structures.DISTANCE, structures.ANGLE)
    chosen = Settings(criterion, symmetries=both, enantiomers={"R": "R", "S": "S"})
    return analyze_frame(frame, chosen)


def found_wires(result):
    """{members in order, as a tuple (branched: sorted)} -> row of the wire's columns."""
    wires = result.wires
    ends = wires.start + wires.n
    rows = {}
    for w, (a, b) in enumerate(zip(wires.start, ends, strict=True)):
        columns = {name: values[w] for name, values in result.wire_columns.items()}
        columns["kind"] = KINDS[columns["kind"]]
        rows[tuple(wires.members[a:b].tolist())] = columns
    return rows


def expected_key(wire):
    """Order in which the members of an intended wire are to be listed."""
    members = wire.members
    if wire.kind == "branched" or wire.dims > 1:
        return tuple(sorted(members))
    if wire.kind == "linear":
        return tuple(members)
    follow = {members[i]: members[j] for i, j, _ in wire.bonds}
    cycle = [min(members)]
    while len(cycle) < len(members):
        cycle.append(follow[cycle[-1]])
    return tuple(cycle)


def wrapped_world(world):
    return wrap(world.positions, lattice_vectors(world.box))[0]


@MANY
@given(worlds)
def test_every_wire_is_found_exactly(world):
    assume(world.wires)
    result = analyse(wrapped_world(world), world.orientations, world.box, world.hands)
    found = found_wires(result)
    assert set(found) == {expected_key(wire) for wire in world.wires}
    lattice = lattice_vectors(world.box)
    for wire in world.wires:
        row = found[expected_key(wire)]
        x = wire.positions
        vectors = [x[j] + np.array(image) @ lattice - x[i] for i, j, image in wire.bonds]
        lengths = np.linalg.norm(vectors, axis=1) if vectors else np.zeros(0)
        assert row["kind"] == wire.kind
        assert row["n"] == len(wire)
        assert row["percolating_dims"] == wire.dims
        winding = [row["winding_1"], row["winding_2"], row["winding_3"]]
        np.testing.assert_array_equal(winding, wire.winding or [np.nan] * 3)
        assert row["contour_nm"] == pytest.approx(lengths.sum(), abs=1e-9)
        end = {"linear": np.linalg.norm(x[-1] - x[0]), "ring": 0.0}.get(wire.kind, np.nan)
        assert row["end_to_end_nm"] == pytest.approx(end, abs=1e-9, nan_ok=True)
        if wire.dims == 0:
            assert row["radius_of_gyration_nm"] == pytest.approx(
                np.sqrt(((x - x.mean(axis=0)) ** 2).sum(axis=1).mean()), abs=1e-9
            )
        hands = world.hands[wire.members]
        unlike = [hands[i] != hands[j] for i, j, _ in wire.bonds]
        expected = np.mean(unlike) if unlike else np.nan
        assert row["alternation"] == pytest.approx(expected, nan_ok=True)
        if wire.turn is not None and len(wire) > 1:
            assert row["screw_deg"] == pytest.approx(np.rad2deg(wire.turn), abs=1e-6)
            assert row["screw_spread_deg"] == pytest.approx(0.0, abs=1e-5)
    n = np.array([len(wire) for wire in world.wires])
    row = result.frame_row
    assert row["n_wires"] == len(n)
    assert row["mean_n"] == pytest.approx(n.mean())
    assert row["mean_w"] == pytest.approx((n**2).sum() / n.sum())
    assert row["longest"] == n.max()
    assert row["share_in_wires_of_3"] == pytest.approx(n[n >= 3].sum() / n.sum())
    kinds = [wire.kind for wire in world.wires]
    for name, kind in (("rings", "ring"), ("percolating", "percolating"), ("branched", "branched")):
        assert row[f"n_{name}"] == kinds.count(kind)


SCALARS = [
    "contour_nm",
    "end_to_end_nm",
    "radius_of_gyration_nm",
    "tortuosity",
    "screw_deg",
    "screw_spread_deg",
    "handedness",
    "dihedral_deg",
    "alternation",
    "persistence_bond_nm",
    "persistence_dipole_nm",
    "dipole_order",
]
ODD = {"screw_deg", "handedness", "dihedral_deg"}


def same_wires(before, after, *, odd=1):
    """Hold every column of two results against each other, wires matched by their bodies."""
    a = {frozenset(key): row for key, row in found_wires(before).items()}
    b = {frozenset(key): row for key, row in found_wires(after).items()}
    assert set(a) == set(b)
    for key, row in a.items():
        other = b[key]
        assert (row["kind"], row["n"]) == (other["kind"], other["n"])
        assert row["percolating_dims"] == other["percolating_dims"]
        for name in SCALARS:
            expected = odd * row[name] if name in ODD else row[name]
            if name in ("screw_deg", "dihedral_deg"):
                difference = (other[name] - expected + 180.0) % 360.0 - 180.0
                assert np.isnan(row[name]) == np.isnan(other[name]), name
                assert np.isnan(difference) or abs(difference) < 1e-4, name
                continue
            # A spread is the root of a small difference, a persistence length diverges.
            rel = 1e-4 if name.startswith("persistence") else 1e-7
            big = name.startswith("persistence") and expected > 1e4
            assert big or other[name] == pytest.approx(expected, rel=rel, abs=1e-5, nan_ok=True), (
                name
            )


@FEWER
@given(worlds, st.integers(0, 2**32 - 1))
def test_wires_do_not_depend_on_translation_images_and_order(world, seed):
    assume(world.wires)
    rng = np.random.default_rng(seed)
    lattice = lattice_vectors(world.box)
    before = analyse(wrapped_world(world), world.orientations, world.box, world.hands)
    n = len(world.positions)
    moved = world.positions + rng.normal(scale=9.0, size=3) + rng.integers(-3, 4, (n, 3)) @ lattice
    order = rng.permutation(n)
    sign = rng.choice([-1.0, 1.0], (n, 1))  # q and -q are one orientation
    after = analyse(moved[order], (sign * world.orientations)[order], world.box, world.hands[order])
    renamed = found_wires(after)
    back = {tuple(order[list(key)].tolist()): row for key, row in renamed.items()}
    a = found_wires(before)
    for key, row in back.items():
        linear = row["kind"] == "linear"
        match = key if linear else next(k for k in a if set(k) == set(key))
        for name in ("kind", "n", "percolating_dims", "winding_1", "winding_2", "winding_3"):
            np.testing.assert_equal(row[name], a[match][name])
    for name, value in before.frame_row.items():
        if name == "turn_deg" and value is not None:  # on a circle
            turned = np.deg2rad(after.frame_row[name] - value)
            assert np.cos(turned) == pytest.approx(1.0, abs=1e-6, nan_ok=True)
            continue
        assert after.frame_row[name] == pytest.approx(value, abs=1e-6, nan_ok=True)
    again = analyse(moved, sign * world.orientations, world.box, world.hands)
    same_wires(before, again)


@FEWER
@given(worlds, st.integers(0, 2**32 - 1))
def test_wires_are_rotation_invariant(world, seed):
    """Any rotation with the lattice vectors renamed is a box in HOOMD-blue's form again."""
    assume(world.wires)
    rng = np.random.default_rng(seed)
    cycle = [(0, 1, 2), (1, 2, 0), (2, 0, 1)][rng.integers(3)]
    lattice = lattice_vectors(world.box)
    turned, box = standard_form(lattice[list(cycle)])
    before = analyse(wrapped_world(world), world.orientations, world.box, world.hands)
    after = analyse(
        wrapped_world(world) @ turned.T, rotate_all(turned, world.orientations), box, world.hands
    )
    same_wires(before, after)
    a = {frozenset(key): row for key, row in found_wires(before).items()}
    b = {frozenset(key): row for key, row in found_wires(after).items()}
    for members, row in a.items():
        expected = [row[f"winding_{k + 1}"] for k in cycle]
        winding = [b[members][f"winding_{k + 1}"] for k in range(3)]
        np.testing.assert_array_equal(winding, expected)


@FEWER
@given(worlds)
def test_mirror_image_changes_only_handedness(world):
    assume(world.wires)
    mirror = np.array([-1.0, 1.0, 1.0])
    lx, ly, lz, xy, xz, yz = world.box
    # Mirrored lattice (x -> -x), its first vector turned round again: tilts with x change sign.
    box = np.array([lx, ly, lz, -xy, -xz, yz])
    quaternions = world.orientations * np.array([1.0, 1.0, -1.0, -1.0])
    before = analyse(wrapped_world(world), world.orientations, world.box, world.hands)
    after = analyse(wrapped_world(world) * mirror, quaternions, box, -world.hands)
    same_wires(before, after, odd=-1)


def standard_form(lattice):
    """Rotation and box (Lx, Ly, Lz, xy, xz, yz) that turn a lattice into HOOMD-blue's form."""
    q, r = np.linalg.qr(lattice.T)
    flip = np.sign(np.diag(r))
    rotation = (q * flip).T
    upper = (r.T * flip).T
    a, b, c = upper.T
    return rotation, np.array([a[0], b[1], c[2], b[0] / b[1], c[0] / c[2], c[1] / c[2]])


def rotate_all(rotation, quaternions):
    from scipy.spatial.transform import Rotation

    turned = Rotation.from_matrix(rotation) * Rotation.from_quat(quaternions, scalar_first=True)
    return turned.as_quat(scalar_first=True)


def test_test_boxes_exceed_two_cutoffs():
    """The reference uses 27 images, which must be enough."""
    for box in structures.BOXES.values():
        volume = abs(np.linalg.det(lattice_vectors(np.array(box))))
        lattice = lattice_vectors(np.array(box))
        for i, j in itertools.combinations(range(3), 2):
            height = volume / np.linalg.norm(np.cross(lattice[i], lattice[j]))
            assert height > 2 * structures.DISTANCE
