"""Plane walls in HOOMD-blue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from janus_md.engines.sites import type_names
from janus_md.model.planes import ZERO_DISTANCE, planes_of
from janus_md.model.system import System

DEPTH = math.sqrt(7.5) / (1.5 * math.sqrt(3.0))
"""Energy parameter of the Mie potential with n = 9 and m = 3 over eps of the 9-3 potential; its
length parameter is :data:`janus_md.model.planes.ZERO_DISTANCE` sigma."""


def hoomd(system: System, parameters: Mapping[str, Any]) -> list[Any]:
    """Return one force for each wall; it is shifted to 0 at the cutoff like that of LAMMPS."""
    import hoomd

    found = []
    for plane in planes_of(system.bodies, parameters):
        normal = plane.normal
        place = hoomd.wall.Plane(
            origin=tuple((plane.position * abs(normal)).tolist()), normal=tuple(normal.tolist())
        )
        force = hoomd.md.external.wall.Mie(walls=[place])
        for name in type_names(system):
            epsilon = plane.epsilon.get(name)
            force.params[name] = {
                "epsilon": 0.0 if epsilon is None else DEPTH * epsilon,
                "sigma": ZERO_DISTANCE * plane.sigma,
                "n": 9.0,
                "m": 3.0,
                "r_cut": 0.0 if epsilon is None else plane.cutoff,
            }
        found.append(force)
    return found
