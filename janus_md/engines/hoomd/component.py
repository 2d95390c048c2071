"""The compiled component ``janus_md_hoomd``: when it is used, and how.

With the component, the terms of the pair table act between whole bodies. Only charge sites are then
constituents, for the mesh; bodies without them are single particles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from janus_md.common.interrupts import signals_kept
from janus_md.model.body import RigidBody
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.system import System
from janus_md.model.units import charge_scale

PACKAGE = "janus_md_hoomd"

HINT = "pip install ./hoomd_component makes simulations of bodies with many sites faster"

FORMS = ("lennard_jones", "yukawa")
"""Functional forms that the component computes."""

FIELDS = ("activity", "electric_field", "gravity", "magnetic_field")
"""Fields that act on centres or charges alone."""

FIELDS_ON_CENTRES = ("activity", "gravity")
"""Fields that act on centres alone."""


@dataclass(frozen=True)
class Installed:
    """The component on this machine.

    Attributes
    ----------
    version : str or None
        Its version; None if it cannot be used.
    hoomd : str
        Version of HOOMD-blue for which it was built, or an empty string.
    advice : str
        Why it cannot be used, or how to install it; empty if it can be used.
    """

    version: str | None
    hoomd: str = ""
    advice: str = ""


@cache
def installed() -> Installed:
    """Import the component."""
    if find_spec(PACKAGE) is None:
        return Installed(None, advice=HINT)
    try:
        with signals_kept():
            import janus_md_hoomd
    except ImportError as error:
        return Installed(None, advice=str(error))
    return Installed(janus_md_hoomd.__version__, janus_md_hoomd.HOOMD_VERSION)


def pays(system: System) -> bool:
    """Whether the component can compute a system, and spares constituents.

    It cannot if a term or field acts on constituents in a way that it does not know.
    """
    known = all(row.form in FORMS for row in system.interactions.rows)
    known = known and all(field.name in FIELDS for field in system.environment)
    fewer = any(len(charge_sites(system, body)) < len(body.types) for body in system.bodies)
    return known and fewer


def computes_charges(system: System) -> bool:
    """Whether the component can compute all of a system whose Coulomb interaction has a cutoff.

    There are no constituents then, on which a field could act.
    """
    known = all(row.form in FORMS for row in system.interactions.rows)
    return known and all(field.name in FIELDS_ON_CENTRES for field in system.environment)


def without_constituents(system: System) -> System:
    """Return a system whose bodies are single particles, without charges."""
    neutral = replace(system, interactions=replace(system.interactions, electrostatics=None))
    bodies = with_charges_alone(neutral).bodies
    return replace(system, bodies=bodies)


def charge_sites(system: System, body: RigidBody) -> list[int]:
    """Numbers of the sites of a body that the mesh needs."""
    if system.interactions.electrostatics is None:
        return []
    return np.flatnonzero(body.charges).tolist()


def with_charges_alone(system: System) -> System:
    """Return a system whose bodies have no constituents but charge sites."""
    return replace(system, bodies=tuple(_reduced(system, body) for body in system.bodies))


def _reduced(system: System, body: RigidBody) -> RigidBody:
    kept = charge_sites(system, body)
    return replace(
        body,
        positions=body.positions[kept],
        types=tuple(body.types[k] for k in kept),
        charges=body.charges[kept],
    )


def pair_force(system: System, neighbours: Any, cutoff: CoulombCutoff | None = None) -> Any:
    """Return the force of all terms of the pair table, and of the charges if there is a cutoff.

    Parameters
    ----------
    system : System
        The system, with all sites of its bodies.
    neighbours : hoomd.md.nlist.NeighborList
        Neighbour list.
    cutoff : CoulombCutoff, optional
        Cutoff of the Coulomb interaction, between bodies.
    """
    from janus_md_hoomd import RigidPair

    bodies = {
        body.name: {
            "positions": np.vstack([np.zeros(3), body.positions]),
            "kinds": [body.name, *body.types],  # the central particle may have terms
            "charges": [0.0, *body.charges.tolist()],
        }
        for body in system.bodies
    }
    terms = {
        pair: [{"form": row.form, **row.parameters} for row in rows]
        for pair, rows in system.interactions.pairs.items()
    }
    coulomb, electrostatics = None, system.interactions.electrostatics
    if cutoff is not None and electrostatics is not None:
        strength = charge_scale(electrostatics.relative_permittivity) ** 2
        coulomb = {"cutoff": cutoff.range, "prefactor": strength}
    return RigidPair(neighbours, bodies, terms, coulomb)
