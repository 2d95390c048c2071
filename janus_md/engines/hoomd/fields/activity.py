"""Self-propulsion in HOOMD-blue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_md.engines.sites import type_names
from janus_md.model.system import System


def hoomd(system: System, parameters: Mapping[str, Any]) -> list[Any]:
    """Return the force along the axis of each central particle.

    Parameters
    ----------
    system : System
        The system.
    parameters : mapping
        Parameters of the field.
    """
    import hoomd

    active = hoomd.md.force.Active(filter=hoomd.filter.Rigid(("center", "free")))
    for name in type_names(system):  # HOOMD-blue's default is a force of 1 along x
        active.active_force[name] = (0.0, 0.0, float(parameters["force"].get(name, 0.0)))
        active.active_torque[name] = (0.0, 0.0, 0.0)
    return [active]
