"""The compiled component ``janus_md_hoomd``: when it is used, and how.

With the component, the terms of the pair table act between whole bodies. Only charge sites are then
constituents, for the mesh; bodies without them are single particles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from janus_md.common.interrupts import signals_kept
from janus_md.engines.base import SKIN
from janus_md.engines.mesh import Coulomb, longest_cutoff
from janus_md.model.body import RigidBody
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.pairs.energy import reach_of_beads
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


def can(system: System) -> bool:
    """Whether the component can compute a system, with gain.

    It cannot if it does not know a term or field, which may act on constituents, or if the box is
    so small that sites interact with a body and its periodic image.
    """
    known = all(row.form in FORMS for row in system.interactions.rows)
    known = known and all(field.name in FIELDS for field in system.environment)
    gain = any(body.types for body in system.bodies)
    return known and gain and reach(system) < longest_reach(system)


def reach(system: System) -> float:
    """Largest distance of two centres at which a term acts, nm."""
    pairs = combinations_with_replacement(system.bodies, 2)
    return max(reach_of_beads(a, b, system.interactions.pairs) for a, b in pairs)


def longest_reach(system: System) -> float:
    """Largest distance of two centres in the neighbour list in this box, nm."""
    return longest_cutoff(system, SKIN)


def longest_mesh_cutoff(system: System) -> float:
    """Longest cutoff in real space that the component takes in this box, nm."""
    return longest_reach(system) - 2.0 * _furthest_charge(system)


def _furthest_charge(system: System) -> float:
    """Largest distance of a charge from the centre of its body, nm."""
    return max(
        float(np.linalg.norm(body.positions[charge_sites(system, body)], axis=1).max(initial=0.0))
        for body in system.bodies
    )


def reach_of_bodies(system: System, mesh: Coulomb | None) -> float:
    """Largest distance of two centres at which a term or charges act, nm."""
    if mesh is None:
        return reach(system)
    if isinstance(mesh, CoulombCutoff):
        return max(reach(system), mesh.range)
    return max(reach(system), mesh.cutoff + 2.0 * _furthest_charge(system))


def computes_charges(system: System) -> bool:
    """Whether the component can compute all of a system whose Coulomb interaction has a cutoff.

    There are no constituents then, on which a field could act.
    """
    return can(system) and all(field.name in FIELDS_ON_CENTRES for field in system.environment)


def without_constituents(system: System) -> System:
    """Return a system whose bodies are single particles, without charges."""
    neutral = replace(system, interactions=replace(system.interactions, electrostatics=None))
    return replace(system, bodies=with_charges_alone(neutral).bodies)


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


def pair_forces(system: System, mesh: Coulomb | None, neighbours: Any) -> list[Any]:
    """Return the forces of the pair table and of the charges.

    Parameters
    ----------
    system : System
        The system, with all sites of its bodies.
    mesh : Mesh, CoulombCutoff or None
        None if no body is charged. A cutoff must be one between bodies.
    neighbours : hoomd.md.nlist.NeighborList
        Neighbour list.
    """
    from janus_md_hoomd import RigidPair, make_rigid_pppm_forces

    electrostatics = system.interactions.electrostatics
    scale = charge_scale(electrostatics.relative_permittivity) if electrostatics else 0.0
    bodies = {
        body.name: {
            "positions": np.vstack([np.zeros(3), body.positions]),
            "kinds": [body.name, *body.types],  # the central particle may have terms
            "charges": np.concatenate([[0.0], scale * body.charges]),
        }
        for body in system.bodies
    }
    terms = {
        pair: [{"form": row.form, **row.parameters} for row in rows]
        for pair, rows in system.interactions.pairs.items()
    }
    if mesh is None:
        return [RigidPair(neighbours, bodies, terms)]
    if isinstance(mesh, CoulombCutoff):
        coulomb = {"cutoff": mesh.range, "prefactor": 1.0}  # the charges are scaled
        return [RigidPair(neighbours, bodies, terms, coulomb)]
    return list(
        make_rigid_pppm_forces(
            neighbours,
            bodies,
            terms,
            resolution=mesh.resolution,
            order=mesh.order,
            r_cut=mesh.cutoff,
        )
    )
