"""Self-propulsion along the axis of each body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from janus_md.common.settings import Settings
from janus_md.model.body import FloatArray
from janus_md.model.environment import Completed, ExternalField

if TYPE_CHECKING:
    from janus_md.model.setup import Setup
    from janus_md.model.system import System


class ActivitySettings(Settings):
    """A constant force along the +z axis of each body, which its friction balances."""

    speed: float
    """Speed v of a free body, nm/ps (1 nm/ps is 1000 m/s); negative along -z."""
    particles: Annotated[list[str], Field(min_length=1)] | None = None
    """Names of the particles that are active; null for all."""


class Activity(ExternalField):
    """Force F u with u the +z axis and F = gamma v, gamma being the friction of the production.

    The force does work that no potential accounts for: the energy is 0.
    """

    settings = ActivitySettings
    conservative = False
    directed = True

    def energy(self, system: System, parameters: Mapping[str, Any]) -> FloatArray:
        """Return 0 for each body, shape (N,)."""
        del parameters
        return np.zeros(system.n_bodies)

    def forces(
        self, system: System, parameters: Mapping[str, Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return force (kJ/mol/nm) and torque (kJ/mol) on each body, shape (N, 3)."""
        strength = np.array([parameters["force"][body.name] for body in system.bodies])
        force = strength[system.kinds, None] * system.axes
        return force, np.zeros_like(force)

    def objection(self, setup: Setup, parameters: Mapping[str, Any]) -> str:
        """Return why bodies cannot be active in a setup; else empty."""
        if setup.bath.method == "nve":
            return (
                "needs friction, and protocol.name is nve, which has none; use langevin or brownian"
            )
        names = [body.name for body in setup.bodies]
        for name in parameters["particles"] or []:
            if name not in names:
                return f"has {name!r} in particles; allowed are {', '.join(names)}"
        return ""

    def complete(self, setup: Setup, parameters: Mapping[str, Any]) -> Completed:
        """Add ``force``: F of each particle by name, kJ/mol/nm, 0 if it is not active."""
        active, speed = parameters["particles"], float(parameters["speed"])
        forces = {
            body.name: float(gamma) * speed if active is None or body.name in active else 0.0
            for body, gamma in zip(setup.bodies, setup.bath.gamma, strict=True)
        }
        return setup.bodies, {**parameters, "force": forces}


def active_msd(
    times: FloatArray,
    speed: float,
    kT: float,
    gamma: float,
    gamma_r: float,
    mass: float = 0.0,
) -> FloatArray:
    """Mean squared displacement of a free active body, nm^2.

    ``6 D [t - tm (1 - exp(-t/tm))] + 2 v^2 tr^2 [t/tr - 1 + exp(-t/tr)]`` with D = kT/gamma,
    tm = mass/gamma and tr = gamma_r/(2 kT): Langevin motion and persistent motion (Howse et al.,
    Phys. Rev. Lett. 99, 048102, 2007), for a speed that has reached v and a rotation without
    inertia.

    Parameters
    ----------
    times : ndarray
        ps.
    speed : float
        nm/ps.
    kT : float
        kJ/mol.
    gamma, gamma_r : float
        Translational (amu/ps) and rotational friction across the axis (amu nm^2/ps).
    mass : float
        amu; 0 without inertia.
    """
    t, tr, tm = np.asarray(times, float), 0.5 * gamma_r / kT, mass / gamma
    late = tm * -np.expm1(-t / tm) if tm > 0.0 else 0.0
    return np.asarray(
        6.0 * kT / gamma * (t - late) + 2.0 * speed**2 * tr**2 * (t / tr + np.expm1(-t / tr))
    )


FIELD = Activity()
