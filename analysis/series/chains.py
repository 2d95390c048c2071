"""Averages of wires over a run that are not means over its frames: turn and persistence length."""

from __future__ import annotations

import math
from collections.abc import Mapping

TURN = "turn_deg"
"""Column of frames.parquet that is an angle."""

Average = Mapping[str, float | None]
"""Mean and standard error."""


def persistence(bond: Average, cosine: Average) -> dict[str, float | None]:
    """Return the persistence length of the wires of a run and its standard error, nm.

    ``P = -b / ln c`` with the mean bond length b and the mean cosine c between consecutive bonds
    (Kratky and Porod, Recl. Trav. Chim. Pays-Bas 68, 1106, 1949). Averaging c before the logarithm
    avoids the bias, and the undefined values, of frames with few bonds. The error is that of c and
    b, ``dP/dc = b / (c ln(c)^2)`` and ``dP/db = -1 / ln c``.

    Parameters
    ----------
    bond, cosine : mapping
        Averages of b, nm, and of c.

    Returns
    -------
    dict
        None if c is not between 0 and 1, or undefined.
    """
    b, c = bond["mean"], cosine["mean"]
    if b is None or c is None or not 0.0 < c < 1.0 - 1e-12:
        return {"mean": None, "error": None}
    logarithm = math.log(c)
    of_c, of_b = cosine["error"], bond["error"]
    error = (
        None
        if of_c is None or of_b is None
        else math.hypot(b * of_c / (c * logarithm**2), of_b / logarithm)
    )
    return {"mean": -b / logarithm, "error": error}
