"""Checks of the error of a mesh or cutoff, before and during a run."""

from __future__ import annotations

from collections.abc import Callable

from janus_md.engines.accuracy import remeasure
from janus_md.engines.cutoff import within
from janus_md.engines.mesh import Mesh, reach
from janus_md.engines.tuning import choose_cutoff
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.system import System
from janus_md.simulation.execution import (
    Execution,
    Watched,
    coulomb_record,
    device_of,
    engine_of,
    mesh_of,
)

REUSE_SAFETY = 0.92
"""Initial error over the allowed one up to which a mesh or cutoff of another job is used. It is
larger than that of a choice, as the error varies by several percent from start to start, and a new
choice takes seconds."""


def accurate(
    execution: Execution, kT: float, system: System, check: Callable[[], None] = lambda: None
) -> Execution | None:
    """Return `execution` with the error of its mesh or cutoff in `system`; None if it is too large.

    A mesh or cutoff chosen for one set of positions need not be accurate enough for another.
    """
    mesh, settings = mesh_of(execution), system.interactions.electrostatics
    if mesh is None or settings is None:
        return execution
    engine, device = Watched(engine_of(execution), check), device_of(execution)
    if reach(mesh) > engine.longest_cutoff(system):
        return None
    if isinstance(mesh, CoulombCutoff) and mesh != engine.cutoff(mesh.range, system, device):
        return None
    force, torque = remeasure(engine, system, mesh, kT, device)
    if isinstance(mesh, Mesh):
        if force > REUSE_SAFETY * settings.force_error:
            return None
    elif not within(system, force, torque, REUSE_SAFETY):
        return None
    return execution | {"force_error": force, "torque_error": torque}


def check_due(execution: Execution, done: int, every: int) -> bool:
    """Whether the error of a cutoff is measured after `done` steps of a stage.

    It is measured at the start of a stage, apart from the first one, and after 1, 2, 4, 8, ...
    times `every` steps, at which the engine restarts: often at first, while bodies assemble, at
    little cost in a long run.
    """
    if execution.get("cutoff") is None or execution["steps"] == 0:
        return False
    number, rest = divmod(done, every)
    return rest == 0 and number & (number - 1) == 0


def rechecked(execution: Execution, kT: float, system: System, where: str) -> Execution:
    """Return `execution` with the error of its cutoff in `system`, and a longer range if needed.

    The result depends only on the state, so that a run that was stopped here and a run that was not
    are equal to the bit.

    Parameters
    ----------
    execution : dict
        Record of a run with a cutoff.
    kT : float
        kJ/mol.
    system : System
        The present state.
    where : str
        Stage and step, for the record.

    Raises
    ------
    JanusError
        If the error exceeds the limits and no range is accurate enough.
    """
    cutoff, device = mesh_of(execution), device_of(execution)
    assert isinstance(cutoff, CoulombCutoff)
    engine = engine_of(execution)
    force, torque = remeasure(engine, system, cutoff, kT, device)
    if not within(system, force, torque):
        chosen = choose_cutoff(engine, system, kT, device, above=cutoff.range)
        cutoff, force, torque = chosen.cutoff, chosen.force_error, chosen.torque_error
    check = {"at": where, "range_nm": cutoff.range, "force_error": force, "torque_error": torque}
    earlier = [one for one in execution["cutoff"].get("checks", []) if one["at"] != where]
    record = coulomb_record(cutoff)["cutoff"] | {"checks": [*earlier, check]}
    return execution | {"cutoff": record}
