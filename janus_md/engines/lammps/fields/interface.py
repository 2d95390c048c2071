"""Planar liquid interfaces in LAMMPS."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from janus_md.engines.lammps.words import line
from janus_md.engines.sites import type_names
from janus_md.model.fields.interface import deviation
from janus_md.model.system import System


def lammps(system: System, parameters: Mapping[str, Any]) -> list[str]:
    """Return the commands of the field, which precede those of the rigid bodies.

    Formulas of LAMMPS have no hyperbolic functions: 1 - tanh^2 is written with exponentials.

    Parameters
    ----------
    system : System
        The system.
    parameters : mapping
        Parameters of the field.
    """
    height, width = float(system.box[2]), float(parameters["width"])
    wide = deviation(width)
    turn, steep = 2.0 * math.pi / height, height / (2.0 * math.pi * width)
    square = f"(4.0/(exp({steep!r}*cos({turn!r}*z))+exp(-{steep!r}*cos({turn!r}*z)))^2)"
    above, below = (f"(z-({place * height!r}))" for place in (0.25, -0.25))
    bells = "+".join(f"{one}*exp({-0.5 / wide**2!r}*{one}*{one})" for one in (above, below))
    slope = -1.0 / (math.sqrt(2.0 * math.pi) * wide**3)
    forces = {
        "surface": f"{1.0 / width!r}*{square}*sin({turn!r}*z)",
        "volume": f"{slope!r}*({bells})",
    }
    number = {name: k for k, name in enumerate(type_names(system), 1)}
    rows = []
    for part, force in forces.items():
        strengths = {number[kind]: float(x) for kind, x in parameters[part].items() if x != 0}
        if not strengths:
            continue
        strength = "+".join(f"{x!r}*(type=={k})" for k, x in strengths.items())
        name = f"interface_{part}"
        rows.append(line("group", name, "type", *strengths))
        rows.append(f'variable {name} atom "({strength})*{force}"')
        rows.append(f"fix {name} {name} addforce 0.0 0.0 v_{name}")
    return rows
