"""Averages of correlated time series and of replicas, with standard errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from janus_md.common.observables import frame_columns
from janus_md.model.body import FloatArray

AVERAGED_SHARE = 1.0 / 3.0
"""Fraction of the frames, at the end of the run, over which the summary averages."""


def statistical_inefficiency(series: FloatArray) -> float:
    """Return the number of correlated samples per independent sample, at least 1.

    ``g = 1 + 2 sum_t (1 - t/T) C(t)`` with the normalised autocorrelation C, summed up to its first
    value that is not positive (Chodera, Swope, Pitera, Seok and Dill, J. Chem. Theory Comput. 3,
    26, 2007, eqs 20-23). The maximum is T: a series that never decorrelates, for example one that
    drifts throughout, counts as a single sample.
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
    """Return the mean and standard error of a correlated series; None if undefined.

    The error is ``s sqrt(g / T)`` with the sample standard deviation s and the statistical
    inefficiency g. NaN values are ignored, for example the mean bond length of a frame without
    bonds. A single value has no error.
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


def circular_mean(angles: Sequence[float] | FloatArray, period: float) -> tuple[float, float]:
    """Return the mean direction of angles in [0, period), and the resultant length in [0, 1].

    Source: Mardia and Jupp, "Directional Statistics", 2000, section 2.2.
    """
    phase = 2.0 * np.pi / period * np.asarray(angles, dtype=np.float64)
    resultant = complex(np.mean(np.exp(1j * phase)))
    return float(np.angle(resultant) * period / (2.0 * np.pi)) % period, abs(resultant)


def circular_mean_and_error(
    angles: Sequence[float] | FloatArray, period: float
) -> dict[str, float | None]:
    """Return the mean direction of a series of angles, its standard error, and the period.

    Mean and error are None if they are undefined. The error is that of :func:`mean_and_error` for
    the deviations from the mean direction. NaN values are ignored.
    """
    values = np.asarray(angles, dtype=np.float64)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return {"mean": None, "error": None, "period": period}
    mean, _ = circular_mean(values, period)
    about = (values - mean + period / 2.0) % period - period / 2.0
    return {"mean": mean, "error": mean_and_error(about)["error"], "period": period}


def first_averaged(n_frames: int) -> int:
    """Return the index of the first frame of the last third, which has at least one frame."""
    return n_frames - max(1, round(n_frames * AVERAGED_SHARE))


def summarize(
    columns: Mapping[str, FloatArray], periods: Mapping[str, float] | None = None
) -> dict[str, dict[str, float | None]]:
    """Average columns of frames.parquet over the last third of the frames.

    `periods` are those of columns that are angles, whose means are circular.
    """
    begin = first_averaged(len(columns["frame"]))
    found = {}
    for column in frame_columns():
        if column.averaged:
            values = np.asarray(columns[column.name])[begin:]
            period = (periods or {}).get(column.name)
            found[column.name] = (
                circular_mean_and_error(values, period) if period else mean_and_error(values)
            )
    return found


def combine_replicas(
    means: Sequence[float], errors: Sequence[float | None], period: float = 0.0
) -> tuple[float, float | None]:
    """Return the mean over replicas and its standard error.

    The error is the larger of two estimates: the spread of the replicas, ``s / sqrt(R)``, which may
    be too small by chance for two or three replicas, and the propagated errors,
    ``sqrt(sum e^2) / R``. It is None if neither is known. For a mean, the first estimate is the
    limit of a bootstrap over replicas (:func:`janus_md.analysis.series.growth.bootstrap_error`) for
    many resamples; other statistics need the bootstrap. Angles with a `period` are averaged
    relative to their mean direction.
    """
    if period:
        centre, _ = circular_mean(means, period)
        mean, error = combine_replicas(
            [math.remainder(one - centre, period) for one in means], errors
        )
        return (centre + mean) % period, error
    count = len(means)
    mean = math.fsum(means) / count
    estimates = []
    if count > 1:
        estimates.append(float(np.std(means, ddof=1)) / math.sqrt(count))
    known = [e for e in errors if e is not None and math.isfinite(e)]
    if len(known) == count:
        estimates.append(math.sqrt(sum(e * e for e in known)) / count)
    return mean, max(estimates) if estimates else None
