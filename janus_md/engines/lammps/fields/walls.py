"""Plane walls in LAMMPS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_md.engines.lammps.words import line
from janus_md.engines.sites import type_names
from janus_md.model.planes import planes_of
from janus_md.model.system import System


def lammps(system: System, parameters: Mapping[str, Any]) -> list[str]:
    """Return one ``fix wall/lj93`` for each wall and each energy parameter."""
    number = {name: k for k, name in enumerate(type_names(system), 1)}
    found = []
    for plane in planes_of(system.bodies, parameters):
        face = "xyz"[plane.axis] + {"lower": "lo", "upper": "hi"}[plane.side]
        for k, epsilon in enumerate(sorted(set(plane.epsilon.values()))):
            types = sorted(number[t] for t, value in plane.epsilon.items() if value == epsilon)
            name = f"wall_{plane.side}{k}"
            numbers = (plane.position, epsilon, plane.sigma, plane.cutoff)
            found += [
                line("group", name, "type", *types),
                line(f"fix {name} {name} wall/lj93", face, *numbers, "units box pbc yes"),
            ]
    return found
