"""Our statistical inefficiency against that of pymbar, whose import is slow and not silent."""

import numpy as np
import pytest

from janus_md.analysis.series.averages import statistical_inefficiency


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9, 0.99])
def test_statistical_inefficiency_agrees_with_pymbar(memory: float) -> None:
    timeseries = pytest.importorskip("pymbar.timeseries")
    rng = np.random.default_rng(3)
    series = np.zeros(600)
    for k in range(1, len(series)):
        series[k] = memory * series[k - 1] + rng.normal()
    # pymbar goes on for three lags after the autocorrelation has crossed zero; mintime 0 stops.
    theirs = timeseries.statistical_inefficiency(series, mintime=0)
    assert statistical_inefficiency(series) == pytest.approx(max(theirs, 1.0), rel=1e-9)
