"""Series in time against series of known onset, exponent and memory."""

import numpy as np
import pytest

from janus_md.analysis.series.growth import (
    bootstrap_error,
    equilibration,
    growth_exponent,
    growth_fit,
    onset,
)
from tests.analysis.series.test_averages import autoregressive


def test_relaxation_is_cut_off_and_samples_are_counted():
    """A decay in front of noise with g = (1 + 0.8) / (1 - 0.8) = 9."""
    noise = autoregressive(0.8, 4000, 10, 7)
    found = [equilibration(30.0 * np.exp(-np.arange(4000) / 60.0) + s) for s in noise]
    begins = np.array([one.begin for one in found])
    assert np.all((begins > 100) & (begins < 1500))
    samples = np.mean([one.samples * 4000 / (4000 - one.begin) for one in found])
    assert samples == pytest.approx(4000 / 9, rel=0.2)


def test_short_series_is_refused():
    with pytest.raises(ValueError, match="too short"):
        equilibration([1.0, 2.0, 3.0])


def test_onset_of_a_step():
    rng = np.random.default_rng(2)
    series = np.where(np.arange(500) < 180, 1.0, 2.0) + 0.4 * rng.normal(size=500)
    assert abs(onset(series) - 180) <= 5
    assert onset(np.where(np.arange(50) < 20, 1.0, 2.0)) == 20


def test_noise_has_no_onset():
    """False alarms of the criterion are rare: of 100 series of noise, correlated or not, few."""
    white = [onset(s) for s in autoregressive(0.0, 300, 50, 3)]
    red = [onset(s) for s in autoregressive(0.7, 300, 50, 4)]
    assert sum(one is not None for one in white + red) <= 10
    assert onset(np.ones(50)) is None
    assert onset([1.0, 2.0]) is None


@pytest.mark.parametrize("exponent", [0.5, 1.0])
def test_exponent_of_a_power_law(exponent):
    rng = np.random.default_rng(5)
    time = np.arange(0.0, 400.0)
    length = 0.1 * time**exponent * np.exp(0.1 * rng.normal(size=400))
    slope, error = growth_exponent(time, length)
    assert abs(slope - exponent) < 4 * error
    assert 0.0 < error < 0.1


def test_extrapolated_time_has_the_error_of_the_fit():
    """The line of each of 100 noisy power laws reaches 600 at the exact time within its error."""
    rng = np.random.default_rng(8)
    time = np.arange(1.0, 401.0)
    pulls = []
    for _ in range(100):
        fit = growth_fit(time, 0.5 * time**0.7 * np.exp(0.1 * rng.normal(size=400)))
        found, error = fit.log_time_of(600.0)
        pulls.append((found - np.log(1200.0) / 0.7) / error)
    # errors from 8 bins have 6 degrees of freedom: Student's t has the variance 6 / 4
    assert abs(np.mean(pulls)) < 4.0 * np.sqrt(1.5 / 100)
    assert 0.8 < np.std(pulls) < 1.8


def test_exponent_needs_several_times():
    with pytest.raises(ValueError, match="several positive times"):
        growth_exponent(np.zeros(3), np.ones(3))
    with pytest.raises(ValueError, match="3 bins"):
        growth_exponent(np.array([1.0, 9.0]), np.array([1.0, 2.0]))


def test_bootstrap_error_of_a_mean():
    """It must be the standard error of the mean, s / sqrt(R), on average."""
    rng = np.random.default_rng(6)
    errors = [
        bootstrap_error([np.array([v]) for v in rng.normal(size=8)], lambda m: float(m[0]), seed=k)[
            1
        ]
        for k in range(60)
    ]
    # E[s] of 8 normal values is 0.965; the mean of 60 errors is known to about 4 %.
    assert np.mean(errors) == pytest.approx(0.965 / np.sqrt(8), rel=0.15)
    with pytest.raises(ValueError, match="2 or more"):
        bootstrap_error([np.ones(3)], np.mean)
