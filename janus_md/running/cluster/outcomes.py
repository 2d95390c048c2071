"""How submissions stand, and how they ended: from the queue, their exit files, the scheduler."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from janus_md.running.cluster.ledger import KEY, gone, others
from janus_md.running.cluster.schedulers.records import Cause, EndedJob, QueuedJob
from janus_md.workspace import failures

if TYPE_CHECKING:
    from janus_md.running.cluster.schedulers.base import Scheduler

_ADVICE = {
    Cause.OUT_OF_MEMORY: "janus-md submit --memory asks for more",
    Cause.TIMED_OUT: "no checkpoint was written in time; --lead gives it more",
}
_TAIL = 4000  # bytes at the end of an output that are read

_NOT_A_FAILURE = (Cause.CANCELLED, Cause.PREEMPTED)

_OWN_WORDS = {0: "ended", 75: "to be continued"}  # exit codes of the script
_NOTED = (0, 1, 75)  # exit codes with which the run itself has noted what failed

_AGAIN = "janus-md submit sends it again"


@dataclass(frozen=True)
class Outcome:
    """State of a submission, or of a task of one.

    Attributes
    ----------
    word : str
        As it is shown to users.
    live : bool
        Whether it waits or runs.
    failed : bool
        Whether it failed and the run itself has not noted so.
    """

    word: str
    live: bool = False
    failed: bool = False

    @property
    def tells(self) -> bool:
        """Whether it says more than what is on disk."""
        return self.word not in _OWN_WORDS.values()


def outcomes(
    scheduler: Scheduler,
    root: Path,
    entries: Mapping[str, Mapping[str, Any]],
    queued: Iterable[QueuedJob],
) -> dict[str, Outcome]:
    """Say how the submissions of jobs stand.

    Parameters
    ----------
    scheduler : Scheduler
        Where they were sent.
    root : Path
        Folder of the workspace.
    entries : mapping
        What :func:`ledger.enter` noted, by job.
    queued : iterable of QueuedJob
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
    for sent in folders:
        if sent in live:
            known[sent] = Outcome(_in_queue(live[sent], moved), live=True)
        elif folders[sent] in foreign:
            known[sent] = Outcome("ended")  # this is a copy, of which nothing was sent
        elif (left := _left_behind(root / scheduler.exit_file(sent))) is not None:
            code, alone = left
            word = _OWN_WORDS.get(code) or _failed(code)
            known[sent] = Outcome(word, failed=code not in _NOTED)
            if not alone:
                unsure.append(sent)
        else:
            unsure.append(sent)
    told = scheduler.ended(unsure) if unsure else {}
    for sent in unsure:
        lost = folders[sent] if folders[sent] in moved else ""
        known[sent] = _judged(scheduler, root, sent, known.get(sent), told.get(sent), lost)
    known |= {
        sent: replace(one, word=_explained(one.word, scheduler, root, sent))
        for sent, one in known.items()
        if one.failed
    }
    return {
        job: Outcome(entry["ended"]) if "ended" in entry else known[str(entry["id"])]
        for job, entry in entries.items()
    }


def _judged(
    scheduler: Scheduler,
    root: Path,
    sent: str,
    left: Outcome | None,
    told: EndedJob | None,
    lost: str,
) -> Outcome:
    """Return how a job ended, by what its script left and what the scheduler tells.

    `lost` is its folder where that is no longer there.
    """
    own = left or Outcome("ended, but left no exit code", failed=True)
    cause = None if told is None else told.cause
    if told is None or (cause is Cause.FAILED and left is not None):
        pass  # the script knows better
    elif cause is Cause.DONE:
        own = Outcome("ended")
    else:
        word = _failed(told.code) if cause is Cause.FAILED else str(cause)
        own = Outcome(word, failed=own.failed and cause not in _NOT_A_FAILURE)
    if not own.failed and not (lost and told is not None and told.no_output):
        return own
    output = scheduler.output_of(sent)
    begun = (root / output).exists()
    no_output = told is not None and told.no_output
    if lost and (no_output or (cause in (None, Cause.FAILED) and not begun)):
        return Outcome(f"not begun (its folder was {lost}; {_AGAIN})")
    if no_output:
        return Outcome(f"not begun ({scheduler.title} could not open {output}; {_AGAIN})")
    if cause in (None, Cause.KILLED) and not begun:
        # Schedulers may forget a task of an array that was cancelled early.
        return Outcome(f"not begun (it left the queue; {_AGAIN})")
    return own


def _in_queue(one: QueuedJob, moved: set[str]) -> str:
    """Say how a job stands that is in the queue."""
    if one.pending and one.state != "held" and one.folder in moved:
        return f"misplaced (waits for the folder {one.folder}; janus-md submit tells it this one)"
    return f"{one.state} ({one.detail})" if one.detail else one.state


def _failed(code: int) -> str:
    """Say with which exit code something failed, or by which signal."""
    try:
        return f"failed (killed by {signal.Signals(code - 128).name})"
    except ValueError:
        return f"failed (exit code {code})"


def _explained(word: str, scheduler: Scheduler, root: Path, sent: str) -> str:
    """Add to how a job failed what helps to correct it: advice, and the end of its output."""
    about = []
    told, _, more = word.partition(" (")
    if more:
        about.append(more.removesuffix(")"))
    output = scheduler.output_of(sent)
    if told in _ADVICE:
        about.append(_ADVICE[Cause(told)])
    elif last := _last_line(root / output, scheduler.own_lines):
        about.append(f"the end of {output}: {last}")
    return f"{told} ({'; '.join(about)})" if about else told


def _last_line(path: Path, not_first: tuple[str, ...]) -> str:
    """Return the last line of a file that is not blank, shortened; empty where there is none.

    Lines that begin with one of `not_first` count where there is no other.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    told = [one for one in reversed(lines) if one.strip()]
    own = (one for one in told if not one.startswith(not_first))
    return shorten(next(own, told[0] if told else ""), 300)


def settle(scheduler: Scheduler, document: MutableMapping[str, Any], outcome: Outcome) -> None:
    """Note in a job's document how its submission ended, and count a failure not noted yet."""
    entry = document[KEY]
    if outcome.live or "ended" in entry:
        return
    if outcome.failed and failures.times(document) <= int(entry["failures"]):
        sent = str(entry["id"])
        failures.note(
            document,
            str(entry["operation"]),
            f"{scheduler.title} job {sent}: {outcome.word}; its output is in "
            f"{scheduler.output_of(sent)}",
        )
    document[KEY] = {**dict(entry), "ended": outcome.word}


def _left_behind(path: Path) -> tuple[int, bool] | None:
    """Exit code in a script's file, and whether the script came to its end by itself."""
    try:
        code, *ended = path.read_text(encoding="utf-8").split()
        return int(code), not ended
    except (OSError, ValueError):
        return None
