"""Errors of correlated series against the closed form for an autoregressive process."""

import numpy as np
import pytest

from janus_md.analysis.series.averages import (
    circular_mean,
    circular_mean_and_error,
    combine_replicas,
    first_averaged,
    mean_and_error,
    statistical_inefficiency,
    summarize,
)
from janus_md.analysis.series.growth import bootstrap_error
from janus_md.common.observables import frame_columns


def autoregressive(phi, length, series, seed):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(series, length))
    x = np.empty_like(noise)
    x[:, 0] = noise[:, 0] / np.sqrt(1.0 - phi**2)
    for t in range(1, length):
        x[:, t] = phi * x[:, t - 1] + noise[:, t]
    return x


@pytest.mark.parametrize("phi", [0.0, 0.6, 0.9])
def test_inefficiency_of_an_autoregressive_process(phi):
    """C(t) = phi^t, so g = (1 + phi) / (1 - phi) (Priestley, Spectral Analysis, 1981, 5.3)."""
    g = [statistical_inefficiency(s) for s in autoregressive(phi, 20000, 20, 1)]
    exact = (1.0 + phi) / (1.0 - phi)
    error = np.std(g, ddof=1) / np.sqrt(len(g))
    assert abs(np.mean(g) - exact) < 4.0 * error + 0.03 * exact


def test_standard_error_is_the_scatter_of_the_mean():
    results = [mean_and_error(s) for s in autoregressive(0.8, 2000, 400, 2)]
    scatter = np.std([r["mean"] for r in results], ddof=1)
    stated = np.sqrt(np.mean([r["error"] ** 2 for r in results]))
    # The scatter of 400 means is itself known to 1/sqrt(800) = 3.5 %.
    assert stated == pytest.approx(scatter, rel=0.14)


def test_undefined_values_are_left_out():
    assert mean_and_error([np.nan, 2.0, np.nan]) == {"mean": 2.0, "error": None}
    assert mean_and_error([np.nan]) == {"mean": None, "error": None}
    assert mean_and_error([3.0] * 9) == {"mean": 3.0, "error": 0.0}


def test_last_third():
    assert [first_averaged(n) for n in (1, 2, 3, 400)] == [0, 1, 2, 267]


def test_summary_averages_every_column_over_the_last_third():
    columns = {column.name: np.arange(9.0) + k for k, column in enumerate(frame_columns())}
    columns["mean_n_energy"] = np.full(9, np.nan)
    found = summarize(columns)
    averaged = [column.name for column in frame_columns() if column.averaged]
    assert list(found) == averaged
    assert {"mean_n", "mean_w", "longest", "nematic_S", "mean_cluster_n"} < set(averaged)
    first = [column.name for column in frame_columns()].index("mean_n")
    assert found["mean_n"]["mean"] == 7.0 + first
    assert found["mean_w"]["mean"] == 8.0 + first
    assert found["mean_n_energy"] == {"mean": None, "error": None}


def test_replicas():
    mean, error = combine_replicas([1.0, 2.0, 3.0], [0.1, 0.1, 0.1])
    assert (mean, error) == (2.0, pytest.approx(1.0 / np.sqrt(3.0)))
    assert combine_replicas([2.0, 2.0], [0.3, 0.4]) == (2.0, pytest.approx(0.25))
    assert combine_replicas([2.0], [None]) == (2.0, None)


def test_spread_of_replicas_is_the_limit_of_their_bootstrap() -> None:
    """Of a mean, within four standard errors of a standard deviation from so many draws."""
    rng = np.random.default_rng(8)
    means = rng.normal(10.0, 2.0, 12)
    repeats = 4000
    mean, error = combine_replicas(means.tolist(), [None] * 12)
    drawn_mean, drawn = bootstrap_error(
        [np.array([m]) for m in means], lambda series: float(series[0]), repeats=repeats
    )
    assert drawn_mean == pytest.approx(mean)
    assert drawn == pytest.approx(error, rel=4 / np.sqrt(2 * repeats))


def test_circular_means():
    mean, resultant = circular_mean([110.0, 10.0], 120.0)
    assert (mean + 60.0) % 120.0 - 60.0 == pytest.approx(0.0, abs=1e-9)
    assert resultant == pytest.approx(np.cos(np.pi / 6))
    assert circular_mean([60.0, 180.0], 120.0) == (pytest.approx(60.0), pytest.approx(1.0))


def test_error_of_a_circular_mean_is_that_of_the_deviations():
    """Angles about the end of the period: the error of their mean is s / sqrt(n)."""
    noise = np.random.default_rng(3).normal(0.0, 5.0, 400)
    found = circular_mean_and_error((118.0 + noise) % 120.0, 120.0)
    assert found["error"] == pytest.approx(noise.std(ddof=1) / 20.0, rel=0.5)
    assert abs((found["mean"] - 118.0 + 60.0) % 120.0 - 60.0) < 4.0 * 5.0 / 20.0
    assert found["period"] == 120.0
    mean, error = combine_replicas([119.0, 1.0], [0.1, 0.1], 120.0)
    assert (mean + 60.0) % 120.0 - 60.0 == pytest.approx(0.0, abs=1e-9)
    assert error == pytest.approx(1.0)
