"""The rule for agreement or disagreement of a measured value with a published range."""

from __future__ import annotations

import math

AGREEMENT = "agreement"
DISAGREEMENT = "disagreement"
CALIBRATED = "put in by calibration"
UNDECIDED = "undecided"
NOT_COMPARED = "not compared"
NO_DATA = "no data"

VERDICTS = (AGREEMENT, DISAGREEMENT, UNDECIDED, CALIBRATED, NOT_COMPARED, NO_DATA)
"""All verdicts."""

ERRORS = 2.0
"""Half-width of the interval of a measured value, in standard errors."""


def verdict(
    mean: float | None,
    error: float | None,
    low: float | None,
    high: float | None,
    *,
    calibrated: bool = False,
    period: float = 0.0,
) -> str:
    """Compare a value with a range.

    The value has an interval of :data:`ERRORS` standard errors to either side. If the whole
    interval is in the range, the verdict is agreement, or put in by calibration if the model was
    calibrated on it. If the interval is outside the range, the verdict is disagreement, calibrated
    or not. Otherwise, or without a known error, it is undecided.

    Parameters
    ----------
    mean, error : float or None
        The value and its standard error.
    low, high : float or None
        The range; None for an open end. Without both ends, nothing is compared.
    calibrated : bool
        Whether the model was calibrated on this value.
    period : float
        Period of an angle, whose value is shifted to be nearest to the middle of the range; 0 for
        other values.

    Returns
    -------
    str
        One of :data:`VERDICTS`.
    """
    if mean is None or math.isnan(mean):
        return NO_DATA
    if low is None and high is None:
        return NOT_COMPARED
    if error is None or math.isnan(error):
        return UNDECIDED
    if period and low is not None and high is not None:
        middle = 0.5 * (low + high)
        mean = middle + math.remainder(mean - middle, period)
    bottom, top = mean - ERRORS * error, mean + ERRORS * error
    least = -math.inf if low is None else low
    most = math.inf if high is None else high
    if least <= bottom and top <= most:
        return CALIBRATED if calibrated else AGREEMENT
    return DISAGREEMENT if top < least or bottom > most else UNDECIDED
