"""Curves of replicas: a mean with a band from 4 replicas on, otherwise a curve for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.sweep.groups import Group
from janus_md.common.arrays import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAST = 4
"""Replicas from which on a mean with a band replaces the curves; the spread of fewer is not known
well enough."""

LIGHT = 0.22
"""Opacity of a band."""


class NotDrawnError(Exception):
    """A figure would be flat or empty; the message is the reason."""


class NotApplicableError(NotDrawnError):
    """A figure makes no sense for these bodies; the message is the reason."""


def draw_replicas(
    axes: Axes,
    x: FloatArray,
    curves: FloatArray,
    style: dict[str, Any],
    label: str | None,
    *,
    errors: FloatArray | None = None,
    step: bool = False,
    positive: float | None = None,
    **more: Any,
) -> None:
    """Draw the curves of the replicas of a state point, or from :data:`LEAST` on mean and band.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    x : ndarray, shape (N,)
        Abscissa.
    curves : ndarray, shape (R, N)
        Values of R replicas.
    style : dict
        Colour and line style of the state point.
    label : str or None
        Entry in the legend.
    errors : ndarray, shape (N,), optional
        Standard error of the mean; that of the scatter of the replicas, ``s / sqrt(R)``, if it is
        not given.
    step : bool
        Whether the curves are steps about integers.
    positive : float, optional
        Smallest value of a logarithmic axis; values that are not above 0 are not drawn.
    **more
        Keywords of ``Axes.plot``.
    """
    count = len(curves)

    def plot(values: FloatArray, name: str | None, **extra: Any) -> None:
        shown = values if positive is None else np.where(values > 0.0, values, np.nan)
        keywords = {**style, **more, **extra, "label": name}
        if step:
            axes.step(x, shown, where="mid", **keywords)
        else:
            axes.plot(x, shown, **keywords)

    if count < LEAST:
        for k, one in enumerate(curves):
            plot(one, None if k else label, lw=1.5 if count == 1 else 1.1)
        return
    mean = curves.mean(axis=0)
    error = curves.std(axis=0, ddof=1) / np.sqrt(count) if errors is None else errors
    low = mean - error if positive is None else np.maximum(mean - error, positive)
    axes.fill_between(
        x, low, mean + error, color=style["color"], alpha=LIGHT, lw=0,
        step="mid" if step else None,
    )  # fmt: skip
    plot(mean, label)


def explained(groups: Sequence[Group]) -> str:
    """Return the sentence of a caption about the replicas of these state points."""
    counts = [len(group.jobs) for group in groups]
    mean = "mean over replicas with a band of one standard error to either side"
    if min(counts, default=0) >= LEAST:
        return f"Curves: {mean}."
    if max(counts, default=0) >= LEAST:
        return f"Curves: {mean}, or a curve for each replica if there are fewer than {LEAST}."
    return "A curve for each replica." if max(counts, default=0) > 1 else ""


def check_curves(values: Iterable[FloatArray], what: str, least: float = 0.0) -> None:
    """Check that curves are not flat or empty.

    Parameters
    ----------
    values : iterable of ndarray
        Values of each curve.
    what : str
        The quantity, for the message.
    least : float
        Relative change of the values, ``(max - min) / max``, below which they count as constant.

    Raises
    ------
    NotDrawnError
        If there are no finite values or no curve has two of them, or if the values do not vary.
    """
    curves = [np.asarray(one, dtype=np.float64) for one in values]
    curves = [one[np.isfinite(one)] for one in curves]
    points = np.concatenate(curves) if curves else np.zeros(0)
    if not len(points):
        raise NotDrawnError(f"{what} has no value")
    if not points.any():
        raise NotDrawnError(f"{what} is 0 everywhere")
    low, high = float(points.min()), float(points.max())
    if len(points) > 1 and high - low <= least * max(abs(low), abs(high)):
        told = f"{low:.3g}" if f"{low:.3g}" == f"{high:.3g}" else f"{low:.3g} to {high:.3g}"
        raise NotDrawnError(f"{what} is {told} everywhere")
    if max(len(one) for one in curves) < 2:
        raise NotDrawnError(f"{what} has a single point")


def in_blocks(values: FloatArray, most: int = 100) -> FloatArray:
    """Return the first value and means over consecutive values, `most` of these at most."""
    size = -(-max(len(values) - 1, 1) // most)
    rest = values[1 : 1 + (len(values) - 1) // size * size]
    return np.concatenate([values[:1], rest.reshape(-1, size).mean(axis=1)])
