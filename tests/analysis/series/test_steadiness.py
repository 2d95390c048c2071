"""The definition of a steady run against series with known answers."""

import numpy as np
import pytest

from janus_md.analysis.series.steadiness import (
    DRIFT,
    FEW_BODIES,
    FEW_SAMPLES,
    SLOW_BONDS,
    settled,
    steadiness,
)
from tests.analysis.series.test_averages import autoregressive

STEPS = 1000.0 * np.arange(600)
"""Steps of the frames."""


def lengths(seed, phi=0.5, mean=10.0, spread=0.5):
    """Stationary mean lengths with 600 (1 - phi) / (1 + phi) independent samples."""
    return mean + spread * autoregressive(phi, 600, 1, seed)[0]


def judged(sizes, n_bodies=500, bonds=0.9, lifetime=10_000.0, coupling=7.0):
    """Reasons why a run with these lengths is not steady."""
    found = steadiness(
        sizes,
        n_bodies,
        steps=STEPS,
        bonds=np.full(len(sizes), bonds * n_bodies),
        lifetime=lifetime,
        coupling=coupling,
    )
    return found.reasons


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.8])
def test_stationary_series_are_steady(phi):
    """66 to 600 samples: of 100 such runs, at most 2 are called otherwise."""
    found = [judged(lengths(seed, phi)) for seed in range(100)]
    assert sum(one != () for one in found) <= 2


def test_samples_of_a_stationary_series():
    """An autoregressive series has T (1 - phi) / (1 + phi) samples."""
    found = [settled(s).samples for s in autoregressive(0.8, 4000, 20, 7)]
    assert np.mean(found) == pytest.approx(4000 / 9, rel=0.2)


def test_strong_drift():
    """Lengths that rise by eight standard deviations, and by much more."""
    rise = np.linspace(0.0, 4.0, 600)
    for seed in range(20):
        assert set(judged(lengths(seed, 0.0) + rise)) & {DRIFT, FEW_SAMPLES}
    assert judged(np.linspace(1.0, 9.0, 600)) != ()


def test_weak_drift():
    """A rise by one standard deviation of white noise, 600 values.

    The standard error of a fitted change is s sqrt(12 / n), so that the rise has 7.1 of them.
    """
    rise = np.linspace(0.0, 0.5, 600)
    found = [judged(lengths(seed, 0.0) + rise) for seed in range(50)]
    assert sum(one == (DRIFT,) for one in found) >= 35


def test_a_significant_but_negligible_drift_is_none():
    """A rise by one percent, which is one standard deviation and seven standard errors."""
    rise = np.linspace(0.0, 0.1, 600)
    found = [judged(lengths(seed, 0.0, spread=0.1) + rise) for seed in range(50)]
    assert sum(one == () for one in found) >= 45


def test_relaxation_before_the_steady_part_is_cut_off():
    """A decay with a time of 30 frames in front of noise."""
    sizes = lengths(3) + 8.0 * np.exp(-np.arange(600) / 30.0)
    found = steadiness(sizes, 500)
    assert found.steady
    assert 30 < found.begin < 300


def test_few_samples():
    """600 (1 - 0.98) / (1 + 0.98) = 6 independent samples."""
    found = [judged(lengths(seed, 0.98)) for seed in range(20)]
    assert sum(FEW_SAMPLES in one for one in found) >= 18


def test_slow_bonds():
    """Bonds that live for half of the run, that never break, or that are too strong."""
    sizes = lengths(5)
    assert judged(sizes) == ()
    assert judged(sizes, lifetime=300_000.0) == (SLOW_BONDS,)
    assert judged(sizes, lifetime=None) == (SLOW_BONDS,)
    assert judged(sizes, coupling=11.0) == (SLOW_BONDS,)
    # ten lifetimes of 59,000 steps are within the 599,000 steps, ten of 61,000 are not
    flat = np.full(600, 10.0) + 1e-3 * (np.arange(600) % 2)
    assert judged(flat, lifetime=59_000.0) == ()
    assert judged(flat, lifetime=61_000.0) == (SLOW_BONDS,)


def test_slow_bonds_do_not_matter_where_there_are_none():
    """Fewer than two of these few bonds were seen to break."""
    assert judged(lengths(6, mean=1.02, spread=0.01), bonds=0.01, lifetime=None) == ()


def test_few_bodies():
    """A mean size of 10 in boxes of 49 and of 55 bodies."""
    sizes = lengths(7, spread=0.1)
    assert judged(sizes, n_bodies=49) == (FEW_BODIES,)
    assert judged(sizes, n_bodies=55) == ()


def test_short_series_and_gaps_are_not_judged():
    assert steadiness([1.0, 2.0, 3.0], 100) is None
    assert steadiness([1.0, 2.0, np.nan, 2.0, 1.0], 100) is None
