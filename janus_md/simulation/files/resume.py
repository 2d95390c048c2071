"""Whether a checkpoint may go on: what it was written for and by, against what there is now."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.model.dynamics import Stage
from janus_md.model.system import System
from janus_md.simulation.files.checkpoint import Checkpoint
from janus_md.study.statepoint import StatePoint

ALLOWABLE = ("version", "state")
"""What may differ from the checkpoint where the user allows it: the engine's version; the state
point, the catalogue's bodies or the model's constants."""

TOLERANCE = 1e-9
"""Relative difference of two numbers that counts as none: libraries of linear algebra differ."""

_LISTED = 3  # changes that a message names
_RESTART = "remove the file to start this job from the beginning"
_OF_BODIES = (
    "positions", "types", "charges", "diameters", "mass", "inertia", "hydrodynamic_radius",
)  # fmt: skip


def account(point: StatePoint, first: System, plan: Sequence[Stage]) -> dict[str, Any]:
    """Everything that the forces and the steps of a run follow from, as plain JSON values.

    Parameters
    ----------
    point : StatePoint
        The job's.
    first : System
        Its first state: bodies, pair table and box.
    plan : sequence of Stage
        Its stages.
    """
    return {
        "statepoint": point.model_dump(mode="json"),
        "box": first.box.tolist(),
        "bodies": {
            body.name: {name: _plain(getattr(body, name)) for name in _OF_BODIES}
            for body in first.bodies
        },
        "pairs": {
            f"{a} {b}": asdict(row) for (a, b), row in sorted(first.interactions.pairs.items())
        },
        "stages": {
            stage.name: {
                "steps": stage.steps,
                "time_step": stage.time_step,
                "frame_steps": stage.frame_steps,
                "bath": {key: _plain(value) for key, value in asdict(stage.bath).items()},
            }
            for stage in plan
        },
    }


def check_allowed(allow: Collection[str]) -> None:
    """Refuse what is none of :data:`ALLOWABLE`.

    Raises
    ------
    JanusError
        With the nearest name that is.
    """
    for name in allow:
        if name not in ALLOWABLE:
            raise JanusError(unknown("--allow", name, ALLOWABLE))


def adopt(
    path: Path,
    checkpoint: Checkpoint,
    now: Mapping[str, Any],
    version: str,
    allow: Collection[str],
) -> Checkpoint:
    """Return the checkpoint for going on from it, after a look at what has changed since.

    Parameters
    ----------
    path : Path
        Where the checkpoint lies.
    checkpoint : Checkpoint
        As it was read.
    now : mapping
        :func:`account` of the run that is to go on.
    version : str
        The engine's version here.
    allow : collection of str
        Which of :data:`ALLOWABLE` may differ; what does differ is added to the execution's record
        as ``changes``.

    Raises
    ------
    JanusError
        Where something differs that is not allowed, or that the files cannot go on with.
    """
    execution, made_for = dict(checkpoint.execution), checkpoint.made_for or now
    if trouble := _misfit(checkpoint, made_for, now):
        raise JanusError(f"{path}: {trouble}, so the files cannot go on; {_RESTART}")
    found = {}
    if version != execution["version"]:
        found["version"] = f"by {execution['engine']} {execution['version']} (here is {version})"
    if changed := list(_state_changes(made_for, now)):
        more = f" and {len(changed) - _LISTED} more" if len(changed) > _LISTED else ""
        found["state"] = f"for another state ({'; '.join(changed[:_LISTED])}{more})"
    if refused := [name for name in found if name not in allow]:
        flags = " ".join(f"--allow {name}" for name in refused)
        raise JanusError(
            f"{path}: was written {' and '.join(found[name] for name in refused)}; go on all the "
            f"same with {flags} (project.py: JANUS_MD_ALLOW={','.join(refused)}), or {_RESTART}"
        )
    if found:
        here = {"stage": checkpoint.stage, "step": checkpoint.done}
        execution["changes"] = [*execution.get("changes", []), here | found]
        execution["version"] = version
    return replace(checkpoint, execution=execution, made_for=dict(now))


def _misfit(
    checkpoint: Checkpoint, before: Mapping[str, Any], now: Mapping[str, Any]
) -> str | None:
    """Say what no permission helps with: places and frames that would not fit."""
    name, done = checkpoint.stage, checkpoint.done
    if set(before["bodies"]) != set(now["bodies"]):
        was, here = (", ".join(one["bodies"]) for one in (before, now))
        return f"holds bodies of {was}, but the state point asks for {here}"
    if not _same(before["box"], now["box"]):
        return f"the box was {before['box'][0]:.6g} nm wide and is now {now['box'][0]:.6g} nm"
    stage, was = now["stages"].get(name), before["stages"][name]
    if stage is None or done > stage["steps"]:
        return f"stands at step {done} of {name}, which now has {stage['steps'] if stage else 0}"
    for key in ("time_step", "frame_steps"):
        if was["frame_steps"] and done and not _same(was[key], stage[key]):
            return f"holds frames with a {key} of {was[key]:g}, which is now {stage[key]:g}"
    return None


def _state_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Name what differs: keys of the state point or, where those are the same, what they mean."""
    try:
        # Fields that are newer than the checkpoint have their defaults.
        old = StatePoint.of(before["statepoint"]).model_dump(mode="json")
    except JanusError:
        old = before["statepoint"]
    edited = list(_changes(old, now["statepoint"]))
    yield from edited or (
        change
        for key in ("bodies", "pairs", "stages")
        for change in _changes(before[key], now[key], key)
    )


def _changes(before: Any, now: Any, key: str = "") -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted({*before, *now}):
            inner = f"{key}.{name}" if key else name
            yield from _changes(before.get(name), now.get(name), inner)
    elif not _same(before, now):
        yield key if isinstance(now, list) else f"{key} was {before} and is now {now}"


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, float) or isinstance(b, float):
        both = all(isinstance(value, int | float) for value in (a, b))
        return both and math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(a == b)


def _plain(value: Any) -> Any:
    """Arrays and tuples as lists, all else as it is."""
    if isinstance(value, tuple):
        return list(value)
    return value.tolist() if hasattr(value, "tolist") else value
