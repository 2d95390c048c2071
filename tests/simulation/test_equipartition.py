"""Judging kinetic temperatures: series with known answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, norm

from janus_md.simulation.equipartition import (
    ERRORS,
    RELATIVE_TOLERANCE,
    Part,
    effective,
    excess,
    kinetic,
    limits,
)

DAMPING = 5.0


def noise(
    rng: np.random.Generator, samples: int, interval: float, freedom: int, damping: float = DAMPING
) -> np.ndarray:
    """Kinetic temperature over the bath's of free bodies under Langevin dynamics, exactly.

    Each velocity is an Ornstein-Uhlenbeck process: it forgets in `damping` ps.
    """
    kept = np.exp(-interval / damping)
    velocity, found = rng.normal(size=freedom), np.empty(samples)
    for k in range(samples):
        found[k] = np.mean(velocity**2)
        velocity = kept * velocity + np.sqrt(1.0 - kept**2) * rng.normal(size=freedom)
    return found


def judged(ratios: np.ndarray, interval: float, freedom: int, damping: float = DAMPING) -> Part:
    times = interval * np.arange(len(ratios))
    return max(kinetic(times, ratios, freedom, damping, damping), key=lambda part: part.strain)


@pytest.mark.parametrize("freedom", [3, 12, 100, 5000])
def test_limits_are_those_of_chi_square_at_five_standard_errors(freedom: int) -> None:
    """A little wider where there are few."""
    low, high = limits(freedom)
    upper = chi2.isf(norm.sf(ERRORS), freedom) / freedom
    lower = chi2.ppf(norm.sf(ERRORS), freedom) / freedom
    assert upper - 1e-3 < high < 1 + 1.1 * (upper - 1)
    assert lower - 0.02 < low < lower + 1e-3


def test_many_degrees_of_freedom_have_five_standard_errors() -> None:
    low, high = limits(1e6)
    assert [low, high] == pytest.approx([1 - 5 * np.sqrt(2e-6), 1 + 5 * np.sqrt(2e-6)], abs=5e-5)


@pytest.mark.parametrize("interval", [0.5, 5.0, 20.0])
def test_errors_of_correlated_noise_are_not_too_small(interval: float) -> None:
    """Nor more than twice too large: the correlation assumed is up to twice that of free bodies."""
    rng = np.random.default_rng(1)
    means = [noise(rng, 200, interval, 30).mean() for _ in range(300)]
    stated = np.sqrt(2.0 / (30 * effective(200, interval, DAMPING)))
    found, scatter = np.std(means), np.std(means) / np.sqrt(600)
    assert stated > found - 3 * scatter
    assert stated < 1.5 * (found + 3 * scatter)


@pytest.mark.parametrize("interval", [0.5, 5.0, 20.0, 1000.0])
@pytest.mark.parametrize("freedom", [3, 96])
def test_noise_of_a_bath_is_never_taken_for_heat(interval: float, freedom: int) -> None:
    rng = np.random.default_rng(2)
    worst = [judged(noise(rng, 400, interval, freedom), interval, freedom) for _ in range(50)]
    assert max(part.strain for part in worst) < 1.0


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_deviation_of_ten_percent_is_found(factor: float) -> None:
    """A run of the default length, 216 bodies: in the mean over all of it."""
    part = judged(factor * noise(np.random.default_rng(3), 401, 20.0, 648), 20.0, 648)
    assert part.strain > 1.0
    assert part.value == pytest.approx(factor, abs=4 * part.error)


def test_deviation_of_two_percent_is_allowed() -> None:
    assert judged(1.02 * noise(np.random.default_rng(4), 401, 20.0, 648), 20.0, 648).strain < 1.0


def test_heat_at_the_end_is_located() -> None:
    """A run whose mean is within the limits, but whose last block is not."""
    ratios = noise(np.random.default_rng(5), 1602, 5.0, 648)
    ratios[1505:] *= 1.15
    times = 5.0 * np.arange(1602)
    parts = kinetic(times, ratios, 648, DAMPING, DAMPING)
    assert [part.block for part in parts] == list(range(16))
    assert parts[0].strain < 1.0
    assert [part.block for part in parts if part.strain > 1.0] == [15]
    assert (parts[15].begin, parts[15].end) == (7025.0, 8005.0)  # it has what is left over


def test_blocks_have_a_hundred_damping_times_and_ten_samples_or_more() -> None:
    ones = np.ones(401)
    parts = kinetic(20.0 * np.arange(401), ones, 648, DAMPING, DAMPING)
    # Of 25 samples each, after the first 5 damping times; 399 are 15 blocks, the last of 49.
    assert [part.end - part.begin for part in parts[1:]] == [500.0] * 14 + [980.0]
    assert parts[1].begin == 20.0
    parts = kinetic(1000.0 * np.arange(401), ones, 648, DAMPING, DAMPING)
    assert [part.end - part.begin for part in parts[1:]] == [10_000.0] * 40
    assert len(kinetic(1.0 * np.arange(401), ones, 648, DAMPING, DAMPING)) == 1  # a short run


def test_beginning_of_a_run_is_ignored() -> None:
    """Bodies initially at rest do not count as cold and do not hide later heating."""
    ratios = np.ones(101)
    ratios[:25] = 0.0
    assert judged(ratios, 1.0, 100_000).strain == 0.0
    assert judged(np.where(ratios == 0.0, 0.0, 1.1), 1.0, 100_000).strain > 1.0


def test_run_of_one_frame_is_checked() -> None:
    assert judged(np.array([9.0, 1.0]), 2.0, 48).strain < 1.0
    assert judged(np.array([1.0, 9.0]), 2.0, 48).strain > 1.0


def test_heat_of_bonds_is_allowed_where_they_form() -> None:
    """In 500 ps each body of 6 degrees of freedom loses 14 kT: 2.3 % in 5 ps of damping."""
    times, freedom = 20.0 * np.arange(401), 3 * 100_000
    released = np.interp(times, [20.0, 520.0], [0.0, -14.0 / 6.0])
    ratios = np.where((times > 20.0) & (times <= 520.0), 1.0 + 14.0 / 6.0 * 5.0 / 500.0, 1.0)
    assert max(p.strain for p in kinetic(times, ratios, freedom, 5.0, 5.0)) > 1.0
    assert max(p.strain for p in kinetic(times, ratios, freedom, 5.0, 5.0, released)) < 1.0
    late = kinetic(times, np.roll(ratios, 100), freedom, 5.0, 5.0, released)
    assert [part.block for part in late if part.strain > 1.0] == [5]  # there none form


def test_excess_of_the_time_step_is_limited_to_two_percent() -> None:
    rng = np.random.default_rng(6)
    times = 20.0 * np.arange(401)

    def worst(mean: float) -> float:
        values = mean + 0.01 * rng.normal(size=401)
        return max(part.strain for part in excess(times, values, 648, 5.0, 5.0, 1.0))

    assert worst(0.0004) < 1.0
    assert worst(RELATIVE_TOLERANCE) < 1.0
    assert worst(0.05) > 1.0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_fail(bad: float) -> None:
    ratios = np.ones(50)
    ratios[30] = bad
    assert judged(ratios, 20.0, 48).strain == np.inf
