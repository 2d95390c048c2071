"""Diffusion coefficient of the bodies from the growth of their mean squared displacement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from janus_md.analysis.frames.source import GsdSource
from janus_md.model.units import PS_PER_NS

WINDOWS = 4
"""Windows of equal length that the run is divided into."""

NOT_DEFINED: dict[str, float | None] = {"mean": None, "error": None}


def diffusion(source: GsdSource, frames: Sequence[int]) -> dict[str, float | None]:
    """Return the diffusion coefficient in three dimensions.

    The run is divided into :data:`WINDOWS`. In each, the mean squared displacement from its start
    grows by ``6 D t`` in a time t, its second half; the first half is left out, as motion is
    persistent there. For a free active body D is ``kT/gamma + v^2/(6 D_r)`` (Howse et al., Phys.
    Rev. Lett. 99, 048102, 2007) if half a window is long compared with 1/(2 D_r).

    Parameters
    ----------
    source : GsdSource
        The trajectory. At most nine of its frames are read.
    frames : sequence of int
        Numbers of the analysed frames.

    Returns
    -------
    dict
        ``mean`` and ``error`` (standard error over the bodies, as if they moved independently),
        nm^2/ns; None if the file has no times, the box or the bodies change, or there are less
        than nine frames.
    """
    half = (len(frames) - 1) // (2 * WINDOWS)
    if half < 1:
        return NOT_DEFINED
    chosen = [frames[k * half] for k in range(2 * WINDOWS + 1)]
    first = source.frame(chosen[0])
    times, places = [], []
    for number in chosen:
        frame = source.frame(number)
        if not np.array_equal(frame.tags, first.tags) or not np.array_equal(frame.box, first.box):
            return NOT_DEFINED
        times.append(frame.time_ps / PS_PER_NS)
        places.append(source.unwrapped(frame))
    every = np.array(places)
    starts, middles, ends = every[:-1:2], every[1::2], every[2::2]
    growth = np.sum((ends - starts) ** 2, axis=2) - np.sum((middles - starts) ** 2, axis=2)
    spans = np.diff(times)[1::2]
    if not np.all(spans > 0.0):  # also where times are not known
        return NOT_DEFINED
    each = np.mean(growth / (6.0 * spans[:, None]), axis=0)
    count = len(each)
    error = float(each.std(ddof=1)) / np.sqrt(count) if count > 1 else None
    return {"mean": float(each.mean()), "error": error}
