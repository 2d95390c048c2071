"""Selection of the shortest cutoff of the Coulomb interaction with a given accuracy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from janus_md.common.errors import JanusError
from janus_md.engines.base import Device, Engine
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.system import System

RANGES = (3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 9.0, 10.0, 11.0, 12.0, 14.0, 16.0,
          18.0, 20.0, 23.0, 26.0, 30.0)  # fmt: skip
"""Ranges to try first, nm."""

RESOLUTION = 0.125
"""The chosen range is longer than the shortest accurate one by at most this, nm."""

CUTOFF_SAFETY = 0.85
"""Error of a cutoff when it is chosen over the largest allowed one; it changes while bodies
assemble."""


@dataclass(frozen=True)
class ChosenCutoff:
    """A cutoff with its errors on whole bodies.

    Attributes
    ----------
    cutoff : CoulombCutoff
        The cutoff.
    force_error : float
        Rms error of the force against a tight mesh, kT/nm.
    torque_error : float
        Rms error of the torque, kT.
    """

    cutoff: CoulombCutoff
    force_error: float
    torque_error: float


def within(system: System, force_error: float, torque_error: float, safety: float = 1.0) -> bool:
    """Whether both errors are at most `safety` times the limits of a system with a cutoff."""
    limits = system.interactions.electrostatics
    if limits is None or limits.torque_error is None:
        raise ValueError("the system has no limits of the error of a cutoff")
    return (
        force_error <= safety * limits.force_error and torque_error <= safety * limits.torque_error
    )


def shortest_cutoff(
    engine: Engine,
    system: System,
    errors: Callable[[CoulombCutoff], tuple[float, float]],
    device: Device,
    above: float = 0.0,
) -> ChosenCutoff:
    """Return the shortest cutoff whose errors are within the limits.

    It is the first accurate one of :data:`RANGES`, shortened in halves of what is left between it
    and a range that is too short.

    Parameters
    ----------
    engine : Engine
        Engine of the run.
    system : System
        State in which the errors are measured.
    errors : callable
        Returns the rms errors of force (kT/nm) and torque (kT) of a cutoff.
    device : Device
        Device of the run.
    above : float
        The range must be longer than this, nm.

    Raises
    ------
    JanusError
        If no range that the box allows is accurate enough.
    """

    def measured(reach: float) -> ChosenCutoff:
        cutoff = engine.cutoff(reach, system, device)
        return ChosenCutoff(cutoff, *errors(cutoff))

    def accurate(one: ChosenCutoff) -> bool:
        return within(system, one.force_error, one.torque_error, CUTOFF_SAFETY)

    def shortened(found: ChosenCutoff, short: float) -> ChosenCutoff:
        while short > 0.0 and found.cutoff.range - short > RESOLUTION:
            between = measured(0.5 * (short + found.cutoff.range))
            if accurate(between):
                found = between
            else:
                short = between.cutoff.range
        return found

    longest = engine.longest_cutoff(system)
    allowed = [one for one in RANGES if above < one < longest]
    if longest > above:
        allowed.append(longest)
    short, found = above, None
    for reach in allowed:
        found = measured(reach)
        if accurate(found):
            return shortened(found, short)
        short = reach
    limits = system.interactions.electrostatics
    assert limits is not None
    told = ""
    if found is not None:
        told = f" (with which they are {found.force_error:.2g} and {found.torque_error:.2g})"
    raise JanusError(
        f"electrostatics.cutoff_error: force {limits.force_error:g} kT/nm and torque "
        f"{limits.torque_error:g} kT cannot be reached with a range of up to half the box, "
        f"{longest:.2f} nm{told}; allow larger errors, use more bodies, or "
        "electrostatics.method pppm"
    )
