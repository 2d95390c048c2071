"""Mixtures of enantiomers: the random order, the trend, the common window of time."""

from __future__ import annotations

from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest

from janus_md.papers.measures import Measured, Run
from janus_md.papers.measuring.excess import (
    LIKE,
    RANDOM,
    UNLIKE,
    by_excess,
    compare_excess,
    random_share,
    sorting,
    trend,
)
from janus_md.papers.paper import Excess


@pytest.mark.parametrize(("count", "n"), [(3, 6), (2, 6), (1, 5), (6, 6)])
def test_the_random_order_is_that_of_all_orders(count: int, n: int) -> None:
    hands = [1] * count + [0] * (n - count)
    orders = list(permutations(hands))
    like = np.mean([[a == b for a, b in pairwise(one)] for one in orders])
    assert random_share(count, n) == pytest.approx(like)


def test_what_is_said_of_sorting_follows_from_its_error() -> None:
    assert sorting(0.6, 0.02, 0.5) == LIKE
    assert sorting(0.4, 0.02, 0.5) == UNLIKE
    assert sorting(0.53, 0.02, 0.5) == RANDOM
    assert sorting(0.6, None, 0.5) == RANDOM


def test_a_trend_is_seen_where_there_is_one() -> None:
    rng = np.random.default_rng(3)
    x = np.repeat([0.0, 0.25, 0.5, 0.75, 1.0], 4)
    noise = rng.normal(0.0, 0.5, len(x))
    rising, falling, flat = (trend(zip(x, 5.0 + k * x + noise, strict=True)) for k in (3, -3, 0))
    assert rising is not None
    assert falling is not None
    assert flat is not None
    assert rising.statement == "longer with the excess"
    assert falling.statement == "shorter with the excess"
    assert flat.statement == "no trend seen"
    assert abs(rising.slope - 3.0) < 3.0 * rising.error
    assert trend([(0.0, 1.0), (0.0, 2.0), (0.0, 3.0)]) is None
    assert trend([(0.0, 1.0), (1.0, None), (1.0, 3.0)]) is None


def made(shares: dict[str, float], length: float, end: float) -> tuple[Run, Measured]:
    """Make a run whose mean length is `length` times the time, and that ends at `end` ns."""
    time = np.arange(1, round(end / 0.1) + 1) * 0.1
    one = next(iter(shares)) if len(shares) == 1 else None
    statepoint = {
        "particle": one,
        "mixture": None if one else shares,
        "relative_permittivity": 1.0,
        "n_bodies": 200,
    }
    opposite = np.full(len(time), 0.0 if one else 0.4)
    growing = length * time
    return (
        Run(str(shares), statepoint, Path(), {}),
        Measured({}, {}, time, growing, 2.0 * growing, opposite),
    )


def test_runs_are_compared_over_the_time_that_all_have() -> None:
    excess = Excess(enantiomers=("R-Au-Cu", "S-Au-Cu"), medium="dry")
    runs = [
        made({"R-Au-Cu": 0.5, "S-Au-Cu": 0.5}, 1.0, 3.0),
        made({"R-Au-Cu": 0.5, "S-Au-Cu": 0.5}, 1.0, 6.0),
        made({"R-Au-Cu": 0.75, "S-Au-Cu": 0.25}, 1.0, 6.0),
        made({"S-Au-Cu": 1.0}, 1.0, 6.0),
        made({"R-1": 0.5, "S-1": 0.5}, 9.0, 0.3),  # another substance
    ]
    found = compare_excess(excess, runs)
    assert found is not None
    assert found.window_ns == pytest.approx((2.0, 3.0))
    assert [point.excess for point in found.points] == [0.0, 0.0, 0.5, 1.0]
    # the longer runs have longer wires in the end, but not by then
    assert [mean for _, mean, _ in by_excess(found.points, "mean_n")] == pytest.approx([2.5] * 3)
    assert found.points[0].like[0] == pytest.approx(0.6)
    assert found.points[0].random == pytest.approx(99 / 199)
    assert found.by_number is not None
    assert found.by_number.slope == pytest.approx(0.0, abs=1e-9)


def test_pure_enantiomers_alone_are_no_mixtures() -> None:
    excess = Excess(enantiomers=("R-Au-Cu", "S-Au-Cu"), medium="dry")
    assert compare_excess(excess, [made({"R-Au-Cu": 1.0}, 1.0, 1.0)]) is None
