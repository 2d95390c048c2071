"""The record of an execution: engine, device and mesh, and their speed."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from janus_md.engines import ENGINES, Device, Engine, load, ranks
from janus_md.engines.base import CPU, Simulation, Wrapper
from janus_md.engines.capabilities import able
from janus_md.engines.mesh import Mesh
from janus_md.engines.tuning import TUNING_SAFETY, Tuned, remeasure, tune
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.simulation.run_options import RunOptions

RESTART_FRAMES = 50
"""Frames between two restarts of the engine. The number is stored with each run: a run that is
continued or made longer restarts at the same steps as one long run."""

CALL_SECONDS = 0.2
"""Wall time of one call of an engine that restarts with every call, by the speed of its trial."""

Execution = dict[str, Any]
"""Value of ``execution`` in the job document: plain JSON."""


def choose(
    setup: Setup,
    system: System,
    candidates: list[tuple[str, str]],
    options: RunOptions,
    check: Callable[[], None] = lambda: None,
) -> Execution:
    """Tune the mesh of each candidate (engine, device) and take the fastest.

    `check` is called before every trial; an exception from it ends the choice.

    Raises
    ------
    JanusError
        Where no candidate can do the setup, or no mesh is accurate enough.
    """
    environment = setup.bath
    engines = able([ENGINES.get(name) for name, _ in candidates], setup)
    names = [engine.name for engine in engines]
    candidates = [one for one in candidates if one[0] in names]
    tuned: dict[str, tuple[Engine, Device, Tuned]] = {}
    for name, kind in candidates:
        adapter = load(name)
        where = device_for(name, kind, options)
        found = tune(_Watched(adapter, check), system, environment, setup.time_step, device=where)
        where = replace(where, neighbour_list=found.neighbour_list)
        tuned[name] = (adapter, where, found)
    adapter, where, found = max(tuned.values(), key=lambda row: row[2].steps_per_second)
    speeds = {name: round(row[2].steps_per_second, 1) for name, row in tuned.items()}
    record = not_yet_run(adapter, where, _mesh_record(found.mesh), "trials of this job", speeds)
    return record | {"force_error": found.force_error, "torque_error": found.torque_error}


def not_yet_run(
    engine: Engine,
    where: Device,
    mesh: Execution | None,
    mesh_from: str,
    trial_steps_per_second: Mapping[str, float],
) -> Execution:
    """Return the record of a run before its first step, without the errors of the mesh."""
    return {
        "engine": engine.name,
        "version": engine.version(),
        "device": where.kind,
        "gpu_id": where.gpu_id if where.kind == "gpu" else None,
        "threads": where.threads,
        "ranks": ranks.size(),
        "mesh": mesh,
        "mesh_from": mesh_from,
        "neighbour_list": where.neighbour_list,
        "force_error": 0.0,
        "torque_error": 0.0,
        "trial_steps_per_second": dict(trial_steps_per_second),
        "restart_frames": RESTART_FRAMES,
        "call_steps": max(1, int(CALL_SECONDS * trial_steps_per_second[engine.name])),
        "bit_equal": True,
        "steps": 0,
        "seconds": 0.0,
    }


def device_for(engine: str, kind: str, options: RunOptions) -> Device:
    """Return the device that an engine gets; not all have threads."""
    threads = options.threads if ENGINES.get(engine).capabilities.threads else 1
    return Device(kind, threads, options.gpu_id)


def accurate(
    execution: Execution, kT: float, system: System, check: Callable[[], None] = lambda: None
) -> Execution | None:
    """Return `execution` with the error of its mesh in `system`; None if that is too large.

    A mesh chosen for one set of positions need not be accurate enough for another.
    """
    mesh, settings = mesh_of(execution), system.interactions.electrostatics
    if mesh is None or settings is None:
        return execution
    engine = _Watched(load(execution["engine"]), check)
    if mesh.cutoff > engine.longest_cutoff(system):
        return None
    force, torque = remeasure(engine, system, mesh, kT, device_of(execution))
    if force > TUNING_SAFETY * settings.force_error:
        return None
    return execution | {"force_error": force, "torque_error": torque}


class _Watched(Wrapper):
    """An engine that calls `check` before each start."""

    def __init__(self, engine: Engine, check: Callable[[], None]) -> None:
        super().__init__(engine)
        self._check = check

    def simulation(self, *arguments: Any) -> Simulation:
        """Call `check`, then start."""
        self._check()
        return self.engine.simulation(*arguments)


def placed(execution: Execution, system: System, options: RunOptions) -> Execution:
    """Return the record of a run that is continued with these threads, or on this GPU.

    The number of ranks is that of this process; a mesh that the engine cannot use on them is
    replaced by the next finer one.

    Raises
    ------
    JanusError
        If the box is too small for them.
    """
    engine, mesh = load(execution["engine"]), mesh_of(execution)
    engine.longest_cutoff(system)
    usable = None if mesh is None else _mesh_record(engine.usable(system, mesh))
    here = execution | {"ranks": ranks.size(), "mesh": usable}
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
    return float(execution["trial_steps_per_second"][execution["engine"]])


def device_of(execution: Mapping[str, Any]) -> Device:
    """Return the device that `execution` records."""
    neighbours = execution.get("neighbour_list", CPU.neighbour_list)  # not in older records
    return Device(execution["device"], execution["threads"], execution["gpu_id"] or 0, neighbours)


def completed(execution: Mapping[str, Any], kT: float, system: System) -> Execution:
    """Return the record of a run that has ended in `system`: speed, memory, error of its mesh."""
    record = dict(execution)
    record["memory_mb"] = round(peak_memory(), 1)
    record["steps_per_second"] = round(measured_rate(execution), 1)
    mesh = mesh_of(execution)
    if mesh is not None:
        force, torque = remeasure(
            load(execution["engine"]),
            system,
            mesh,
            kT,
            device_of(execution),
        )
        record["force_error_at_end"], record["torque_error_at_end"] = force, torque
    return record


def peak_memory() -> float:
    """Largest memory that this process has had so far, MB."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (1 << 20 if sys.platform == "darwin" else 1 << 10)  # macOS counts bytes


def _mesh_record(mesh: Mesh | None) -> dict[str, Any] | None:
    if mesh is None:
        return None
    return {
        "cutoff_nm": mesh.cutoff,
        "resolution": list(mesh.resolution),
        "order": mesh.order,
        "splitting_per_nm": mesh.splitting,
    }


def mesh_of(execution: Mapping[str, Any]) -> Mesh | None:
    """Return the mesh that `execution` records; None if no body carries charge."""
    record = execution["mesh"]
    if record is None:
        return None
    x, y, z = record["resolution"]
    return Mesh(record["cutoff_nm"], (x, y, z), record["order"], record["splitting_per_nm"])
