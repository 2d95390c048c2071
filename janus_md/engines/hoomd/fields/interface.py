"""Planar liquid interfaces in HOOMD-blue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from janus_md.engines.sites import type_names
from janus_md.model.fields.interface import deviation
from janus_md.model.system import System

_REACH = 9.0  # standard deviations; the Gaussian is 3e-18 there


def hoomd(system: System, parameters: Mapping[str, Any]) -> list[Any]:
    """Return the forces of the field: a periodic one on surfaces, Gaussian walls on volumes.

    Parameters
    ----------
    system : System
        The system.
    parameters : mapping
        Parameters of the field.
    """
    import hoomd

    height, wide = float(system.box[2]), deviation(parameters["width"])
    surface = hoomd.md.external.field.Periodic()
    # A wall acts on one side, so each interface has two.
    walls = [
        hoomd.wall.Plane(origin=(0, 0, place), normal=(0, 0, side))
        for place in (-0.25 * height, 0.25 * height)
        for side in (-1, 1)
    ]
    volume = hoomd.md.external.wall.Gaussian(walls=walls)
    for name in type_names(system):
        strength = float(parameters["surface"].get(name, 0.0))
        share = float(parameters["width"]) / height
        surface.params[name] = {"A": strength, "i": 2, "w": share, "p": 1}
        depth = float(parameters["volume"].get(name, 0.0)) / (math.sqrt(2.0 * math.pi) * wide)
        reach = _REACH * wide if depth else 0.0
        volume.params[name] = {"epsilon": -depth, "sigma": wide, "r_cut": reach}
    return [surface, volume]
