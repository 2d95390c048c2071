"""The rule by which a measured value and a published range agree, disagree, or do neither."""

from __future__ import annotations

import math

AGREEMENT = "agreement"
DISAGREEMENT = "disagreement"
CALIBRATED = "put in by calibration"
UNDECIDED = "undecided"
NOT_COMPARED = "not compared"
NO_DATA = "no data"

VERDICTS = (AGREEMENT, DISAGREEMENT, UNDECIDED, CALIBRATED, NOT_COMPARED, NO_DATA)
"""All of them."""

ERRORS = 2.0
"""Standard errors to either side that a measured value is taken to reach."""


def verdict(
    mean: float | None,
    error: float | None,
    low: float | None,
    high: float | None,
    *,
    calibrated: bool = False,
    period: float = 0.0,
) -> str:
    """Hold a value against a range.

    The value reaches :data:`ERRORS` standard errors to either side. If all of that lies in the
    range: agreement, or put in by calibration where the model was made to agree. If none of it
    does: disagreement, calibrated or not. Else, or without a known error: undecided.

    Parameters
    ----------
    mean, error : float or None
        The value and its standard error.
    low, high : float or None
        The range; without either end it is open there, without both nothing is compared.
    calibrated : bool
        Whether the model was made to agree.
    period : float
        Of an angle: the value is taken where it is nearest to the middle of the range. 0: none.

    Returns
    -------
    str
        One of this module's words.
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
