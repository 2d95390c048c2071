"""How submissions stand, and how they ended: by the queue, what they left behind, accounting."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten
from typing import Any

from janus_md.running.cluster.ledger import KEY, gone, others
from janus_md.running.cluster.request.script import exit_file, output_of
from janus_md.running.cluster.schedulers.slurm import commands as slurm
from janus_md.running.cluster.schedulers.slurm.answers import Queued
from janus_md.workspace import failures

_WORDS = {
    "PENDING": "queued",
    "REQUEUED": "queued",
    "REQUEUE_HOLD": "held",
    "CONFIGURING": "running",
    "RUNNING": "running",
    "COMPLETING": "running",
    "REVOKED": "running",  # on another cluster of a federation
    "SUSPENDED": "suspended",
    "TIMEOUT": "timed out",
    "OUT_OF_MEMORY": "out of memory",
    "CANCELLED": "cancelled",
    "PREEMPTED": "preempted",
    "NODE_FAIL": "failed (its node failed)",
    "BOOT_FAIL": "failed (its node failed)",
    "DEADLINE": "timed out",
}
_ADVICE = {
    "out of memory": "janus-md submit --memory asks for more",
    "timed out": "no checkpoint was written in time; --lead gives it more",
}
_TAIL = 4000  # bytes of an output that are looked at

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


def outcomes(
    root: Path, entries: Mapping[str, Mapping[str, Any]], queued: Iterable[Queued]
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
            word = _OWN_WORDS.get(code) or _failed(code)
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
            word = _WORDS.get(state) or _failed(code)
            own = Outcome(word, failed=own.failed and state not in _NOT_ITS_FAULT)
        begun = (root / output_of(slurm_id)).exists()
        nowhere = state == "FAILED" and code == slurm.NO_OUTPUT
        lost = own.failed and state in ("", "FAILED") and not begun
        if folders[slurm_id] in moved and (nowhere or lost):
            own = Outcome(
                f"not begun (its folder was {folders[slurm_id]}; janus-md submit sends it again)"
            )
        elif own.failed and nowhere:
            own = Outcome(
                f"not begun (Slurm could not open {output_of(slurm_id)}; janus-md submit sends it "
                "again)"
            )
        elif own.failed and not state and not begun:
            # Neither accounting nor controller keep an array's task that was cancelled early.
            own = Outcome("not begun (it left the queue; janus-md submit sends it again)")
        known[slurm_id] = own
    known |= {
        slurm_id: replace(one, word=_explained(one.word, root, slurm_id))
        for slurm_id, one in known.items()
        if one.failed
    }
    return {
        job: Outcome(entry["ended"]) if "ended" in entry else known[str(entry["id"])]
        for job, entry in entries.items()
    }


def _word(one: Queued, moved: set[str]) -> str:
    """Say how a job stands that is in the queue."""
    if one.reason == slurm.HOPELESS:
        return "held (what it waits for failed)"
    if "held" in (why := one.reason.lower().replace("_", " ")):
        # JobHeldUser, JobHeldAdmin, "launch failed requeued held", "job requeued in held state".
        why = {"jobheldadmin": "by an administrator; ", "jobhelduser": ""}.get(why, f"{why}; ")
        return f"held ({why}scontrol release {one.id})"
    if one.state == "PENDING" and one.folder in moved:
        return f"misplaced (waits for the folder {one.folder}; janus-md submit tells it this one)"
    word = _WORDS.get(one.state, one.state.lower().replace("_", " "))
    reason = re.split(r"[\s,]", one.reason)[0]
    return f"{word} ({reason})" if word == "queued" and reason not in ("", "None") else word


def _failed(code: int) -> str:
    """Say with which exit code something failed, or by which signal."""
    try:
        return f"failed (killed by {signal.Signals(code - 128).name})"
    except ValueError:
        return f"failed (exit code {code})"


def _explained(word: str, root: Path, slurm_id: str) -> str:
    """Add to how a job failed what helps to mend it: advice, and the end of its output."""
    about = []
    told, _, more = word.partition(" (")
    if more:
        about.append(more.removesuffix(")"))
    if told in _ADVICE:
        about.append(_ADVICE[told])
    elif last := _last_line(root / output_of(slurm_id)):
        about.append(f"the end of {output_of(slurm_id)}: {last}")
    return f"{told} ({'; '.join(about)})" if about else told


def _last_line(path: Path) -> str:
    """Last line of a file that says something, shortened; empty where there is none.

    Slurm's own words on an end come after those of what has ended.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    told = [one for one in reversed(lines) if one.strip()]
    own = (one for one in told if not one.startswith(("srun: ", "slurmstepd")))
    return shorten(next(own, told[0] if told else ""), 300)


def settle(document: MutableMapping[str, Any], outcome: Outcome) -> None:
    """Keep in a job's document how its submission ended, and count a failure that nobody noted."""
    entry = document[KEY]
    if outcome.live or "ended" in entry:
        return
    if outcome.failed and failures.times(document) <= int(entry["failures"]):
        failures.note(
            document,
            str(entry["operation"]),
            f"Slurm job {entry['id']}: {outcome.word}; its output is in "
            f"{output_of(str(entry['id']))}",
        )
    document[KEY] = {**dict(entry), "ended": outcome.word}


def _left_behind(path: Path) -> tuple[int, bool] | None:
    """Exit code in a script's file, and whether the script came to its end by itself."""
    try:
        code, *ended = path.read_text(encoding="utf-8").split()
        return int(code), not ended
    except (OSError, ValueError):
        return None
