"""Pieces of a production in which conditions change: state, bath and mesh at their begin."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.engines.accuracy import remeasure
from janus_md.engines.mesh import Mesh, estimated_error
from janus_md.engines.rescaling import rescaled
from janus_md.model.pairs.overlap import overlap_energy
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.simulation.choice import choose_once
from janus_md.simulation.execution import (
    Execution,
    coulomb_record,
    device_of,
    engine_of,
    mesh_of,
)
from janus_md.simulation.files.checkpoint import Checkpoint
from janus_md.simulation.run_options import RunOptions
from janus_md.simulation.start.limits import limits_of

MEASURED_EVERY = 10
"""Pieces from one measurement of the error of the mesh to the next."""

OVERLAP_LIMIT = 10.0
"""Largest overlap energy up to which a box becomes smaller, kT per body. Bodies at rest have 2 to 4
in a dense liquid; above, the pressure grows so fast that beads soon pass through each other."""

RULE = "mesh_rule"
"""Key of an execution: cutoff and order of all meshes until the next choice, and the largest
estimated error of the force on a charge, kT/nm."""

MESHES = "meshes"
"""Key of an execution: meshes of all pieces with the step at which they begin."""


@dataclass(frozen=True)
class FixedSteps:
    """Steps of a stage at which the engine restarts, whether a run was stopped there or not.

    Attributes
    ----------
    every : int
        All multiples of this.
    ends : tuple of int
        Ends of pieces, in increasing order.
    unchanged_from : int
        Step after which conditions do not change.
    """

    every: int
    ends: tuple[int, ...] = ()
    unchanged_from: int = 0

    def __contains__(self, step: int) -> bool:
        return step % self.every == 0 or step in self.ends

    def after(self, step: int) -> int:
        """Return the next one."""
        multiple = (step // self.every + 1) * self.every
        later = self.ends[bisect_right(self.ends, step) :][:1]
        return min([multiple, *later])


def under(setup: Setup, system: System) -> System:
    """Return a state under the conditions of a setup.

    Centres are scaled with the space of the bodies: the box, or the part of it between walls, both
    about the middle of the box. Fractional coordinates stay, and so do orientations, velocities
    and bodies. A state that is under these conditions already is returned as it is, to the bit.

    Parameters
    ----------
    setup : Setup
        As of :meth:`janus_md.model.setup.Setup.at`.
    system : System
        Any state of the run.
    """
    before = limits_of(replace(setup, box=system.box, environment=system.environment)).edges
    scale = limits_of(setup).edges / before
    return replace(
        system,
        box=setup.box.copy(),
        positions=system.positions * scale,
        interactions=setup.interactions,
        environment=setup.environment,
    )


def overlap(setup: Setup, state: Checkpoint) -> float:
    """Return the overlap energy of a state, kT per body."""
    return overlap_energy(state.system) / (state.system.n_bodies * setup.at(state.done).bath.kT)


def pressed(setup: Setup, state: Checkpoint) -> str | None:
    """Return why a box must not become smaller; None if it may, or does not.

    The state at the end of a piece in which the box became smaller is examined.
    """
    ends = [one.end for one in setup.schedule]
    number = bisect_left(ends, state.done)
    if state.done not in ends[1:]:
        return None
    here, before = setup.schedule[number], setup.schedule[number - 1]
    if here.box[:3].prod() >= before.box[:3].prod():
        return None
    energy = overlap(setup, state)
    if energy <= OVERLAP_LIMIT:
        return None
    fraction = here.values["volume_fraction"]
    return (
        f"at volume fraction {fraction:.3g} the beads overlap with {energy:.1f} kT per body, and "
        f"{OVERLAP_LIMIT:g} is the most"
    )


def restored(setup: Setup, state: Checkpoint) -> Checkpoint:
    """Return a state read from a file with medium and fields of its step."""
    if not setup.schedule or state.stage != setup.stages[-1].name:
        return state
    there = setup.at(state.done)
    system = replace(state.system, interactions=there.interactions, environment=there.environment)
    return replace(state, system=system)


def entered(
    setup: Setup, state: Checkpoint, check: Callable[[], None] = lambda: None
) -> tuple[Checkpoint, bool]:
    """Return the state with which the next piece begins, and whether a new mesh was chosen.

    The result depends only on the state, apart from a new choice, which must therefore be saved.

    Parameters
    ----------
    setup : Setup
        Setup with a schedule.
    state : Checkpoint
        State of the production at a fixed step.
    check : callable
        Is called before every trial of a new choice.

    Raises
    ------
    JanusError
        If no mesh is accurate enough.
    """
    now = setup.at(state.done + 1)
    state = replace(state, system=under(now, state.system))
    ends = [piece.end for piece in setup.schedule]
    mesh = mesh_of(state.execution)
    if state.done not in ends[:-1] or not isinstance(mesh, Mesh):
        return state, False
    number = bisect_right(ends, state.done)  # of the piece that begins
    execution = _with_rule(setup, state, mesh)
    entry: dict[str, Any] = {"step": state.done}
    chosen = False
    found = _rescaled(execution, now, state.system)
    measured = number % MEASURED_EVERY == 0 or number == len(ends) - 1
    if found is not None and measured:
        errors = _errors(execution, now, state.system, found)
        entry |= dict(zip(("force_error", "torque_error"), errors, strict=True))
        if errors[0] > _limit(now):
            found = None
    if found is None:
        execution, chosen = _chosen(execution, now, state.system, check), True
        new = mesh_of(execution)
        assert isinstance(new, Mesh)
        found = new
        entry |= {"chosen": True, "force_error": execution["force_error"]}
    record = coulomb_record(found)
    earlier = [one for one in execution.get(MESHES, []) if one["step"] < state.done]
    execution = execution | record | {MESHES: [*earlier, entry | record["mesh"]]}
    return replace(state, execution=execution), chosen


def _limit(setup: Setup) -> float:
    electrostatics = setup.interactions.electrostatics
    assert electrostatics is not None
    return electrostatics.force_error


def _with_rule(setup: Setup, state: Checkpoint, mesh: Mesh) -> Execution:
    """Return the execution with the rule; in the first piece it is that of the first mesh."""
    if RULE in state.execution:
        return state.execution
    first = setup.at(0)
    return state.execution | {RULE: _rule(first, under(first, state.system), mesh)}


def _rule(setup: Setup, system: System, mesh: Mesh) -> dict[str, Any]:
    error = estimated_error(system, mesh) / setup.bath.kT
    return {"cutoff_nm": mesh.cutoff, "order": mesh.order, "estimated_error": error}


def _rescaled(execution: Execution, setup: Setup, system: System) -> Mesh | None:
    rule = execution[RULE]
    error = rule["estimated_error"] * setup.bath.kT
    return rescaled(engine_of(execution), system, rule["cutoff_nm"], rule["order"], error)


def _errors(execution: Execution, setup: Setup, system: System, mesh: Mesh) -> tuple[float, float]:
    engine, device = engine_of(execution), device_of(execution)
    return remeasure(engine, system, mesh, setup.bath.kT, device)


def _chosen(
    execution: Execution, setup: Setup, system: System, check: Callable[[], None]
) -> Execution:
    """Return the execution with a new mesh for the present state."""
    name, device = execution["engine"], execution["device"]
    options = RunOptions(
        engine=name,
        device=device,
        threads=execution["threads"],
        gpu_id=execution["gpu_id"] or 0,
    )
    found = choose_once(setup, system, [(name, device)], options, check)
    mesh = mesh_of(found)
    if not isinstance(mesh, Mesh):
        raise JanusError("electrostatics: no mesh was found for the present box")
    kept = {key: found[key] for key in ("mesh", "force_error", "torque_error")}
    return execution | kept | {RULE: _rule(setup, system, mesh)}
