"""The Coulomb interaction with a cutoff in HOOMD-blue without a component: tables.

HOOMD-blue has tables by pair of types, which know no charges. Every type therefore gets one charge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.engines.sites import type_names
from janus_md.model.environment import AppliedField
from janus_md.model.interactions.cutoff import CoulombCutoff, energy_at_range, smooth_coulomb
from janus_md.model.system import System
from janus_md.model.units import charge_scale

TABLE_POINTS = 8192
"""Points of a table, at equal distances. With 7 nm, the relative error of a force at 1 nm is 6e-7,
and tables of three pairs of charges fit the cache."""

TABLE_START = 0.05
"""Smallest distance in a table, nm. Closer charges would not interact."""


def charges_of(system: System) -> dict[str, float]:
    """Charge of each charged type, e.

    Raises
    ------
    ValueError
        If a type has different charges.
    """
    found: dict[str, float] = {}
    for body in system.bodies:
        for name, charge in zip(body.types, body.charges.tolist(), strict=True):
            if found.setdefault(name, charge) != charge:
                raise ValueError(f"type {name} has different charges")
    return {name: charge for name, charge in found.items() if charge != 0.0}


def tabulated(system: System, cutoff: CoulombCutoff, neighbours: Any) -> Any:
    """Return the force of all charges, from tables.

    Parameters
    ----------
    system : System
        Every type must have one charge (:func:`one_charge_per_type`).
    cutoff : CoulombCutoff
        Cutoff of the interaction.
    neighbours : hoomd.md.nlist.NeighborList
        Neighbour list of the sites.

    Raises
    ------
    JanusError
        If the distance of centres is cut off, which needs the component.
    """
    import hoomd

    if cutoff.between != "sites":
        raise JanusError(
            "HOOMD-blue without the component of janus-md cuts off the Coulomb interaction only by "
            "the distance of sites; install hoomd_component"
        )
    electrostatics = system.interactions.electrostatics
    assert electrostatics is not None
    scale, charges = charge_scale(electrostatics.relative_permittivity) ** 2, charges_of(system)
    step = (cutoff.range - TABLE_START) / TABLE_POINTS  # the last point is one before the range
    distances = TABLE_START + step * np.arange(TABLE_POINTS)
    energy, force_over_distance = smooth_coulomb(distances, cutoff.range)
    energy, force = energy - energy_at_range(cutoff.range), force_over_distance * distances
    table = hoomd.md.pair.Table(nlist=neighbours, default_r_cut=0.0)
    names = type_names(system)
    for k, a in enumerate(names):
        for b in names[k:]:
            strength = scale * charges.get(a, 0.0) * charges.get(b, 0.0)
            if strength:
                values = {"U": strength * energy, "F": strength * force}
                table.params[a, b] = {"r_min": TABLE_START, **values}
                table.r_cut[a, b] = cutoff.range
            else:
                table.params[a, b] = {"r_min": 0.0, "U": [0.0], "F": [0.0]}
    return table


def one_charge_per_type(system: System) -> System:
    """Return the system with a type for each charge; its particles and energies are the same."""
    names: dict[str, dict[float, str]] = defaultdict(dict)
    for body in system.bodies:
        for name, charge in zip(body.types, body.charges.tolist(), strict=True):
            others = names[name]
            others.setdefault(charge, f"{name} {charge:+.17g} e" if others else name)
    if all(len(of_type) == 1 for of_type in names.values()):
        return system
    copies = {name: tuple(of_type.values()) for name, of_type in names.items()}
    bodies = tuple(
        replace(
            body,
            types=tuple(
                names[name][charge]
                for name, charge in zip(body.types, body.charges.tolist(), strict=True)
            ),
            diameters={
                copy: diameter
                for name, diameter in body.diameters.items()
                for copy in copies.get(name, (name,))
            },
        )
        for body in system.bodies
    )
    pairs = {
        (x, y): rows
        for (a, b), rows in system.interactions.pairs.items()
        for x in copies.get(a, (a,))
        for y in copies.get(b, (b,))
        if a != b or x <= y
    }
    owners = {name: body.name for body in system.bodies for name in body.types}
    environment = tuple(
        AppliedField(one.name, _with_copies(one.parameters, copies, owners))
        for one in system.environment
    )
    interactions = replace(system.interactions, pairs=pairs)
    return replace(system, bodies=bodies, interactions=interactions, environment=environment)


def _with_copies(
    parameters: Mapping[str, Any], copies: Mapping[str, tuple[str, ...]], owners: Mapping[str, str]
) -> dict[str, Any]:
    """Return parameters of a field that give all copies of a type the values of that type."""
    found: dict[str, Any] = {}
    for key, value in parameters.items():
        found[key] = _with_copies(value, copies, owners) if isinstance(value, Mapping) else value
    for name, of_type in copies.items():
        for key in (name, name.removeprefix(f"{owners[name]}.")):
            if key in found:
                found |= dict.fromkeys(of_type, found[key])
                break
    return found
