"""Checks whether a run can continue from a checkpoint: comparison of setup and engine."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.simulation.files.checkpoint import Checkpoint

ALLOWABLE = ("version", "state")
"""Differences from the checkpoint that the user may allow: `version` of the engine; `state`, the
state point, the bodies of the catalogue or the constants of the model."""

TOLERANCE = 1e-9
"""Relative difference up to which two numbers are equal, as linear algebra libraries differ."""

_LISTED = 3  # largest number of changes named in a message
_RESTART = "remove the file to start this job from the beginning"


@dataclass(frozen=True)
class Versions:
    """Versions of an engine and of its compiled component.

    Attributes
    ----------
    engine : str
        Version of the engine.
    component : str or None
        Version of the component; None if it is not used or not installed.
    """

    engine: str
    component: str | None = None

    def __str__(self) -> str:
        return self.engine + (f" with its component {self.component}" if self.component else "")

    def beside(self, before: Versions) -> str:
        """Return the text for these versions where a run used `before`."""
        if before.component is None:
            return self.engine
        return str(self) if self.component else f"{self.engine} without its component"


def check_allowed(allow: Collection[str]) -> None:
    """Check that all names are in :data:`ALLOWABLE`.

    Raises
    ------
    JanusError
        If one is not; the message suggests the most similar one.
    """
    for name in allow:
        if name not in ALLOWABLE:
            raise JanusError(unknown("--allow", name, ALLOWABLE))


def adopt(
    path: Path,
    checkpoint: Checkpoint,
    now: Mapping[str, Any],
    here: Versions,
    allow: Collection[str],
) -> Checkpoint:
    """Return the checkpoint to continue from, unless there are differences that are not allowed.

    Parameters
    ----------
    path : Path
        File of the checkpoint.
    checkpoint : Checkpoint
        Content of the checkpoint.
    now : mapping
        :meth:`janus_md.model.setup.Setup.to_dict` of the present run.
    here : Versions
        Installed versions of the engine and its component.
    allow : collection of str
        Names from :data:`ALLOWABLE` that may differ. The differences are added to the record of the
        execution as ``changes``.

    Raises
    ------
    JanusError
        If there are differences that are not allowed or do not match the files.
    """
    execution, made_for = dict(checkpoint.execution), checkpoint.made_for or now
    if trouble := _misfit(checkpoint, made_for, now):
        raise JanusError(f"{path}: {trouble}, so the run cannot continue; {_RESTART}")
    found = {}
    before = Versions(execution["version"], execution.get("component"))
    if before.engine != here.engine or before.component not in (None, here.component):
        found["version"] = f"by {execution['engine']} {before} ({here.beside(before)} is installed)"
    if changed := list(_state_changes(made_for, now)):
        more = f" and {len(changed) - _LISTED} more" if len(changed) > _LISTED else ""
        found["state"] = f"for another state ({'; '.join(changed[:_LISTED])}{more})"
    if refused := [name for name in found if name not in allow]:
        flags = " ".join(f"--allow {name}" for name in refused)
        raise JanusError(
            f"{path}: was written {' and '.join(found[name] for name in refused)}; continue "
            f"anyway with {flags} (project.py: JANUS_MD_ALLOW={','.join(refused)}), or {_RESTART}"
        )
    if found:
        place = {"stage": checkpoint.stage, "step": checkpoint.done}
        execution["changes"] = [*execution.get("changes", []), place | found]
        execution["version"] = here.engine
        execution["component"] = here.component if before.component else None
        execution["bit_equal"] = False
    return replace(checkpoint, execution=execution, made_for=dict(now))


def _misfit(
    checkpoint: Checkpoint, before: Mapping[str, Any], now: Mapping[str, Any]
) -> str | None:
    """Return a difference in positions or frames, which can never be allowed; else None."""
    name, done = checkpoint.stage, checkpoint.done
    was, here = (", ".join(body["name"] for body in one["bodies"]) for one in (before, now))
    if was != here:
        return f"has bodies of {was}, but the state point has {here}"
    if not _same(before["box"], now["box"]):
        return (
            f"the edge of the box was {before['box'][0]:.6g} nm and is now {now['box'][0]:.6g} nm"
        )
    stage, was_stage = (_stage(one, name) for one in (now, before))
    if stage is None or done > stage["steps"]:
        return f"is at step {done} of {name}, which now has {stage['steps'] if stage else 0}"
    if was_stage is None or not was_stage["frame_steps"] or not done:
        return None
    for key in ("time_step", "frame_steps"):
        if not _same(was_stage[key], stage[key]):
            return f"has frames with a {key} of {was_stage[key]:g}, which is now {stage[key]:g}"
    return None


def _state_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Return the differences in keys of the state point or, if these are equal, in the setup."""
    edited = list(changes(before["statepoint"], now["statepoint"]))
    if edited:
        yield from edited
        return
    for key in ("bodies", "interactions", "stages"):
        yield from changes(_named(before[key]), _named(now[key]), key)
    yield from changes(before.get("schedule"), now.get("schedule"), "schedule")


def _stage(setup: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return the description of the stage of this name, or None."""
    return next((stage for stage in setup["stages"] if stage["name"] == name), None)


def _named(values: Any) -> Any:
    """Convert lists of named items to mappings, so that changes can be named."""
    if isinstance(values, list) and all(isinstance(one, dict) for one in values):
        return {str(one.get("name") or " ".join(one["kinds"])): one for one in values}
    if isinstance(values, dict):
        return {key: _named(one) for key, one in values.items()}
    return values


def changes(before: Any, now: Any, key: str = "") -> Iterator[str]:
    """Yield the differences between two nested mappings of plain values."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted({*before, *now}):
            inner = f"{key}.{name}" if key else name
            yield from changes(before.get(name), now.get(name), inner)
    elif not _same(before, now):
        yield key if isinstance(now, list) else f"{key} was {before} and is now {now}"


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, float) or isinstance(b, float):
        both = all(isinstance(value, int | float) for value in (a, b))
        return both and math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(a == b)
