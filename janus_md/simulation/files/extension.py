"""Files of a longer run that begins where a finished shorter one ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.model.setup import Setup
from janus_md.simulation.files import checkpoint, trajectory
from janus_md.simulation.files.recorder import PARTIAL_LOG, PARTIAL_TRAJECTORY
from janus_md.simulation.files.resume import changes
from janus_md.workspace.products import INITIAL, LOG, RESTART, TRAJECTORY

SETTLED = "settled_at_step"
"""Key of the execution with the step at which a run was ended early, because it was stationary."""

_LISTED = 3  # largest number of differences in a message


def begin_from(source: Path, target: Path, setup: Setup) -> tuple[int, dict[str, Any]]:
    """Write the files with which a longer run continues a finished one.

    The longer run begins at the last fixed step of the finished one, at which the engine of one
    long run restarts too. It gets copies of the frames and log rows up to there. Nothing in
    `source` is changed. ``restart.npz`` is written last, so that an incomplete copy is not used.

    Parameters
    ----------
    source : Path
        Folder of the finished run.
    target : Path
        Folder of the longer run.
    setup : Setup
        Setup of the longer run.

    Returns
    -------
    done : int
        Steps of the production that are done.
    execution : dict
        Record of the execution so far.

    Raises
    ------
    JanusError
        If the run cannot be continued; the message is the reason.
    OSError
        If a file cannot be written.
    """
    for name in (RESTART, TRAJECTORY, LOG):
        if not (source / name).exists():
            raise JanusError(f"{source / name} is missing")
    about = checkpoint.read_about(source / RESTART)
    _check_same(about.get("made_for") or setup.to_dict(), setup)
    production, done = setup.stages[-1], int(about["done"])
    if about["stage"] != production.name:
        done = 0
    wanted = done // production.frame_steps + 1 if done else 0
    if (source / INITIAL).exists():
        trajectory.copy_first(source / INITIAL, target / INITIAL, 1, setup)
    if wanted:
        pairs = ((TRAJECTORY, PARTIAL_TRAJECTORY), (LOG, PARTIAL_LOG))
        for (name, partial), digest in zip(pairs, about["digests"], strict=True):
            trajectory.copy_first(source / name, target / partial, wanted, setup)
            if trajectory.digest_of(target / partial) != digest:
                raise JanusError(
                    f"{source / name} is damaged, or does not belong to its checkpoint"
                )
    execution = {key: value for key, value in about["execution"].items() if key != SETTLED}
    new = about | {"execution": execution, "made_for": setup.to_dict()}
    checkpoint.copy(source / RESTART, target / RESTART, new)
    return done, execution


def _check_same(before: Mapping[str, Any], setup: Setup) -> None:
    """Check that a finished run had the same setup, except for the length of its production.

    Raises
    ------
    JanusError
        If not.
    """
    now = setup.to_dict()
    found = list(changes(_without_length(before), _without_length(now)))
    if found:
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise JanusError(f"its setup is another one now ({'; '.join(found[:_LISTED])}{more})")


def _without_length(setup: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a setup without the length of its production."""
    point = dict(setup["statepoint"])
    if isinstance(protocol := point.get("protocol"), Mapping):
        point["protocol"] = {key: v for key, v in protocol.items() if key != "produce_ns"}
    *others, production = setup["stages"]
    stages = [*others, {**production, "steps": 0}]
    return {**setup, "statepoint": point, "stages": stages, "environment": setup.get("environment")}
