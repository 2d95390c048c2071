"""Head and tail of a body: on either side, and bodies that have none."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.model.beads import body_of_beads
from janus_md.model.head_and_tail import Unsuitable, head_and_tail
from janus_md.model.interactions.table import lennard_jones, wca
from janus_md.study.catalogue import catalog


def body(*beads: tuple[str, float], across: float = 0.0):
    """Beads on z; `across` moves those of kind A off the axis."""
    places = [(kind, (across if kind == "A" else 0.0, 0.0, z)) for kind, z in beads]
    return body_of_beads("am", places, {"J": 2.0, "A": 1.3}, {}, 3000.0)


def pairs(epsilon: float = 12.395, kind: str = "A"):
    """Attraction between beads of one kind, repulsion between the others."""
    table = {
        ("am.A", "am.A"): (wca(1.3),),
        ("am.A", "am.J"): (wca(1.65),),
        ("am.J", "am.J"): (wca(2.0),),
    }
    sigma = {"A": 1.3, "J": 2.0}[kind]
    table[f"am.{kind}", f"am.{kind}"] = (lennard_jones(epsilon, sigma, 1.8 * sigma),)
    return table


@pytest.mark.parametrize(("order", "side"), [("JA", 1), ("AJ", -1)])
def test_two_beads_in_either_order(order: str, side: int) -> None:
    z = {"J": 0.0, "A": 0.8}
    one = body(*((kind, z[kind]) for kind in order))
    found = head_and_tail(one, pairs())
    assert found.side == side
    assert found.length == pytest.approx(0.8)
    assert (found.head_width, found.tail_width) == pytest.approx((2.0, 1.3))
    assert found.head == pytest.approx(one.positions[order.index("J"), 2])


def test_the_attraction_decides_which_end_is_the_tail() -> None:
    found = head_and_tail(body(("J", 0.0), ("A", 0.8)), pairs(kind="J"))
    assert found.side == -1
    assert (found.head_width, found.tail_width) == pytest.approx((1.3, 2.0))


def test_a_cap_of_six_beads() -> None:
    """J6: six beads of 1.0 nm on a sphere of 0.5 nm, a pole and five at 63.43 degrees of it."""
    tilt = np.arccos(1.0 / np.sqrt(5.0))
    ring = [
        (0.5 * np.sin(tilt) * np.cos(a), 0.5 * np.sin(tilt) * np.sin(a), 0.5 * np.cos(tilt))
        for a in 2.0 * np.pi * np.arange(5) / 5.0
    ]
    beads = [("J", (0.0, 0.0, 0.0)), ("A", (0.0, 0.0, 0.5)), *(("A", at) for at in ring)]
    one = body_of_beads("am", beads, {"J": 2.0, "A": 1.0}, {}, 3000.0)
    found = head_and_tail(one, {("am.A", "am.A"): (lennard_jones(1.0, 1.0, 1.8),)})
    assert found.length == pytest.approx(0.5 * (1.0 + 5.0 * np.cos(tilt)) / 6.0)
    assert found.tail_width == pytest.approx(1.0 * np.sin(tilt) + 1.0)


@pytest.mark.parametrize(
    ("one", "table", "said"),
    [
        (body(("J", 0.0), ("A", 0.8)), {}, "am has no beads that attract"),
        (body(("A", 0.0), ("A", 0.8)), pairs(), "am has only beads that attract"),
        (body(("J", 0.0), ("A", 0.8), ("A", -0.8)), pairs(), "not at one end"),
        (body(("J", 0.0), ("J", 3.0), ("A", 3.0), across=1.5), pairs(), "not at one end"),
        (catalog.body("R-Au-Cu", "sphere"), {}, "R-Au-Cu has no beads that attract"),
    ],
)
def test_bodies_without_head_and_tail(one, table, said: str) -> None:
    with pytest.raises(Unsuitable, match=said):
        head_and_tail(one, table)
