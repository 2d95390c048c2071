"""Choice of engine and mesh or cutoff, made once for all jobs with the same system."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from janus_md import __version__
from janus_md.common import cache
from janus_md.engines import ENGINES, load, ranks
from janus_md.engines.mesh import MAX_ORDER
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.simulation.accuracy import accurate
from janus_md.simulation.devices import to_try
from janus_md.simulation.execution import Execution, choose, device_for, not_yet_run
from janus_md.simulation.run_options import RunOptions
from janus_md.workspace.documents import trial_key

CACHE = "meshes"
"""Name of the cache file of the choices."""

IDLE_LOAD = 1.25
"""Load per core up to which a machine counts as idle. A choice that was made on a busy machine is
made again when the machine is idle."""

_Positive = Annotated[float, Field(gt=0.0)]
_Points = Annotated[int, Field(ge=1, le=1024)]


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _Mesh(_Plain):
    cutoff_nm: _Positive
    resolution: tuple[_Points, _Points, _Points]
    order: Annotated[int, Field(ge=1, le=MAX_ORDER)]
    splitting_per_nm: _Positive


class _Cutoff(_Plain):
    range_nm: _Positive
    between: Literal["sites", "bodies"]


class Choice(_Plain):
    """A choice as it is kept in the cache."""

    engine: str
    """Fastest of the candidates."""
    device: Literal["cpu", "gpu"]
    """Its device."""
    mesh: _Mesh | None
    """None if no body carries charge, or the Coulomb interaction has a cutoff."""
    cutoff: _Cutoff | None = None
    """Cutoff of the Coulomb interaction."""
    neighbour_list: str
    """Kind of neighbour list."""
    trial_steps_per_second: dict[str, _Positive]
    """Speed of each engine and device that was tried (`trial_key`)."""
    quiet: bool
    """Whether the machine was idle."""
    at: str
    """Time of the choice, in UTC."""


def choose_once(
    setup: Setup,
    system: System,
    candidates: Sequence[tuple[str, str]],
    options: RunOptions,
    check: Callable[[], None] = lambda: None,
) -> Execution:
    """Use an earlier choice if its mesh is accurate enough in `system`, else make a new one.

    If several processes need the same choice at the same time, one makes it and the others wait.

    Parameters, result and errors are those of :func:`janus_md.simulation.execution.choose`;
    ``mesh_from`` in the result says which it was. A new choice is kept in the cache.
    """
    file, machine = cache.cache_file(CACHE), cache.processor()
    candidates, device_from = to_try(setup, candidates)
    kind = kind_of(setup, candidates, options)
    quiet = cache.load_per_core() <= IDLE_LOAD

    def taken(earlier: Choice | None) -> Execution | None:
        if earlier is None or (earlier.engine, earlier.device) not in candidates:
            return None
        if earlier.neighbour_list not in ENGINES.get(earlier.engine).neighbour_lists:
            return None
        where = device_for(earlier.engine, earlier.device, options)
        coulomb = earlier.model_dump(mode="json", include={"mesh", "cutoff"})
        if earlier.cutoff is None:
            del coulomb["cutoff"]
        where = replace(where, neighbour_list=earlier.neighbour_list)
        came = f"an earlier choice ({earlier.at})"
        speeds = earlier.trial_steps_per_second
        record = not_yet_run(load(earlier.engine), where, system, coulomb, came, speeds)
        record["device_from"] = device_from
        return accurate(record, setup.bath.kT, system, check)

    def kept() -> Choice | None:
        return _read(cache.recall(machine, file).get(kind))

    def anew() -> Execution:
        record = choose(setup, system, candidates, options, check) | {"device_from": device_from}
        names = ("engine", "device", "mesh", "cutoff", "neighbour_list", "trial_steps_per_second")
        chosen = {name: record[name] for name in names if name in record}
        chosen |= {"quiet": quiet, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        cache.keep(machine, kind, chosen, file)
        return record

    earlier = kept()
    if earlier is None or (quiet and not earlier.quiet):
        with cache.in_turn(kind, file, check):
            if (newer := kept()) == earlier:
                return anew()
        earlier = newer  # not older than one made now
    return taken(earlier) or anew()


def _read(kept: Any) -> Choice | None:
    """Return an entry of the cache as a choice; None if it is damaged."""
    with suppress(ValidationError):
        choice = Choice.model_validate(kept)
        key = trial_key(choice.engine, choice.device)
        return choice if key in choice.trial_steps_per_second else None
    return None


def kind_of(
    setup: Setup,
    candidates: Sequence[tuple[str, str]],
    options: RunOptions,
) -> str:
    """Return a text of all that a choice depends on, apart from the machine and positions."""
    all_ = setup.to_dict()
    meant = {key: all_[key] for key in ("box", "bodies", "counts", "interactions", "start")}
    meant["bath"] = setup.bath.to_dict()
    if setup.environment:
        meant["environment"] = all_["environment"]
    found = {
        "setup": hashlib.sha256(json.dumps(meant, sort_keys=True).encode()).hexdigest()[:16],
        "janus_md": __version__,
        "candidates": [[name, load(name).version(), kind] for name, kind in candidates],
        "components": [load(name).component_version() for name, _ in candidates],
        "gpu": _gpu_name(candidates, options.gpu_id),
        "threads": options.threads,
        "ranks": ranks.size(),
    }
    return json.dumps(found, sort_keys=True)


def _gpu_name(candidates: Sequence[tuple[str, str]], gpu_id: int) -> str | None:
    """Name of a GPU without its number, as equal ones are equally fast; None without one."""
    for name, kind in candidates:
        if kind == "gpu":
            gpus = ENGINES.get(name).gpus()  # "[0] name, ..."
            return gpus[gpu_id % len(gpus)].partition("]")[2].strip() if gpus else ""
    return None
