"""Gravity in LAMMPS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_md.engines.lammps.words import line
from janus_md.model.fields.gravity import vector
from janus_md.model.system import System


def lammps(system: System, parameters: Mapping[str, Any]) -> list[str]:
    """Return a force on the centres of each kind of body.

    The masses of LAMMPS's particles are not those of the bodies, so that ``fix gravity`` would be
    wrong.
    """
    found = []
    for number, body in enumerate(system.bodies, 1):
        group = f"gravity{number}"
        found += [
            line("group", group, "type", number),
            line("fix", group, group, "addforce", *(body.mass * vector(parameters))),
        ]
    return found
