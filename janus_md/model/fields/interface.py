"""Planar interfaces between two liquids."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import rowan
from numpy.typing import NDArray
from pydantic import Field

from janus_md.common.settings import Positive, Settings
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.environment import Completed, ExternalField
from janus_md.model.solid_sites import MAX_SITES, exposed_types, number_of_sites, with_sites
from janus_md.model.units import MILLINEWTON_PER_M

if TYPE_CHECKING:
    from janus_md.model.setup import Setup
    from janus_md.model.system import System

MARGIN = 4.0
"""Least distance of a body in the middle of a liquid from both interfaces, in widths."""


class InterfaceSettings(Settings):
    """A slab of one liquid in another one, with two interfaces normal to z.

    The box is periodic. The slab, such as oil, fills its middle half, and the interfaces are at a
    quarter of its height above and below the middle. The other liquid, such as water, fills the
    rest.
    """

    tension: Positive
    """Interfacial tension of the two liquids, mN/m."""
    width: Positive
    """Width w of the interface, nm: the liquids are mixed as tanh(z/w)."""
    angles: dict[str, Annotated[float, Field(ge=0, le=180)]]
    """Contact angle by kind of bead, degrees, measured through the liquid outside the slab (such as
    water): above 90 for kinds that prefer the slab (such as oil)."""
    site_spacing: Positive | None = None
    """Mean distance of the points that represent surface and volume of a body, nm; null: 2 widths.
    Smaller is more accurate and slower."""


class Interface(ExternalField):
    """Energy of a body at the interfaces, relative to the liquid outside the slab.

    A point of the surface with area a and contact angle theta has
    ``a gamma cos(theta) (1 + S(z)) / 2`` (Young's equation), S being 1 in the slab and -1 outside.
    A point of the volume v has ``-gamma v delta(z)``: the area of the interface that the body
    removes.
    """

    settings = InterfaceSettings

    def energy(self, system: System, parameters: Mapping[str, Any]) -> FloatArray:
        """Return the energy of each body, shape (N,), kJ/mol."""
        found = np.zeros(system.n_bodies)
        for members, body, turn in _by_kind(system):
            z = system.positions[members, None, 2] + turn[:, 2] @ body.positions.T
            surface, volume = strengths(body, parameters)
            energy = surface * (1.0 + slab(z, system.box[2], parameters["width"]))
            energy -= volume * removed(z, system.box[2], parameters["width"])[0]
            found[members] = energy.sum(axis=1)
        return found

    def forces(
        self, system: System, parameters: Mapping[str, Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return force (kJ/mol/nm) and torque (kJ/mol) on each body, shape (N, 3)."""
        force, torque = np.zeros((system.n_bodies, 3)), np.zeros((system.n_bodies, 3))
        for members, body, turn in _by_kind(system):
            arms = body.positions @ turn.transpose(0, 2, 1)
            z = system.positions[members, None, 2] + arms[:, :, 2]
            surface, volume = strengths(body, parameters)
            upward = volume * removed(z, system.box[2], parameters["width"])[1]
            upward -= surface * slope_of_slab(z, system.box[2], parameters["width"])
            force[members, 2] = upward.sum(axis=1)
            torque[members, 0] = (arms[:, :, 1] * upward).sum(axis=1)
            torque[members, 1] = -(arms[:, :, 0] * upward).sum(axis=1)
        return force, torque

    def objection(self, setup: Setup, parameters: Mapping[str, Any]) -> str:
        """Return why bodies cannot be at an interface in a setup; else empty."""
        exposed = {(body.name, kind) for body in setup.bodies for kind in exposed_types(body)}
        known = {name for pair in exposed for name in _names(*pair)}
        for name in parameters["angles"]:
            if name not in known:
                return f"has an angle for {name!r}; allowed are {', '.join(sorted(known))}"
        for body, kind in sorted(exposed):
            if not any(name in parameters["angles"] for name in _names(body, kind)):
                return f"has no angle for {_names(body, kind)[-1]} of {body} in angles"
        for one in setup.bodies:
            if (count := number_of_sites(one, spacing_of(parameters))) > MAX_SITES:
                return (
                    f"needs {count} points for {one.name}; at most {MAX_SITES} are allowed, use a "
                    "larger site_spacing"
                )
        reach = max(body.reach for body in setup.bodies)
        least = 4.0 * (reach + MARGIN * parameters["width"])
        if setup.box[2] < least:
            return (
                f"needs a box of at least {least:.4g} nm along z, and this one has "
                f"{setup.box[2]:.4g}; use more bodies, a lower volume_fraction or a smaller width"
            )
        return ""

    def complete(self, setup: Setup, parameters: Mapping[str, Any]) -> Completed:
        """Add sites to the bodies, and their strengths to the parameters.

        ``surface`` has ``a gamma cos(theta) / 2`` (kJ/mol) and ``volume`` has ``gamma v``
        (kJ/mol nm) by type of site.
        """
        gamma = MILLINEWTON_PER_M * parameters["tension"]
        bodies, surface, volume = list[RigidBody](), dict[str, float](), dict[str, float]()
        for body in setup.bodies:
            sites = with_sites(body, spacing_of(parameters))
            bodies.append(sites.body)
            for kind, area in sites.areas.items():
                names = _names(body.name, kind.removesuffix(":surface"))
                angle = next(parameters["angles"][n] for n in names if n in parameters["angles"])
                surface[kind] = 0.5 * area * gamma * math.cos(math.radians(angle))
            volume |= {kind: gamma * share for kind, share in sites.volumes.items()}
        return tuple(bodies), {**parameters, "surface": surface, "volume": volume}


def spacing_of(parameters: Mapping[str, Any]) -> float:
    """Mean distance of the points of a body, nm."""
    return float(parameters["site_spacing"] or 2.0 * parameters["width"])


def deviation(width: float) -> float:
    """Standard deviation of the Gaussian delta: that of the slope of tanh(z/w), pi w / sqrt(12)."""
    return math.pi * width / math.sqrt(12.0)


def slab(z: FloatArray, height: float, width: float) -> FloatArray:
    """S: tanh(cos(2 pi z/L) L/(2 pi w)), which is tanh of the distance over w at the interfaces.

    Parameters
    ----------
    z : ndarray
        Heights, nm, the middle of the box being 0.
    height, width : float
        L of the box and w, nm.
    """
    return np.asarray(np.tanh(height / (2.0 * np.pi * width) * np.cos(2.0 * np.pi * z / height)))


def slope_of_slab(z: FloatArray, height: float, width: float) -> FloatArray:
    """Derivative of :func:`slab`, 1/nm."""
    square = 1.0 - slab(z, height, width) ** 2
    return np.asarray(-square * np.sin(2.0 * np.pi * z / height) / width)


def removed(z: FloatArray, height: float, width: float) -> tuple[FloatArray, FloatArray]:
    """Gaussian delta at both interfaces (1/nm), and its derivative (1/nm^2).

    Parameters as in :func:`slab`.
    """
    wide = deviation(width)
    value, slope = np.zeros(np.shape(z)), np.zeros(np.shape(z))
    for plane in (-0.25 * height, 0.25 * height):
        apart = z - plane
        apart = apart - height * np.rint(apart / height)
        one = np.exp(-0.5 * (apart / wide) ** 2) / (math.sqrt(2.0 * math.pi) * wide)
        value += one
        slope -= one * apart / wide**2
    return value, slope


def strengths(body: RigidBody, parameters: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Strengths of the sites of a body, shape (S,): kJ/mol on the surface, kJ/mol nm inside."""
    found = (parameters["surface"], parameters["volume"])
    surface, volume = (np.array([one.get(kind, 0.0) for kind in body.types]) for one in found)
    return surface, volume


def _by_kind(system: System) -> list[tuple[NDArray[np.intp], RigidBody, FloatArray]]:
    """Members, body and rotations (M, 3, 3) of each kind."""
    found = []
    for kind, body in enumerate(system.bodies):
        members = np.flatnonzero(system.kinds == kind)
        turns = np.asarray(rowan.to_matrix(system.orientations[members]))
        found.append((members, body, turns))
    return found


def _names(body: str, kind: str) -> tuple[str, ...]:
    """Names that a user may give to a type of bead, the full one first."""
    return (kind, kind.removeprefix(f"{body}."))


FIELD = Interface()
