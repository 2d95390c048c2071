"""What was submitted: in each job's document, and by names that say which project's a job is."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md import failures, locks
from janus_md.errors import JanusError
from janus_md.scheduler import slurm
from janus_md.scheduler.script import FOLDER, exit_file, tasks_file

if TYPE_CHECKING:
    from signac import Project

KEY = "scheduler"
"""Key of the document: of a job, what was submitted; of the project, its name in the queue."""

PATIENCE = 120.0
"""Seconds that a submission waits for another one of the same workspace to end."""

_WORDS = {
    "PENDING": "queued",
    "REQUEUED": "queued",
    "REQUEUE_HOLD": "held",
    "CONFIGURING": "running",
    "RUNNING": "running",
    "COMPLETING": "running",
    "SUSPENDED": "suspended",
    "TIMEOUT": "timed out",
    "OUT_OF_MEMORY": "out of memory",
    "CANCELLED": "cancelled",
    "PREEMPTED": "preempted",
    "NODE_FAIL": "failed (its node failed)",
    "BOOT_FAIL": "failed (its node failed)",
    "DEADLINE": "timed out",
}
_NOT_ITS_FAULT = ("CANCELLED", "PREEMPTED")

_OWN_WORDS = {0: "ended", 75: "to be continued"}  # exit codes of the script
_TOLD = (0, 1, 75)  # exit codes with which the run itself has noted what is to be noted


@dataclass(frozen=True)
class Outcome:
    """How a submission, or a task of one, stands.

    Attributes
    ----------
    word : str
        For people.
    live : bool
        Whether it waits or runs.
    failed : bool
        Whether it died without a note by the run itself.
    """

    word: str
    live: bool = False
    failed: bool = False

    @property
    def tells(self) -> bool:
        """Whether it says more than what is on disk."""
        return self.word not in _OWN_WORDS.values()


def prefix(project: Project, make: bool = True) -> str:
    """Beginning of the names of the project's jobs in the queue; it moves with the project.

    Empty where nothing was ever submitted and `make` is False.
    """
    about = project.document.get(KEY)
    if about is None:
        if not make:
            return ""
        project.document[KEY] = about = {"name": uuid.uuid4().hex[:8]}
    return f"janus-{about['name']}-"


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Hold the workspace for a submission; wait for another one to end.

    Raises
    ------
    JanusError
        Where that takes too long, or the folder cannot be written or locked.
    """
    path = root / FOLDER / "submit.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise JanusError(f"{path}: {error.strerror}; mend that and submit again") from error
    try:
        try:
            held = locks.wait_for(descriptor, PATIENCE, 0.1)
        except OSError as error:
            raise JanusError(f"{root}: {error.strerror}: its file system has no locks") from error
        if not held:
            raise JanusError(
                f"directory: {str(root)!r}: another submission has been going on for "
                f"{PATIENCE:.0f} s; wait for it, or end it"
            )
        yield
    finally:
        os.close(descriptor)


def enter(
    document: MutableMapping[str, Any], slurm_id: str, name: str, operation: str, root: Path
) -> None:
    """Keep in a job's document that it was submitted, to work in `root`."""
    document[KEY] = {
        "id": slurm_id,
        "name": name,
        "operation": operation,
        "folder": str(root),
        "failures": failures.times(document),
    }


def busy(root: Path, queued: Iterable[slurm.Queued]) -> set[str]:
    """Ids of the jobs that the queue works on, by the lists that the submissions left.

    The names in the queue count, not the documents: a submission that was cut off before it could
    write those is not sent twice.
    """
    lists: dict[str, list[list[str]]] = {}
    return {job for one in queued for job in jobs_of(root, one, lists)}


def jobs_of(
    root: Path, one: slurm.Queued, lists: dict[str, list[list[str]]] | None = None
) -> list[str]:
    """Ids of the jobs that a queued job or task works on, by the list that its submission left.

    All of an array that Slurm has not split up; none where the list is lost. What was read is kept
    in `lists`.
    """
    lists = {} if lists is None else lists
    if one.name not in lists:
        try:
            text = (root / tasks_file(one.name)).read_text()
        except OSError:
            text = ""
        lists[one.name] = [line.split() for line in text.splitlines()]
    rows = lists[one.name]
    _, _, task = one.id.partition("_")
    chosen = rows[int(task) : int(task) + 1] if task.isdigit() else rows
    return [job for row in chosen for job in row]


