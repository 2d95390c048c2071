"""Stages of a run (relax, equilibrate, produce) and the bath of a state point."""

from __future__ import annotations

import numpy as np

from janus_md.model.body import RigidBody
from janus_md.model.dynamics import Bath, Stage
from janus_md.model.units import PS_PER_NS, stokes_friction, thermal_energy
from janus_md.study.statepoint import StatePoint

RELAX_STEP_SHARE = 0.1
"""Time step of the relaxation relative to that of the protocol."""

RELAX_DAMPING = 0.5
"""Damping time of all motions in the relaxation, ps."""


def damped(bodies: tuple[RigidBody, ...], kT: float, damping: float, method: str) -> Bath:
    """Bath that damps translation and rotation of all kinds within `damping` ps."""
    return Bath(
        kT,
        method,
        np.array([body.mass / damping for body in bodies]),
        np.array([body.inertia / damping for body in bodies]),
    )


def bath(point: StatePoint, bodies: tuple[RigidBody, ...]) -> Bath:
    """Bath of `point`: Stokes friction in a solvent, else one damping time for all motions."""
    kT = thermal_energy(point.temperature)
    method = point.protocol.name
    if point.viscosity is None:
        return damped(bodies, kT, point.protocol.damping_ps, method)
    frictions = [stokes_friction(point.viscosity, body.hydrodynamic_radius) for body in bodies]
    return Bath(
        kT,
        method,
        np.array([gamma for gamma, _ in frictions]),
        np.array([[gamma_r] * 3 for _, gamma_r in frictions]),
    )


def stages(point: StatePoint, bodies: tuple[RigidBody, ...]) -> tuple[Stage, ...]:
    """Stages of the run of `point`; stages without steps are left out, except the production."""
    numbers = point.protocol
    environment = bath(point, bodies)
    step = numbers.time_step_ps
    if step is None:
        raise ValueError("the state point has no time step")
    gentle = damped(bodies, environment.kT, RELAX_DAMPING, "langevin")
    frame_steps = max(1, round(numbers.frame_interval_ps / step))
    # A whole number of frame intervals, so that the last frame is at the end.
    frames = max(1, round(numbers.produce_ns * PS_PER_NS / numbers.frame_interval_ps))
    run = (
        Stage(
            "relax",
            round(numbers.relax_ps / (RELAX_STEP_SHARE * step)),
            RELAX_STEP_SHARE * step,
            gentle,
        ),
        Stage("equilibrate", round(numbers.equilibrate_ns * PS_PER_NS / step), step, environment),
        Stage("produce", frames * frame_steps, step, environment, frame_steps),
    )
    return tuple(stage for stage in run if stage.steps > 0)
