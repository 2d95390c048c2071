"""Gravity in HOOMD-blue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_md.engines.sites import type_names
from janus_md.model.fields.gravity import vector
from janus_md.model.system import System


def hoomd(system: System, parameters: Mapping[str, Any]) -> list[Any]:
    """Return the force on the centres, which alone have the masses of the bodies."""
    import hoomd

    masses = {body.name: body.mass for body in system.bodies}
    force = hoomd.md.force.Constant(filter=hoomd.filter.Rigid(("center", "free")))
    for name in type_names(system):
        pull = float(masses.get(name, 0.0)) * vector(parameters)
        force.constant_force[name] = tuple(pull.tolist())
        force.constant_torque[name] = (0.0, 0.0, 0.0)
    return [force]
