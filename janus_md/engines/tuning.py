"""Selection of the fastest mesh or the shortest cutoff with a given accuracy, by measurement."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from janus_md.common.clock import CLOCK, Clock
from janus_md.common.errors import JanusError
from janus_md.engines.accuracy import allowed_error, measured_error, reference_forces, rms
from janus_md.engines.base import SKIN, Device, Engine, Forces
from janus_md.engines.cutoff import ChosenCutoff, shortest_cutoff
from janus_md.engines.mesh import (
    Coulomb,
    Mesh,
    balanced,
    charge_square_sum,
    check_room,
    estimated_error,
    resolution_for,
    smooth_numbers,
)
from janus_md.engines.mesh_work import list_work, work
from janus_md.engines.trials import Trials
from janus_md.model.box import face_distances, lattice_vectors
from janus_md.model.dynamics import Bath
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.system import System

LONG = 10.0

CUTOFFS = (
    2.5,
    3.0,
    3.5,
    4.0,
    4.5,
    5.0,
    5.5,
    6.0,
    7.0,
    8.0,
    *(LONG * 2.0 ** (0.5 * k) for k in range(11)),
)
"""Real-space cutoffs to try, nm; those above :data:`LONG` only in wide boxes with few bodies."""

SEARCH_SECONDS = 60.0
"""Time after which no further meshes are tried if one is accurate enough."""

ORDERS = (3, 4, 5)
"""Orders of the charge assignment to try."""

TUNING_SAFETY = 0.85
"""Initial error of a mesh over the requested one; it changes while bodies assemble."""

_SIZES = smooth_numbers(256)
_MAX_RELATIVE_WORK = 2.0  # times the estimated work of the cheapest mesh
_MESHES_TIMED = 6


@dataclass(frozen=True)
class Tuned:
    """The selected mesh or cutoff with its measured errors and speed.

    Attributes
    ----------
    mesh : Mesh, CoulombCutoff or None
        None if no body is charged.
    force_error : float
        Rms error of the force on a whole body against a tight mesh, kT/nm.
    torque_error : float
        Rms error of the torque, kT.
    steps_per_second : float
        Speed in the short run that selected it; on one core, per second of CPU time.
    neighbour_list : str
        The fastest kind of neighbour list, one of ``Engine.neighbour_lists``.
    """

    mesh: Coulomb | None
    force_error: float
    torque_error: float
    steps_per_second: float
    neighbour_list: str


def tune(
    engine: Engine,
    system: System,
    bath: Bath,
    time_step: float,
    *,
    device: Device,
    force_error: float | None = None,
    clock: Clock = CLOCK,
) -> Tuned:
    """Select the fastest cutoff, mesh and order at the requested rms force error.

    For a system whose Coulomb interaction has a cutoff, the shortest range is selected whose errors
    of force and torque are within the limits of the system.

    For each cutoff and order, the coarsest mesh is found whose error, measured on whole bodies of
    `system` against a tight mesh, is small enough. The cheapest of these by a cost model are timed.

    Parameters
    ----------
    engine : Engine
        Engine of the run.
    system : System
        State used for the measurements.
    bath : Bath
        Bath of the run.
    time_step : float
        ps.
    device : Device
        Device of the run.
    force_error : float, optional
        kT/nm; by default that of the system.
    clock : Clock
        Clocks used to measure speeds and the time of the search.

    Raises
    ------
    JanusError
        If the box is too small for any cutoff, or no mesh or range is accurate enough.
    """
    electrostatics = system.interactions.electrostatics
    charged = electrostatics is not None and charge_square_sum(system)[1] > 0
    width = float(face_distances(lattice_vectors(system.box)).min())
    check_room(width, system.n_bodies, system.interactions.rows, charged, SKIN)
    longest = engine.longest_cutoff(system)
    trials = Trials(engine, system, bath, time_step, device, clock)
    end = clock.wall() + SEARCH_SECONDS
    if electrostatics is None or not charged:
        speed, found = trials.fastest([None], lambda: clock.wall() > end)
        return Tuned(None, 0.0, 0.0, speed, found.neighbour_list)
    if electrostatics.truncated:
        chosen = choose_cutoff(engine, system, bath.kT, device)
        speed, found = trials.fastest([chosen.cutoff], lambda: clock.wall() > end)
        errors = chosen.force_error, chosen.torque_error
        return Tuned(chosen.cutoff, *errors, speed, found.neighbour_list)
    allowed = allowed_error(system, bath.kT) if force_error is None else force_error * bath.kT
    target = TUNING_SAFETY * allowed
    most = min(longest, _most(system))
    cutoffs = [cutoff for cutoff in CUTOFFS if cutoff <= most] or [longest]
    once = replace(device, neighbour_list=engine.neighbour_lists[-1])
    reference = reference_forces(engine, system, allowed, once)
    meshes: list[Mesh] = []
    for tried, finer in _promising(engine, system, cutoffs, target):
        if meshes and clock.wall() > end:
            break
        mesh = _coarsest(engine, system, reference, tried, finer, target, once)
        if mesh is not None:
            meshes.append(mesh)
    if not meshes:
        raise JanusError(
            f"electrostatics.force_error: {electrostatics.force_error} kT/nm cannot be reached by "
            "a mesh of up to 256 points here; use a larger one"
        )
    speed, best = trials.fastest(_cheapest(system, meshes), lambda: clock.wall() > end)
    assert best.mesh is not None
    force, torque = measured_error(engine, system, best.mesh, reference, bath.kT, once)
    return Tuned(best.mesh, force, torque, speed, best.neighbour_list)


def _cheapest(system: System, meshes: list[Mesh]) -> list[Mesh]:
    """Select the meshes to time: the cheapest with a list of charges, and with one of all sites."""
    rankings = zip(
        *(sorted(meshes, key=lambda mesh: _costs(system, mesh)[k]) for k in range(2)), strict=True
    )
    return list(dict.fromkeys(chain.from_iterable(rankings)))[:_MESHES_TIMED]


def _costs(system: System, mesh: Mesh) -> tuple[float, float]:
    """Estimated cost of a step if the list visits only charges, and if it visits all sites."""
    cost = work(system, mesh, SKIN)
    return cost, cost + list_work(system, mesh, SKIN)


def choose_cutoff(
    engine: Engine, system: System, kT: float, device: Device, above: float = 0.0
) -> ChosenCutoff:
    """Select the shortest cutoff within the limits of a system, by measurement on whole bodies.

    Parameters and errors are those of :func:`~janus_md.engines.cutoff.shortest_cutoff`.
    """
    reference = reference_forces(engine, system, allowed_error(system, kT), device)

    def errors(cutoff: CoulombCutoff) -> tuple[float, float]:
        return measured_error(engine, system, cutoff, reference, kT, device)

    return shortest_cutoff(engine, system, errors, device, above)


def _most(system: System) -> float:
    """Longest useful cutoff, nm: above :data:`LONG` only for few bodies.

    For these it costs no more than :data:`LONG`, even if all of them aggregate.
    """
    _, charges = charge_square_sum(system)
    long = work(system, balanced(system, LONG, resolution_for(system, _SIZES[0]), ORDERS[0]), SKIN)
    return math.inf if 0.5 * charges * charges < long else LONG


def _promising(
    engine: Engine, system: System, cutoffs: list[float], target: float
) -> list[tuple[list[Mesh], Iterator[Mesh]]]:
    """Meshes by cutoff and order: those up to the first one to measure, and the finer ones.

    They are sorted by estimated cost, and those with a much higher estimate are left out.
    """
    found = []
    for cutoff in cutoffs:
        for order in ORDERS:
            finer, meshes = _rising(engine, system, cutoff, order), []
            for mesh in finer:
                meshes.append(mesh)
                # Theory is off by a constant factor (it assumes independent charges, but those of a
                # body partly cancel): begin where the theoretical error is twice the target.
                if estimated_error(system, mesh) < 2.0 * target:
                    break
            found.append((_costs(system, meshes[-1]), meshes, finer))
    found.sort(key=lambda row: row[0][1])
    least = [_MAX_RELATIVE_WORK * min(costs[k] for costs, _, _ in found) for k in range(2)]
    return [
        (meshes, finer)
        for costs, meshes, finer in found
        if costs[0] <= least[0] or costs[1] <= least[1]
    ]


def _rising(engine: Engine, system: System, cutoff: float, order: int) -> Iterator[Mesh]:
    """Distinct meshes that the engine can use, the coarsest first."""
    seen = set()
    for points in _SIZES:
        mesh = balanced(system, cutoff, resolution_for(system, points), order)
        mesh = engine.usable(system, mesh)
        if mesh not in seen:
            seen.add(mesh)
            yield mesh


def _coarsest(
    engine: Engine,
    system: System,
    reference: Forces,
    tried: list[Mesh],
    finer: Iterator[Mesh],
    target: float,
    device: Device,
) -> Mesh | None:
    """Mesh with the fewest points whose measured error is below `target` (kJ/mol/nm)."""

    def error(mesh: Mesh) -> float:
        found = engine.energies_and_forces(system, mesh, device)
        return rms(found.forces - reference.forces)

    *coarser, mesh = tried
    if error(mesh) <= target:
        while coarser and error(coarser[-1]) <= target:
            mesh = coarser.pop()
        return mesh
    for mesh in finer:
        if error(mesh) <= target:
            return mesh
    return None
