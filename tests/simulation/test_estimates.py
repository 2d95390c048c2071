"""Estimates of walltime and memory from the number of sites and measurements."""

from __future__ import annotations

from typing import Any

import pytest

from janus_md.model.setup import Setup
from janus_md.simulation import estimates
from janus_md.simulation.estimates import Measurement, comparable, memory_needed, seconds_needed
from janus_md.study.resolve import resolve
from tests.simulation.files.test_resume import point

RAN = {"device": "cpu", "threads": 1, "ranks": 1, "steps": 1000, "seconds": 10.0}


def setup(n_bodies: int = 8, **changes: Any) -> Setup:
    return resolve(point(n_bodies=n_bodies, **changes))


def test_other_systems_count_by_their_number_of_sites() -> None:
    """A sphere has 3 sites and a bladed body 15, so the work is five times larger."""
    one = setup(8)
    known = [Measurement.of(one, RAN)]
    assert known[0].site_steps_per_second == 24 * 100.0
    for other, factor in ((one, 1.0), (setup(32), 4.0), (setup(8, model="bladed"), 5.0)):
        wanted = 1.25 * factor * other.steps / 100.0
        assert seconds_needed(other, None, known) == pytest.approx(wanted)
    # What the job itself has shown counts before all others.
    begun = RAN | {"steps": 100, "seconds": 1.0}
    left = 1.25 * (one.steps - 100) / 100.0
    assert seconds_needed(one, begun, [Measurement(one, 1.0)]) == pytest.approx(left)


def test_of_several_measurements_the_slowest_of_the_nearest_size_counts() -> None:
    small, large = setup(8), setup(512)
    known = [Measurement(small, 4e4), Measurement(small, 3e4), Measurement(large, 1e3)]
    near = setup(16)
    work = near.n_sites * near.steps
    assert seconds_needed(near, None, known) == pytest.approx(1.25 * work / 3e4)
    near = setup(256)
    work = near.n_sites * near.steps
    assert seconds_needed(near, None, known) == pytest.approx(1.25 * work / 1e3)


def test_memory_is_raised_where_an_earlier_job_needed_more() -> None:
    one, other = setup(8), setup(1000)
    assumed = memory_needed(other)
    assert assumed == pytest.approx(800 + 250)  # 0.25 MB a sphere
    assert memory_needed(other, "gpu") == pytest.approx(2000 + 250)
    assert memory_needed(other, "cpu", [Measurement(one, 1.0)]) == assumed
    assert memory_needed(other, "cpu", [Measurement(one, 1.0, 300.0)]) == assumed
    twice = 2.0 * memory_needed(one)
    assert memory_needed(other, "cpu", [Measurement(one, 1.0, twice)]) == pytest.approx(
        2.5 * assumed
    )


def test_only_executions_of_the_same_kind_are_used() -> None:
    assert comparable(RAN, "cpu", 1)
    assert comparable(RAN, "cpu", 4)  # slower than what is to come, which does no harm
    assert not comparable(RAN, "gpu", 1)
    assert not comparable(RAN | {"threads": 4}, "cpu", 1)
    assert not comparable(RAN | {"ranks": 2}, "cpu", 1)
    assert not comparable(RAN | {"steps": 0, "seconds": 0.0}, "cpu", 1)
    assert not comparable({}, "cpu", 1)


def test_without_a_measurement_a_low_speed_is_assumed() -> None:
    one = setup(216)
    steps_per_second = one.steps * 1.0 / seconds_needed(one)
    assert steps_per_second == pytest.approx(estimates.SITE_STEPS_PER_HOUR / 3600 / 648)
    assert 250 < steps_per_second < 260
