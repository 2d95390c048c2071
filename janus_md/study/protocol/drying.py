"""Permittivity and friction while a solvent evaporates."""

from __future__ import annotations

from dataclasses import replace

from janus_md.model.body import RigidBody
from janus_md.model.dynamics import Bath
from janus_md.study.stages import bath, damped
from janus_md.study.statepoint import StatePoint


def drying_bath(point: StatePoint, bodies: tuple[RigidBody, ...], solvent: float) -> Bath:
    """Return the bath with a share of the solvent left.

    Frictions are those of the solvent times its share s, and those without solvent times 1 - s.
    In between, the second ones are isotropic (the mean of the three axes), so that every engine
    has the bath.

    Parameters
    ----------
    point : StatePoint
        Its viscosity is that of the solvent, its damping time that without.
    bodies : tuple of RigidBody
        The kinds.
    solvent : float
        s, from 0 to 1.
    """
    wet = bath(point, bodies)
    dry = damped(bodies, wet.kT, point.protocol.damping_ps, wet.method)
    if solvent in (0.0, 1.0):
        return wet if solvent else dry
    around = dry.gamma_r.mean(axis=1, keepdims=True)
    return replace(
        wet,
        gamma=solvent * wet.gamma + (1.0 - solvent) * dry.gamma,
        gamma_r=solvent * wet.gamma_r + (1.0 - solvent) * around,
    )


def drying_permittivity(solvent_permittivity: float, solvent: float) -> float:
    """Return 1 + (eps_r - 1) s, with s the share of the solvent that is left."""
    return 1.0 + (solvent_permittivity - 1.0) * solvent
