"""The record of an execution: engine, device and mesh or cutoff, and their speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.memory import peak_memory
from janus_md.engines import ENGINES, Device, Engine, load, ranks
from janus_md.engines.accuracy import remeasure
from janus_md.engines.base import CPU, Simulation
from janus_md.engines.capabilities import able
from janus_md.engines.mesh import Coulomb, Mesh
from janus_md.engines.tuning import Tuned, tune
from janus_md.engines.wrapper import Wrapper
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.simulation.run_options import RunOptions
from janus_md.workspace.documents import trial_key, trial_speed

RESTART_FRAMES = 50
"""Frames between two restarts of the engine. The number is stored with each run: a run that is
continued or made longer restarts at the same steps as one long run."""

CALL_SECONDS = 0.2
"""Wall time of one call of an engine that restarts with every call, by the speed of its trial."""

LEAST_CALL_STEPS, LONGEST_CALL_SECONDS = 20, 5.0
"""Least number of steps of a call, unless they take longer. At its end, LAMMPS computes the energy,
for a sixth of the time of a step."""

Execution = dict[str, Any]
"""Value of ``execution`` in the job document: plain JSON."""


class Watched(Wrapper):
    """An engine that calls `check` before each start."""

    def __init__(self, engine: Engine, check: Callable[[], None]) -> None:
        super().__init__(engine)
        self._check = check

    def simulation(self, *arguments: Any) -> Simulation:
        """Call `check`, then start."""
        self._check()
        return self.engine.simulation(*arguments)


def choose(
    setup: Setup,
    system: System,
    candidates: list[tuple[str, str]],
    options: RunOptions,
    check: Callable[[], None] = lambda: None,
) -> Execution:
    """Tune the mesh or cutoff of each candidate (engine, device) and take the fastest.

    `check` is called before every trial; an exception from it ends the choice.

    Raises
    ------
    JanusError
        Where no candidate can do the setup, or no mesh or range is accurate enough.
    """
    environment = setup.bath
    engines = able([ENGINES.get(name) for name, _ in candidates], setup)
    names = [engine.name for engine in engines]
    candidates = [one for one in candidates if one[0] in names]
    tuned: dict[str, tuple[Engine, Device, Tuned]] = {}  # by engine and device
    for name, kind in candidates:
        adapter = load(name)
        where = device_for(name, kind, options)
        found = tune(Watched(adapter, check), system, environment, setup.time_step, device=where)
        where = replace(where, neighbour_list=found.neighbour_list)
        tuned[trial_key(name, kind)] = (adapter, where, found)
    adapter, where, found = max(tuned.values(), key=lambda row: row[2].steps_per_second)
    speeds = {name: round(row[2].steps_per_second, 1) for name, row in tuned.items()}
    coulomb = coulomb_record(found.mesh)
    record = not_yet_run(adapter, where, system, coulomb, "trials of this job", speeds)
    return record | {"force_error": found.force_error, "torque_error": found.torque_error}


def not_yet_run(
    engine: Engine,
    where: Device,
    system: System,
    coulomb: Execution,
    mesh_from: str,
    trial_steps_per_second: Mapping[str, float],
) -> Execution:
    """Return the record of a run before its first step, without errors of the mesh or cutoff.

    `coulomb` is that of :func:`coulomb_record`.
    """
    return {
        "engine": engine.name,
        "version": engine.version(),
        "component": engine.component_version() if engine.uses_component(system, where) else None,
        "device": where.kind,
        "device_from": None,
        "gpu_id": where.gpu_id if where.kind == "gpu" else None,
        "threads": where.threads,
        "ranks": ranks.size(),
        **coulomb,
        "mesh_from": mesh_from,
        "neighbour_list": where.neighbour_list,
        "force_error": 0.0,
        "torque_error": 0.0,
        "trial_steps_per_second": dict(trial_steps_per_second),
        "restart_frames": RESTART_FRAMES,
        "call_steps": steps_of_call(
            trial_steps_per_second[trial_key(engine.name, where.kind)], CALL_SECONDS
        ),
        "bit_equal": True,
        "steps": 0,
        "seconds": 0.0,
    }


def steps_of_call(rate: float, seconds: float) -> int:
    """Return the steps of one call of an engine, at `rate` (steps/s) about `seconds`.

    They are not fewer than :data:`LEAST_CALL_STEPS` within :data:`LONGEST_CALL_SECONDS`.
    """
    least = min(LEAST_CALL_STEPS, int(rate * LONGEST_CALL_SECONDS))
    return max(1, least, int(rate * seconds))


def device_for(engine: str, kind: str, options: RunOptions) -> Device:
    """Return the device that an engine gets; not all have threads."""
    threads = options.threads if ENGINES.get(engine).capabilities.threads else 1
    return Device(kind, threads, options.gpu_id)


def placed(execution: Execution, system: System, options: RunOptions) -> Execution:
    """Return the record of a run that is continued with these threads, or on this GPU.

    The number of ranks is that of this process; a mesh that the engine cannot use on them is
    replaced by the next finer one. A cutoff is kept.

    Raises
    ------
    JanusError
        If the box is too small for them.
    """
    if ranks.size() > 1:
        execution = execution | {"component": None}
    engine, mesh = engine_of(execution), mesh_of(execution)
    longest = engine.longest_cutoff(system)
    here = execution | {"ranks": ranks.size()}
    if isinstance(mesh, Mesh):
        here |= coulomb_record(engine.usable(system, mesh))
    elif mesh is not None and mesh.range > longest:
        raise JanusError(
            f"ranks: {ranks.size()} allow a cutoff of at most {longest:.2f} nm, and this run has "
            f"one of {mesh.range:g} nm; use fewer ranks"
        )
    if execution["device"] == "gpu":
        here["gpu_id"] = options.gpu_id
    else:
        here["threads"] = device_for(execution["engine"], "cpu", options).threads
    same = all(here[key] == execution[key] for key in ("ranks", "mesh", "threads"))
    return here | {"bit_equal": execution["bit_equal"] and same}


def measured_rate(execution: Mapping[str, Any]) -> float:
    """Return steps per second so far; before the first step, those of the trial."""
    if execution["seconds"] > 0:
        return float(execution["steps"] / execution["seconds"])
    return float(trial_speed(execution))


def engine_of(execution: Mapping[str, Any]) -> Engine:
    """Return the engine that `execution` records, with its component if that was used.

    A run continues as it began: without the component if that was installed later.
    """
    engine = load(execution["engine"])
    return engine if execution.get("component") else engine.without_component()


def device_of(execution: Mapping[str, Any]) -> Device:
    """Return the device that `execution` records."""
    neighbours = execution.get("neighbour_list", CPU.neighbour_list)  # not in older records
    return Device(execution["device"], execution["threads"], execution["gpu_id"] or 0, neighbours)


def completed(execution: Mapping[str, Any], kT: float, system: System) -> Execution:
    """Return the record of a run that has ended in `system`: speed, memory, error of the mesh."""
    record = dict(execution)
    record["memory_mb"] = round(peak_memory(), 1)
    record["steps_per_second"] = round(measured_rate(execution), 1)
    mesh = mesh_of(execution)
    if mesh is not None:
        force, torque = remeasure(
            engine_of(execution),
            system,
            mesh,
            kT,
            device_of(execution),
        )
        record["force_error_at_end"], record["torque_error_at_end"] = force, torque
    return record


def coulomb_record(coulomb: Coulomb | None) -> Execution:
    """Return the entries of a record for a mesh or a cutoff; ``mesh`` is None without a mesh."""
    if isinstance(coulomb, CoulombCutoff):
        return {"mesh": None, "cutoff": {"range_nm": coulomb.range, "between": coulomb.between}}
    if coulomb is None:
        return {"mesh": None}
    return {
        "mesh": {
            "cutoff_nm": coulomb.cutoff,
            "resolution": list(coulomb.resolution),
            "order": coulomb.order,
            "splitting_per_nm": coulomb.splitting,
        }
    }


def mesh_of(execution: Mapping[str, Any]) -> Coulomb | None:
    """Return the mesh or cutoff that `execution` records; None if no body carries charge."""
    if (cutoff := execution.get("cutoff")) is not None:
        return CoulombCutoff(cutoff["range_nm"], cutoff["between"])
    record = execution["mesh"]
    if record is None:
        return None
    x, y, z = record["resolution"]
    return Mesh(record["cutoff_nm"], (x, y, z), record["order"], record["splitting_per_nm"])
