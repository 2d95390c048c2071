"""Colours and line styles of the curves of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from janus_md.analysis.sweep.groups import Group, numeric_key
from janus_md.common.errors import JanusError

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#4D4D4D")
"""Okabe and Ito's palette (without yellow, with two dark ones), told apart by everyone."""

DASHES = ("-", "--", ":")
"""Line styles, for more curves than there are colours."""

MARKERS = dict(zip(DASHES, "os^", strict=True))
"""Markers that stand for the line styles where lines mean something else."""

NAMED = len(COLOURS) * len(DASHES)
"""More curves than this get a colour scale instead of names."""


@contextmanager
def plain_style() -> Iterator[None]:
    """Draw as matplotlib does by default, whatever the user's matplotlibrc says.

    All that draws figures does so within this.

    Raises
    ------
    JanusError
        Where matplotlib cannot be imported, for which a matplotlibrc or MPLBACKEND is enough.
    """
    try:
        import matplotlib as mpl
    except (ImportError, OSError, ValueError) as error:
        raise JanusError(
            f"matplotlib cannot be imported ({error}); its matplotlibrc, or the environment "
            "variable MPLBACKEND, may be what is wrong"
        ) from error
    with mpl.rc_context():
        mpl.rcdefaults()
        yield


def curve_styles(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Colour and line style of each group.

    A colour each where those suffice; else a colour for each value of the first key and a line
    style for each of the others' where those do, else every colour in every style. More groups
    than that, and those of a single number, get a scale from dark to light.
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
    """Whether the groups are too many to be named, or many values of a single number."""
    single = len(groups[0].keys) == 1 and numeric_key(groups) is not None
    return len(groups) > (len(COLOURS) if single else NAMED)


def _style(colour: int, dash: int) -> dict[str, Any]:
    return {"color": COLOURS[colour], "ls": DASHES[dash]}