def queue(root: Path, begin: str) -> list[slurm.Queued]:
    """Jobs of this workspace that wait or run; those of one that it is a copy of are not its own.

    Raises
    ------
    JanusError
        Where Slurm does not answer.
    """
    queued = slurm.queue(begin)
    foreign = others(root, (one.folder for one in queued))
    return [one for one in queued if one.folder not in foreign]


def others(root: Path, folders: Iterable[str]) -> set[str]:
    """Which of these folders, that jobs work in, are other workspaces than `root`."""
    there = set(folders) - {""}
    return {one for one in there - gone(there) if not root.samefile(one)}


def gone(folders: Iterable[str]) -> set[str]:
    """Which of these folders, that jobs were to work in, no longer are workspaces."""
    return {one for one in set(folders) if one and not (Path(one) / FOLDER).is_dir()}


def outcomes(
    root: Path, entries: Mapping[str, Mapping[str, Any]], queued: Iterable[slurm.Queued]
) -> dict[str, Outcome]:
    """How the submissions of jobs stand.

    Parameters
    ----------
    root : Path
        Folder of the workspace.
    entries : mapping
        What :func:`enter` kept, by job.
    queued : iterable of Queued
        The queue.

    Returns
    -------
    dict
        By job.
    """
    live = {one.id: one for one in queued}
    folders = {str(entry["id"]): str(entry.get("folder", "")) for entry in entries.values()}
    moved = gone([*folders.values(), *(one.folder for one in live.values())])
    foreign = others(root, folders.values())
    known: dict[str, Outcome] = {}
    unsure = []  # the scheduler knows better how these ended
    for slurm_id in folders:
        if slurm_id in live:
            known[slurm_id] = Outcome(_word(live[slurm_id], moved), live=True)
        elif folders[slurm_id] in foreign:
            known[slurm_id] = Outcome("ended")  # this is a copy, of which nothing was sent
        elif (left := _left_behind(root / exit_file(slurm_id))) is not None:
            code, alone = left
            word = _OWN_WORDS.get(code, f"failed (exit code {code})")
            known[slurm_id] = Outcome(word, failed=code not in _TOLD)
            if not alone:
                unsure.append(slurm_id)
        else:
            unsure.append(slurm_id)
    told = slurm.ended(unsure) if unsure else {}
    for slurm_id in unsure:
        own = known.get(slurm_id, Outcome("ended without a word", failed=True))
        state, code = told.get(slurm_id, ("", 0))
        if state == slurm.ENDED_WELL:
            own = Outcome("ended")
        elif state and not (state == "FAILED" and slurm_id in known):
            word = _WORDS.get(state, f"failed (exit code {code})")
            own = Outcome(word, failed=own.failed and state not in _NOT_ITS_FAULT)
        begun = (root / FOLDER / f"{slurm_id}.out").exists()
        if own.failed and state in ("", "FAILED") and folders[slurm_id] in moved and not begun:
            own = Outcome(
                f"not begun (its folder was {folders[slurm_id]}; janus-md submit sends it again)"
            )
        known[slurm_id] = own
    return {
        job: Outcome(entry["ended"]) if "ended" in entry else known[str(entry["id"])]
        for job, entry in entries.items()
    }


def _word(one: slurm.Queued, moved: set[str]) -> str:
    """Say how a job stands that is in the queue."""
    if one.reason == slurm.HOPELESS:
        return "held (what it waits for failed)"
    if "held" in (why := one.reason.lower().replace("_", " ")):
        # JobHeldUser, JobHeldAdmin, "launch failed requeued held", "job requeued in held state".
        why = {"jobheldadmin": "by an administrator; ", "jobhelduser": ""}.get(why, f"{why}; ")
        return f"held ({why}scontrol release {one.id})"
    if one.state == "PENDING" and one.folder in moved:
        return f"misplaced (waits for the folder {one.folder}; janus-md submit tells it this one)"
    return _WORDS.get(one.state, one.state.lower().replace("_", " "))


def settle(document: MutableMapping[str, Any], outcome: Outcome) -> None:
    """Keep in a job's document how its submission ended, and count a failure that nobody noted."""
    entry = document[KEY]
    if outcome.live or "ended" in entry:
        return
    if outcome.failed and failures.times(document) <= int(entry["failures"]):
        failures.note(
            document,
            str(entry["operation"]),
            f"Slurm job {entry['id']}: {outcome.word}; its output is in {FOLDER}/{entry['id']}.out",
        )
    document[KEY] = {**dict(entry), "ended": outcome.word}


def _left_behind(path: Path) -> tuple[int, bool] | None:
    """Exit code in a script's file, and whether the script came to its end by itself."""
    try:
        code, *ended = path.read_text().split()
        return int(code), not ended
    except (OSError, ValueError):
        return None
