"""Text of a value with its standard error, the same in reports, tables, papers and benchmarks."""

from __future__ import annotations

import math

MISSING = "\N{EN DASH}"
"""Symbol of a missing value."""

DECIMALS = 3
"""Decimals of a value of 0.1 or more at most, which keeps columns narrow."""

LARGE = 1e9
"""Values from which a power of 10 is written."""

MEANING = "1.63(2) means 1.63 with a standard error of 0.02"
"""The meaning of this form, stated once in every report and table."""


def with_error(value: float | None, error: float | None, decimals: int = DECIMALS) -> str:
    """Return a value with its standard error in units of the last digit, such as ``1.63(2)``.

    Parameters
    ----------
    value : float or None
        The value; None or NaN gives :data:`MISSING`.
    error : float or None
        Its standard error. Without one, or if it is 0, the value has four significant digits.
    decimals : int
        Maximum number of decimals; values below 0.1 have three significant digits if these are
        more. An error that is smaller than the last digit is shown as 1. Large values have a power
        of 10, such as ``1.63(2)e12``.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if abs(value) >= LARGE:
        power = math.floor(math.log10(abs(value)))
        scaled = None if error is None else error / 10.0**power
        return f"{with_error(value / 10.0**power, scaled, decimals)}e{power}"
    if error is None or not math.isfinite(error) or error == 0.0:
        return f"{value:.4g}" if abs(value) < 10000.0 else f"{value:.0f}"
    small = 0 if value == 0.0 else 2 - math.floor(math.log10(abs(value)))
    rounded = float(f"{error:.0e}")
    digits = max(0, -math.floor(math.log10(rounded)))
    digits = min(digits, max(decimals, small))
    last = max((rounded if digits else error) * 10**digits, 1.0)
    return f"{round(value, digits) + 0.0:.{digits}f}({last:.0f})"
