"""When a run is steady: the one definition that queries, the report and papers use.

A run is steady if the mean size of its wires (without wires: of its clusters) by weight fulfils all
of these conditions:

1. There is a part at the end, of a third of the run or more, with 20 independent samples or more
   (:func:`janus_md.analysis.series.growth.equilibration`).
2. That part does not drift: a straight line through it rises or falls by less than 3.3 standard
   errors, or by less than 2 percent.
3. Bonds break often enough to equilibrate the lengths: the part is at least 10 mean bond lifetimes
   long, and the dipolar coupling is not above 8.
4. The bodies are enough: the mean size is at most a fifth of their number.

In equilibrium polymers, a wire of L bonds with the lifetime T breaks after T / L, and lengths relax
within T (Cates and Candau, J. Phys.: Condens. Matter 2, 6869, 1990). Lengths above a fifth of the
bodies are limited by the box: the exponential distribution of lengths is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from janus_md.analysis.series import growth
from janus_md.model.body import FloatArray

LEAST_SHARE = 1.0 / 3.0
"""Minimum fraction of the run in the steady part."""

LEAST_SAMPLES = 20.0
"""Minimum number of independent samples in the steady part."""

LARGEST_DRIFT = 3.3
"""Maximum change over the steady part, in standard errors: one steady run in a thousand exceeds
it."""

NEGLIGIBLE_DRIFT = 0.02
"""Change relative to the mean that is not a drift even if it is significant."""

LEAST_LIFETIMES = 10.0
"""Minimum length of the steady part in bond lifetimes."""

SLOW = 8.0
"""Dipolar coupling above which wires do not equilibrate within nanoseconds."""

BONDED = 0.05
"""Bonds per body above which lengths depend on the lifetime of bonds."""

LARGEST_SIZE = 0.2
"""Maximum mean size by weight, as a fraction of the bodies."""

FEW_SAMPLES, DRIFT = "few samples", "drift"
SLOW_BONDS, FEW_BODIES = "slow bonds", "few bodies"
"""Reasons why a run is not steady."""


@dataclass(frozen=True)
class Steadiness:
    """Whether a run is steady.

    Attributes
    ----------
    reasons : tuple of str
        Why it is not steady; none if it is.
    samples : float
        Number of independent samples in the steady part.
    begin : int
        Index of the first value of that part.
    """

    reasons: tuple[str, ...]
    samples: float
    begin: int

    @property
    def steady(self) -> bool:
        """Whether the run is steady."""
        return not self.reasons


def settled(series: Sequence[float] | FloatArray) -> Steadiness:
    """Judge a series by its samples and its drift alone (conditions 1 and 2).

    Raises
    ------
    ValueError
        If the series is shorter than 4.
    """
    values = np.asarray(series, dtype=np.float64)
    found = growth.equilibration(values)
    level = abs(float(values[found.begin :].mean()))
    reasons = []
    if found.share < LEAST_SHARE or found.samples < LEAST_SAMPLES:
        reasons.append(FEW_SAMPLES)
    if abs(found.drift) >= LARGEST_DRIFT and abs(found.change) >= NEGLIGIBLE_DRIFT * level:
        reasons.append(DRIFT)
    return Steadiness(tuple(reasons), found.samples, found.begin)


def steadiness(
    sizes: Sequence[float] | FloatArray,
    n_bodies: float,
    *,
    steps: Sequence[float] | FloatArray | None = None,
    bonds: Sequence[float] | FloatArray | None = None,
    lifetime: float | None = None,
    coupling: float | None = None,
) -> Steadiness | None:
    """Judge a run by all conditions; return None if the series is shorter than 4 or has gaps.

    Parameters
    ----------
    sizes : sequence of float, shape (frames,)
        Mean size by weight of wires or clusters, in bodies.
    n_bodies : float
        Number of bodies.
    steps : sequence of float, shape (frames,), optional
        Times of the frames, in the unit of `lifetime`. Without them, bonds are not judged.
    bonds : sequence of float, shape (frames,), optional
        Number of bonds in each frame. Without them, bonds are not judged.
    lifetime : float, optional
        Mean lifetime of a bond; None if fewer than two bonds broke.
    coupling : float, optional
        Dipolar coupling of the bodies at the distance of neighbours in a wire.
    """
    values = np.asarray(sizes, dtype=np.float64)
    if len(values) < 4 or np.isnan(values).any():
        return None
    found = settled(values)
    reasons = list(found.reasons)
    if steps is not None and bonds is not None:
        duration = float(steps[-1] - steps[found.begin])
        per_body = float(np.mean(bonds[found.begin :])) / max(n_bodies, 1.0)
        lives = np.inf if lifetime is None else lifetime
        if per_body > BONDED and duration < LEAST_LIFETIMES * lives:
            reasons.append(SLOW_BONDS)
    if coupling is not None and coupling > SLOW and SLOW_BONDS not in reasons:
        reasons.append(SLOW_BONDS)
    if float(values[found.begin :].mean()) > LARGEST_SIZE * n_bodies:
        reasons.append(FEW_BODIES)
    return Steadiness(tuple(reasons), found.samples, found.begin)
