"""Colours and line styles of the curves of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.sweep.groups import Group, numeric_key
from janus_md.common.errors import JanusError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#4D4D4D")
"""Colour-blind safe palette of Okabe and Ito, with yellow and black replaced by brown and grey."""

DASHES = ("-", "--", ":")
"""Line styles, used if there are more curves than colours."""

MARKERS = dict(zip(DASHES, "os^", strict=True))
"""Markers used in place of line styles where line styles have another meaning."""

NAMED = len(COLOURS) * len(DASHES)
"""Maximum number of curves with a legend entry; more curves get a colour scale."""


SETTINGS: dict[str, Any] = {
    "font.size": 11,
    "axes.labelsize": 12,
    "axes.titlesize": 11,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "pdf.fonttype": 42,  # text stays text
    "svg.hashsalt": "janus-md",  # the same figure gives the same file
}
"""Settings of matplotlib that differ from its defaults; figures are read from a distance."""


@contextmanager
def plain_style() -> Iterator[None]:
    """Use matplotlib's default style with :data:`SETTINGS` in place of the user's matplotlibrc.

    All figures are drawn in this context.

    Raises
    ------
    JanusError
        If matplotlib cannot be imported, for example because of a faulty matplotlibrc.
    """
    try:
        import matplotlib as mpl
    except (ImportError, OSError, ValueError) as error:
        raise JanusError(
            f"matplotlib cannot be imported ({error}); check matplotlibrc and the environment "
            "variable MPLBACKEND"
        ) from error
    with mpl.rc_context():
        mpl.rcdefaults()
        for name, value in SETTINGS.items():
            mpl.rcParams[name] = value  # type: ignore[index]
        yield


@dataclass(frozen=True)
class StatePointStyles:
    """Colour and line style of each state point, the same in all figures of a report.

    Attributes
    ----------
    of_label : dict of str to dict
        Keywords of matplotlib (``color``, ``ls``) by the label of the state point.
    scale : bool
        Whether the colours are a scale from dark to light, which replaces the legend.
    """

    of_label: dict[str, dict[str, Any]]
    scale: bool

    @classmethod
    def of(cls, groups: Sequence[Group]) -> StatePointStyles:
        """Return the styles of the state points of a report (:func:`curve_styles`)."""
        if not groups:
            return cls({}, False)
        labels = [group.label for group in groups]
        return cls(dict(zip(labels, curve_styles(groups), strict=True)), is_scale(groups))

    def curve(self, label: str) -> dict[str, Any]:
        """Return colour and line style of a state point."""
        return self.of_label.get(label, {"color": "0.3", "ls": "-"})

    def colour(self, label: str) -> Any:
        """Return the colour of a state point."""
        return self.curve(label)["color"]

    def title(self, axes: Axes, label: str, more: str = "") -> None:
        """Write the label of a state point above axes, on a background in its colour."""
        from matplotlib.colors import to_rgb

        colour = np.array(to_rgb(self.colour(label)))
        pill = {
            "facecolor": 0.25 * colour + 0.75, "edgecolor": colour, "boxstyle": "round,pad=0.25",
        }  # fmt: skip
        axes.set_title(f"{label}{more}", pad=9, bbox=pill)
        axes.set_anchor("S")  # room that a fixed aspect leaves is above, where the label is


def curve_styles(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Return the colour and line style of each group.

    Each group has its own colour if there are enough. Otherwise colours stand for the values of the
    first key and line styles for those of the other keys, or if these are too many, colours and
    line styles are combined in order. If the combinations do not suffice, or a single number has
    more values than there are colours, a colour scale from dark to light is used.
    """
    if len(groups) <= len(COLOURS):
        return [_style(k, 0) for k in range(len(groups))]
    if is_scale(groups):
        from matplotlib import colormaps

        scale = colormaps["viridis"]
        return [{"color": scale(x), "ls": "-"} for x in np.linspace(0.0, 0.92, len(groups))]
    items = [tuple(group.keys.items()) for group in groups]
    first = list(dict.fromkeys(one[0] for one in items))
    rest = list(dict.fromkeys(one[1:] for one in items))
    if len(first) <= len(COLOURS) and len(rest) <= len(DASHES):
        return [_style(first.index(one[0]), rest.index(one[1:])) for one in items]
    return [_style(k % len(COLOURS), k // len(COLOURS)) for k in range(len(groups))]


def is_scale(groups: Sequence[Group]) -> bool:
    """Return whether a colour scale replaces the legend; see :func:`curve_styles`."""
    single = len(groups[0].keys) == 1 and numeric_key(groups) is not None
    return len(groups) > (len(COLOURS) if single else NAMED)


def _style(colour: int, dash: int) -> dict[str, Any]:
    return {"color": COLOURS[colour], "ls": DASHES[dash]}
