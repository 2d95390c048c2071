"""Bound partners of structures that are known: a key in a lock, snowmen on a core."""

from __future__ import annotations

import numpy as np
import pytest
import rowan

from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.observables.partners import compute, partners
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.study.resolve import resolve
from janus_md.study.sweeps.templates import load_template

BOX = np.array([20.0, 20.0, 20.0, 0.0, 0.0, 0.0])
UNTURNED = [1.0, 0.0, 0.0, 0.0]


def setup_of(name: str):
    return resolve(load_template(name).points[-1])


def context(setup, kinds, positions, orientations) -> FrameContext:
    names = tuple(body.name for body in setup.bodies)
    frame = Frame(
        0, 0, BOX, np.asarray(positions, float), np.asarray(orientations, float), names,
        np.array([names.index(kind) for kind in kinds]), np.arange(len(kinds)),
    )  # fmt: skip
    return FrameContext(frame, Settings(DEFAULT_CRITERION), setup)


def seat_of(lock) -> np.ndarray:
    """Point at equal distance from all beads in the depression, in the frame of the body."""
    beads = lock.positions[[kind == "lock.A" for kind in lock.types]]
    rows, squares = 2.0 * (beads[1:] - beads[0]), (beads**2).sum(axis=1)
    seat = np.linalg.lstsq(rows, squares[1:] - squares[0], rcond=None)[0]
    # Beads of 0.5 nm touch the key of 2 nm.
    assert np.linalg.norm(beads - seat, axis=1) == pytest.approx(1.25, abs=1e-3)
    return seat


def test_a_key_is_bound_in_the_seat_alone_in_any_orientation_and_through_the_border() -> None:
    setup = setup_of("lock_and_key")
    seat = seat_of(setup.body("lock"))
    turns = rowan.normalize(np.random.default_rng(3).normal(size=(3, 4)))
    centres = np.array([[9.5, 9.5, 9.5], [0.0, 0.0, 0.0], [-6.0, 5.0, 0.0]])
    out = seat / np.linalg.norm(seat)
    seats = centres + rowan.rotate(turns, np.array([seat, seat + 1.0 * out, -out * 2.6]))
    seats -= 20.0 * np.rint(seats / 20.0)
    found = partners(
        context(
            setup,
            ["lock"] * 3 + ["key"] * 3,
            np.concatenate([centres, seats]),
            np.concatenate([turns, [UNTURNED] * 3]),
        )
    )
    assert found.tolist() == [1, 0, 0]


def test_a_core_counts_the_snowmen_whose_lobes_touch_it() -> None:
    setup = setup_of("raspberry")
    lobe = setup.body("small_snowman")
    arm = lobe.positions[lobe.types.index("small_snowman.A")]
    assert arm[:2] == pytest.approx([0.0, 0.0])
    ways = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0]], float)
    contact = 2.0 ** (1.0 / 6.0) * 1.4
    # Turned so that the vector from the snowman's centre to its lobe points to the core.
    inwards = rowan.vector_vector_rotation(np.tile(arm, (5, 1)), -ways)
    near = contact * ways - rowan.rotate(inwards, arm)
    outwards = rowan.vector_vector_rotation(arm, np.array([0.0, 0.0, -1.0]))
    reversed_at = np.array([0.0, 0.0, -(1.25 + 0.8 - np.linalg.norm(arm))])
    found = context(
        setup,
        ["raspberry_core"] * 2 + ["small_snowman"] * 6,
        np.concatenate([[[0, 0, 0], [8, 8, 8]], near, [reversed_at]]),
        np.concatenate([[UNTURNED] * 2, inwards, [outwards]]),
    )
    assert partners(found).tolist() == [5, 0]
    assert compute(found) == {"mean_partners": 2.5, "share_with_partner": 0.5}


def test_partners_are_null_where_no_two_particles_attract() -> None:
    alone = resolve(load_template("amphiphilic_micelles").points[0])
    found = compute(context(alone, ["amphiphile"], [[0, 0, 0]], [UNTURNED]))
    assert all(np.isnan(value) for value in found.values())
    setup = setup_of("raspberry")
    cores = context(setup, ["raspberry_core"] * 2, [[0, 0, 0], [5, 0, 0]], [UNTURNED] * 2)
    assert all(np.isnan(value) for value in compute(cores).values())
