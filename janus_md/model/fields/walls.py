"""Two parallel walls, which repel or attract beads with volume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from janus_md.common.settings import Positive, Settings
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.environment import BoolArray, ExternalField, Poses
from janus_md.model.planes import (
    ZERO_DISTANCE,
    NearWall,
    check_kinds,
    near_walls,
    planes_of,
    walled_sites,
)

if TYPE_CHECKING:
    from janus_md.model.setup import Setup
    from janus_md.model.system import System


class WallSettings(Settings):
    """One wall. Energy of a bead at the distance z: eps [(2/15) (sigma/z)^9 - (sigma/z)^3]."""

    form: Literal["lj93", "repulsive"]
    """`lj93`: cut at `cutoff` and shifted to 0 there; `repulsive`: the same, cut at its minimum."""
    epsilon: Positive
    """Energy eps, kJ/mol. The minimum is -1.054 eps at 0.858 sigma."""
    sigma: Positive
    """Length sigma, nm."""
    cutoff: Positive | None = None
    """Cutoff of `lj93`, nm; null: 2.5 sigma."""
    kinds: dict[str, Positive] = Field(default_factory=dict)
    """Energy eps for chosen kinds of beads, `KIND` or `PARTICLE.KIND`, kJ/mol."""


class WallsSettings(Settings):
    """Two walls. The density and `box_ratio` refer to the space between them."""

    normal: Literal["x", "y", "z"] = "z"
    """Direction normal to the walls."""
    lower: WallSettings
    """Wall at the lower end."""
    upper: WallSettings
    """Wall at the upper end."""

    @model_validator(mode="after")
    def _cutoffs(self) -> WallsSettings:
        for name, wall in (("lower", self.lower), ("upper", self.upper)):
            if wall.form == "repulsive" and wall.cutoff is not None:
                raise ValueError(
                    f"{name}.cutoff is {wall.cutoff:g}; it must be null for a repulsive wall, "
                    "which is cut at the minimum"
                )
        return self


class Walls(ExternalField):
    """Two planes, normal to one direction, that act on all beads with volume.

    The planes are :data:`SEPARATION` apart, about the middle of the box. The box remains periodic
    for neutral bodies and is longer than the separation by :func:`gap`, so that bodies do not
    interact through the walls. With charges, it is a slab: not periodic along the normal.
    """

    settings = WallsSettings

    def energy(self, system: System, parameters: Mapping[str, Any]) -> FloatArray:
        """Return the energy of each body, shape (N,), kJ/mol; infinite behind a wall."""
        found = np.zeros(system.n_bodies)
        for near in _near(system, parameters):
            energies = near.plane.energy(near.distances, near.epsilon)
            found[near.members] += energies.sum(axis=1)
        return found

    def forces(
        self, system: System, parameters: Mapping[str, Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return force (kJ/mol/nm) and torque (kJ/mol) on each body, shape (N, 3)."""
        forces, torques = np.zeros((2, system.n_bodies, 3))
        for near in _near(system, parameters):
            strengths = near.plane.force(near.distances, near.epsilon)
            push = strengths[..., None] * near.plane.normal
            forces[near.members] += push.sum(axis=1)
            torques[near.members] += np.cross(near.arms, push).sum(axis=1)
        return forces, torques

    def prepare(self, setup: Setup, parameters: Mapping[str, Any]) -> Setup:
        """Return the setup with the distance of the walls and a box that is longer by the gap."""
        axis = "xyz".index(parameters["normal"])
        box = setup.box.copy()
        placed = {**parameters, SEPARATION: float(box[axis])}
        box[axis] += gap(setup)
        fields = [
            replace(one, parameters=placed) if one.parameters is parameters else one
            for one in setup.environment
        ]
        interactions = setup.interactions
        charged = any(body.charges.any() for body in setup.bodies)
        if interactions.electrostatics is not None and charged:
            slab = replace(interactions.electrostatics, slab=True)
            interactions = replace(interactions, electrostatics=slab)
        return replace(setup, box=box, environment=tuple(fields), interactions=interactions)

    def room(self, setup: Setup, parameters: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
        """Return the edges of the space between the walls, and of that far from them, nm."""
        axis, separation = "xyz".index(parameters["normal"]), float(parameters[SEPARATION])
        edges, core = np.array(setup.box[:3]), np.array(setup.box[:3])
        edges[axis] = separation
        arms = [np.linalg.norm(walled_sites(body)[1], axis=1).max() for body in setup.bodies]
        sigma = max(plane.sigma for plane in planes_of(setup.bodies, parameters))
        core[axis] = max(0.0, separation - 2.0 * (max(arms) + ZERO_DISTANCE * sigma))
        return edges, core

    def blocked(
        self, bodies: tuple[RigidBody, ...], placed: Poses, parameters: Mapping[str, Any]
    ) -> BoolArray:
        """Return which bodies have a bead closer to a wall than :data:`ZERO_DISTANCE` sigma."""
        found = np.zeros(len(placed[0]), bool)
        for near in near_walls(bodies, placed, parameters):
            close = near.distances < ZERO_DISTANCE * near.plane.sigma
            found[near.members] |= close.any(axis=1)
        return found

    def objection(self, setup: Setup, parameters: Mapping[str, Any]) -> str:
        """Return why there cannot be such walls; else empty."""
        normal = parameters["normal"]
        electrostatics = setup.interactions.electrostatics
        if electrostatics is not None and electrostatics.slab and normal != "z":
            return (
                f"has the normal {normal}, in which the box of charged bodies is periodic; it must "
                "be z"
            )
        if unknown := check_kinds(setup.bodies, parameters):
            return unknown
        planes = planes_of(setup.bodies, parameters)
        for body in setup.bodies:
            beads = walled_sites(body)[1]
            if not len(beads):
                return f"acts on beads with volume, and {body.name} has none"
            contacts = ZERO_DISTANCE * sum(plane.sigma for plane in planes)
            needed = float(np.ptp(beads, axis=0).min()) + contacts
            if parameters[SEPARATION] <= needed:
                return (
                    f"leaves {parameters[SEPARATION]:.2f} nm between the walls, which must be over "
                    f"{needed:.2f} nm for {body.name}; use more bodies, a lower density or another "
                    "box_ratio"
                )
        return ""


SEPARATION = "separation"
"""Parameter that :meth:`Walls.prepare` adds: distance of the planes, nm."""


def gap(setup: Setup) -> float:
    """Return the length of the box beyond both walls together, nm.

    Beads with volume stay between the planes, and other sites of a body are at most
    :func:`overhang` away from one of these. Two bodies at opposite walls are thus farther apart
    through the border than the longest cutoff of a pair.
    """
    longest = max((row.cutoff for row in setup.interactions.rows), default=0.0)
    return longest + 2.0 * max(map(overhang, setup.bodies))


def overhang(body: RigidBody) -> float:
    """Return the largest distance of a site without volume to the nearest bead with volume, nm.

    It is at least the radius of the largest bead: other fields may add sites within the beads.
    """
    beads = walled_sites(body)[1]
    if not len(beads):
        return body.reach
    apart = np.linalg.norm(body.positions[:, None] - beads[None], axis=2)
    return float(apart.min(axis=1).max(initial=0.5 * max(body.diameters.values())))


def _near(system: System, parameters: Mapping[str, Any]) -> Iterator[NearWall]:
    placed = (system.kinds, system.positions, system.orientations)
    return near_walls(system.bodies, placed, parameters)


FIELD = Walls()
