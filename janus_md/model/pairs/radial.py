"""Integral over all space of a function of the distance, from its values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import pairwise

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray

FINE_RANGE = 4.0
"""End of the finely divided range, in units of the length scale."""

INNER, OUTER = 12, 12
"""Initial number of panels up to the length scale, and from there to FINE_RANGE."""

MIN_RANGE = 64.0
"""Minimum range of the integration, in units of the length scale."""

MAX_RATIO = 0.9
"""Largest ratio of the integrals over two successive doublings of the distance that counts as
convergence. It is 1 for the inverse cube, whose integral diverges."""

MAX_DOUBLINGS = 150
"""Largest number of doublings of the distance."""

MAX_UNCONVERGED = 6
"""Largest number of successive doublings without convergence."""

ORDER = 16
"""Order of the rule on a panel, which has one more Chebyshev point; every second point gives the
rule it is compared with."""

CHANCE_FACTOR = 4.0
"""Factor by which two rules may, by chance, agree better with each other than with the integral."""


class NoIntegral(JanusError, ValueError):
    """The integral does not exist or cannot be computed."""


@dataclass(frozen=True)
class Integral:
    """An integral over distances and its error.

    Attributes
    ----------
    value : ndarray, shape (C,)
        Of each component.
    error : float
        Largest error of a component: that of the panels and of the remainder beyond the last one.
    """

    value: FloatArray
    error: float


def integral(
    function: Callable[[float], FloatArray],
    start: float,
    scale: float,
    far: float,
    *,
    tolerance: float,
    relative: float,
) -> Integral:
    """Integrate ``function(r) r^2`` from `start` to infinity.

    Panels are halved until the values agree (Clenshaw-Curtis rules, whose nodes include the edges;
    two rules without the edges would both miss a jump next to one). Beyond ``4 scale`` each panel
    is twice as long as the one before, up to where the function is negligible. The remainder is
    extrapolated from two successive panels as a power of the distance.

    Parameters
    ----------
    function : callable
        Values, shape (C,), at a distance.
    start : float
        Lower limit.
    scale : float
        Length over which the function changes; features narrower than a few hundredths of it may
        be missed.
    far : float
        Smallest distance from which the remainder is extrapolated.
    tolerance, relative : float
        Absolute and relative target errors.

    Raises
    ------
    NoIntegral
        If a value is not finite, or the function falls off too slowly.
    """

    def weighted(r: float) -> FloatArray:
        values = function(r) if r > 0.0 else np.zeros(1)
        if not np.all(np.isfinite(values)):
            raise NoIntegral(
                f"the pair energy at {r:.4g} is not a number, or so low that the second virial "
                "coefficient is infinite; there must be a repulsion that outweighs all attraction"
            )
        return values * r * r

    end = FINE_RANGE * max(scale, start)
    first = np.linspace(start, max(scale, start), INNER + 1)
    edges = np.unique(np.concatenate([first, np.geomspace(first[-1], end, OUTER + 1)]))
    value, error = _panels(weighted, edges, 0.5 * tolerance, relative, 3 * len(edges))
    far = max(far, MIN_RANGE * scale)
    slow, pieces = 0, list[FloatArray]()
    for _ in range(MAX_DOUBLINGS):
        piece, further = _panels(
            weighted, np.array([end, 2.0 * end]), 0.02 * tolerance, relative, 24
        )
        value, error, end = value + piece, error + further, 2.0 * end
        pieces.append(piece)
        if end < far or len(pieces) < 2:
            continue
        size, before = (float(np.max(np.abs(one))) for one in (piece, pieces[-2]))
        ratio = size / before if before > 0.0 else float(size > 0.0)
        if ratio < MAX_RATIO and size * ratio / (1.0 - ratio) <= 0.25 * tolerance:
            rest = ratio / (1.0 - ratio) * piece
            return Integral(value + rest, error + float(np.max(np.abs(rest))))
        if size <= 0.01 * tolerance:  # rounding errors, which do not decrease
            return Integral(value, error + 10.0 * size)
        slow = slow + 1 if ratio >= MAX_RATIO else 0
        if slow == MAX_UNCONVERGED:
            break
    raise NoIntegral(
        "the pair energy falls off too slowly with the distance for a second virial coefficient; "
        "averaged over orientations it must fall off faster than the inverse cube"
    )


def _panels(
    function: Callable[[float], FloatArray],
    edges: FloatArray,
    tolerance: float,
    relative: float,
    limit: int,
) -> tuple[FloatArray, float]:
    """Integral over panels and its error; the worst panels are halved, up to a maximum number."""
    panels = [_panel(function, *ends) for ends in pairwise(edges.tolist())]
    heapify(panels)
    while True:
        value = np.sum([one.value for one in panels], axis=0)
        error = float(sum(one.error for one in panels))
        goal = max(tolerance, relative * float(np.max(np.abs(value))))
        if error <= goal or len(panels) >= limit:
            return value, error
        worst = heappop(panels)
        middle = 0.5 * (worst.low + worst.high)
        for ends in ((worst.low, middle), (middle, worst.high)):
            heappush(panels, _panel(function, *ends))


@dataclass(frozen=True)
class _Panel:
    low: float
    high: float
    value: FloatArray
    error: float

    def __lt__(self, other: _Panel) -> bool:
        return self.error > other.error


def _panel(function: Callable[[float], FloatArray], low: float, high: float) -> _Panel:
    """Integral over one panel, with its error as in QUADPACK (Piessens et al., 1983)."""
    nodes, fine, coarse = _rules()
    half = 0.5 * (high - low)
    found = [function(float(low + half * (1.0 + x))) for x in nodes]
    values = np.array(np.broadcast_arrays(*found))
    value = half * (fine @ values)
    apart = np.abs(value - half * (coarse @ values[::2]))
    spread = half * (fine @ np.abs(values - value / (2.0 * half)))
    with np.errstate(divide="ignore", invalid="ignore"):
        smooth = spread * (200.0 * apart / spread) ** 1.5
    rounding = 1e-14 * half * (fine @ np.abs(values))
    # if it is not smooth, the difference is about the error of the better rule, apart from chance
    error = np.where(spread > 0.0, np.minimum(smooth, CHANCE_FACTOR * apart), apart) + rounding
    return _Panel(low, high, value, float(error.max()))


@lru_cache(maxsize=1)
def _rules() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nodes from -1 to 1, and the weights of all of them and of every second one."""
    nodes = -np.cos(np.pi * np.arange(ORDER + 1) / ORDER)
    return nodes, _weights(ORDER), _weights(ORDER // 2)


def _weights(order: int) -> FloatArray:
    """Clenshaw-Curtis weights for an even order."""
    k, j = np.arange(order + 1), np.arange(1, order // 2 + 1)
    factors = np.where(j == order // 2, 1.0, 2.0) / (4.0 * j**2 - 1.0)
    sums = 1.0 - np.cos(2.0 * np.pi * np.outer(k, j) / order) @ factors
    return np.asarray(sums * np.where((k == 0) | (k == order), 1.0, 2.0) / order)
