"""State or exit of each submission, from the queue, the exit files and the scheduler."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from janus_md.running.cluster.ledger import KEY, missing_workspaces, other_workspaces
from janus_md.running.cluster.schedulers.records import Cause, EndedJob, QueuedJob
from janus_md.workspace import failures

if TYPE_CHECKING:
    from janus_md.running.cluster.schedulers.base import Scheduler

_ADVICE = {
    Cause.OUT_OF_MEMORY: "request more with janus-md submit --memory",
    Cause.TIMED_OUT: "no checkpoint was written in time; increase --lead",
}
_TAIL = 4000  # number of bytes that are read at the end of an output

_NOT_A_FAILURE = (Cause.CANCELLED, Cause.PREEMPTED)

_OWN_WORDS = {0: "ended", 75: "interrupted"}  # by exit code of the script
_UNINFORMATIVE = (*_OWN_WORDS.values(), "to be continued")  # the last one: earlier versions
_RECORDED = (0, 1, 75)  # exit codes after which the run itself has recorded failures

_AGAIN = "janus-md submit resubmits it"


@dataclass(frozen=True)
class Outcome:
    """State of a submission, or of a task of an array.

    Attributes
    ----------
    word : str
        The state, as it is printed.
    live : bool
        Whether it is pending or running.
    failed : bool
        Whether it failed and the run itself has not recorded the failure.
    """

    word: str
    live: bool = False
    failed: bool = False

    @property
    def is_informative(self) -> bool:
        """Whether it says more than the files of the job."""
        return self.word not in _UNINFORMATIVE


def outcomes(
    scheduler: Scheduler,
    root: Path,
    entries: Mapping[str, Mapping[str, Any]],
    queued: Iterable[QueuedJob],
) -> dict[str, Outcome]:
    """Return the state of each job's submission.

    Parameters
    ----------
    scheduler : Scheduler
        The scheduler of the submissions.
    root : Path
        Folder of the workspace.
    entries : mapping
        Entries of :func:`ledger.record`, by job id.
    queued : iterable of QueuedJob
        The queue.

    Returns
    -------
    dict
        Outcomes by job id.
    """
    live = {one.id: one for one in queued}
    folders = {str(entry["id"]): str(entry.get("folder", "")) for entry in entries.values()}
    moved = missing_workspaces([*folders.values(), *(one.folder for one in live.values())])
    foreign = other_workspaces(root, folders.values())
    known: dict[str, Outcome] = {}
    unsure = []  # ids for which the exit file does not suffice
    for sent in folders:
        if sent in live:
            known[sent] = Outcome(_in_queue(live[sent], moved), live=True)
        elif folders[sent] in foreign:
            known[sent] = Outcome("ended")  # this workspace is a copy; it was not submitted
        elif (left := _left_behind(root / scheduler.exit_file(sent))) is not None:
            code, undisturbed = left
            word = _OWN_WORDS.get(code) or _failed(code)
            known[sent] = Outcome(word, failed=code not in _RECORDED)
            if not undisturbed:
                unsure.append(sent)
        else:
            unsure.append(sent)
    reported = scheduler.ended(unsure) if unsure else {}
    for sent in unsure:
        lost = folders[sent] if folders[sent] in moved else ""
        known[sent] = _combined(scheduler, root, sent, known.get(sent), reported.get(sent), lost)
    known |= {
        sent: replace(one, word=_explained(one.word, scheduler, root, sent))
        for sent, one in known.items()
        if one.failed
    }
    return {
        job: Outcome(entry["ended"]) if "ended" in entry else known[str(entry["id"])]
        for job, entry in entries.items()
    }


def _combined(
    scheduler: Scheduler,
    root: Path,
    sent: str,
    left: Outcome | None,
    reported: EndedJob | None,
    lost: str,
) -> Outcome:
    """Return how a batch job ended.

    `left` is the outcome by its exit file, `reported` the report of the scheduler, and `lost` its
    working directory if that no longer exists.
    """
    own = left or Outcome("ended without an exit code", failed=True)
    cause = None if reported is None else reported.cause
    if reported is None or (cause is Cause.FAILED and left is not None):
        pass  # the exit file is more precise
    elif cause is Cause.DONE:
        own = Outcome("ended")
    else:
        word = _failed(reported.code) if cause is Cause.FAILED else str(cause)
        own = Outcome(word, failed=own.failed and cause not in _NOT_A_FAILURE)
    if not own.failed and not (lost and reported is not None and reported.no_output):
        return own
    output = scheduler.output_of(sent)
    started = (root / output).exists()
    no_output = reported is not None and reported.no_output
    if lost and (no_output or (cause in (None, Cause.FAILED) and not started)):
        return Outcome(f"not started (its folder was {lost}; {_AGAIN})")
    if no_output:
        return Outcome(f"not started ({scheduler.title} could not open {output}; {_AGAIN})")
    if cause in (None, Cause.KILLED) and not started:
        # Schedulers may not report an array task that was cancelled early.
        return Outcome(f"not started (it left the queue; {_AGAIN})")
    return own


def _in_queue(one: QueuedJob, moved: set[str]) -> str:
    """Return the state of a batch job in the queue, with the scheduler's detail."""
    if one.pending and one.state != "held" and one.folder in moved:
        return f"workspace moved (its folder was {one.folder}; janus-md submit updates it)"
    return f"{one.state} ({one.detail})" if one.detail else one.state


def _failed(code: int) -> str:
    """Return a message with the exit code or signal of a failure."""
    try:
        return f"failed (killed by {signal.Signals(code - 128).name})"
    except ValueError:
        return f"failed (exit code {code})"


def _explained(word: str, scheduler: Scheduler, root: Path, sent: str) -> str:
    """Add advice, or the last line of the output, to the state of a failed batch job."""
    details = []
    state, _, more = word.partition(" (")
    if more:
        details.append(more.removesuffix(")"))
    output = scheduler.output_of(sent)
    if state in _ADVICE:
        details.append(_ADVICE[Cause(state)])
    elif last := _last_line(root / output, scheduler.own_lines):
        details.append(f"last line of {output}: {last}")
    return f"{state} ({'; '.join(details)})" if details else state


def _last_line(path: Path, avoided: tuple[str, ...]) -> str:
    """Return the last nonblank line of a file, shortened; empty if there is none.

    A line that begins with one of `avoided` is returned only if there is no other one.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    nonblank = [one for one in reversed(lines) if one.strip()]
    preferred = (one for one in nonblank if not one.startswith(avoided))
    return shorten(next(preferred, nonblank[0] if nonblank else ""), 300)


def settle(scheduler: Scheduler, document: MutableMapping[str, Any], outcome: Outcome) -> None:
    """Record in a job document how the submission ended, and count an unrecorded failure."""
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
    """Return the exit code in an exit file, and whether nothing interrupted the script."""
    try:
        code, *ended = path.read_text(encoding="utf-8").split()
        return int(code), not ended
    except (OSError, ValueError):
        return None
