"""Skin of the neighbour lists, by the time step."""

from __future__ import annotations

import math

from janus_md.engines.base import SKIN
from janus_md.engines.mesh import longest_cutoff
from janus_md.model.system import System

USUAL_STEP = 0.1
"""Time step up to which the skin is ``SKIN``, ps."""


def best_skin(system: System, reach: float, time_step: float) -> float:
    """Return a skin with which lists are fast, nm; at least ``SKIN``.

    Lists are rebuilt when a particle has moved half of the skin s, every s / (2 v dt) steps, and
    both a rebuild and a step visit about (reach + s)^3 pairs. The sum of the costs is smallest at
    an s that grows with the square root of the time step.

    Parameters
    ----------
    system : System
        Opposite faces of its box must be more than 2 (reach + s) apart.
    reach : float
        Longest cutoff, nm.
    time_step : float
        ps.
    """
    wanted = SKIN * math.sqrt(time_step / USUAL_STEP)
    return max(SKIN, min(wanted, longest_cutoff(system, 0.0) - reach))
