"""Averages of correlated series with standard errors, and of replicas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from janus_md.common.observables import frame_columns
from janus_md.model.body import FloatArray

AVERAGED_SHARE = 1.0 / 3.0
"""Share of the frames, counted from the end, that the summary averages over."""


def statistical_inefficiency(series: FloatArray) -> float:
    """Return how many correlated samples are worth one independent sample, at least 1.

    ``g = 1 + 2 sum_t (1 - t/T) C(t)`` with the normalised autocorrelation C, summed up to its first
    value that is not positive (Chodera, Swope, Pitera, Seok and Dill, J. Chem. Theory Comput. 3,
    26, 2007, eqs 20-23). At most T: a series that never loses its memory, such as one that drifts
    all the way, counts as a single sample.
    """
    values = np.asarray(series, dtype=np.float64)
    total = len(values)
    deviation = values - values.mean() if total else values
    variance = float(np.mean(deviation**2)) if total else 0.0
    if total < 3 or variance <= 1e-24 * max(1.0, float(np.mean(values**2))):
        return 1.0
    size = 1 << (2 * total - 1).bit_length()
    spectrum = np.fft.rfft(deviation, size)
    lags = np.arange(1, total)
    products = np.fft.irfft(spectrum * spectrum.conj(), size)[1:total]
    correlation = products / (total - lags) / variance
    below = np.flatnonzero(correlation <= 0.0)
    stop = int(below[0]) if len(below) else total - 1
    weights = 1.0 - lags[:stop] / total
    g = 1.0 + 2.0 * float(np.sum(weights * correlation[:stop]))
    return float(min(max(g, 1.0), total))


def mean_and_error(series: Sequence[float] | FloatArray) -> dict[str, float | None]:
    """Mean and standard error of a correlated series; None where there is none.

    The error is ``s sqrt(g / T)`` with the sample's standard deviation s and the statistical
    inefficiency g; NaN values (a frame without bonds has no mean bond length) are left out. A
    single value has no error.
    """
    values = np.asarray(series, dtype=np.float64)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return {"mean": None, "error": None}
    mean = float(values.mean())
    if len(values) == 1:
        return {"mean": mean, "error": None}
    spread = float(values.std(ddof=1))
    return {
        "mean": mean,
        "error": spread * math.sqrt(statistical_inefficiency(values) / len(values)),
    }


def first_averaged(n_frames: int) -> int:
    """Index of the first frame of the last third, which holds at least one frame."""
    return n_frames - max(1, round(n_frames * AVERAGED_SHARE))


def summarize(columns: Mapping[str, FloatArray]) -> dict[str, dict[str, float | None]]:
    """Average the columns of frames.parquet that are averaged over the last third of the frames."""
    names = [column.name for column in frame_columns() if column.averaged]
    begin = first_averaged(len(columns["frame"]))
    return {name: mean_and_error(np.asarray(columns[name])[begin:]) for name in names}


def combine_replicas(
    means: Sequence[float], errors: Sequence[float | None]
) -> tuple[float, float | None]:
    """Mean over replicas and its standard error.

    The error is the larger of two estimates: the replicas' own spread, ``s / sqrt(R)``, which two
    or three replicas can make too small by chance, and their errors propagated,
    ``sqrt(sum e^2) / R``. None where neither is known. For a mean, the first is what a bootstrap
    over replicas (:func:`janus_md.analysis.series.growth.bootstrap_error`) tends to with the number
    of its draws; other statistics need the draws.
    """
    count = len(means)
    mean = math.fsum(means) / count
    estimates = []
    if count > 1:
        estimates.append(float(np.std(means, ddof=1)) / math.sqrt(count))
    known = [e for e in errors if e is not None and math.isfinite(e)]
    if len(known) == count:
        estimates.append(math.sqrt(sum(e * e for e in known)) / count)
    return mean, max(estimates) if estimates else None
