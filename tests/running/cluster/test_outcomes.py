"""What is kept of submissions: who is in the queue, how each ended, what counts as a failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from janus_md.common.errors import JanusError
from janus_md.running.cluster import ledger, outcomes
from janus_md.running.cluster.outcomes import Outcome
from janus_md.running.cluster.schedulers.slurm import SCHEDULER as SLURM
from janus_md.running.cluster.schedulers.slurm import commands as slurm
from janus_md.running.cluster.schedulers.slurm.parsing import queued as in_queue
from janus_md.workspace import failures

FOLDER = SLURM.folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / FOLDER).mkdir(parents=True)
    return tmp_path


def test_jobs_in_the_queue_are_found_without_their_documents(root: Path) -> None:
    (root / FOLDER / "janus-x-1.tasks").write_text("a b\n")
    (root / FOLDER / "janus-x-2.tasks").write_text("c\nd e\nf\n")
    queued = [
        in_queue("7", "janus-x-1", "RUNNING", "None"),
        in_queue("8_1", "janus-x-2", "PENDING", "Resources"),
        in_queue("9", "janus-x-lost", "RUNNING", "None"),
    ]
    assert ledger.jobs_in_queue(SLURM, root, queued) == {"a", "b", "d", "e"}
    # An array that Slurm shows as a whole counts with all of its tasks.
    assert ledger.jobs_in_queue(
        SLURM, root, [in_queue("8_[0-2]", "janus-x-2", "PENDING", "")]
    ) == set("cdef")


MORE = "request more with janus-md submit --memory"
EARLIER = "no checkpoint was written in time; increase --lead"


def outcome(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: tuple[str, int] | None,
    text: str = "",
    begun: bool = True,
    folder: str = "",
) -> Outcome:
    """Return the outcome of submission 7, with `state` in Slurm and `text` in the exit file."""
    if begun:
        (root / FOLDER / "7.out").touch()
    if text:
        (root / FOLDER / "7.exit").write_text(text)
    monkeypatch.setattr(slurm, "ended", lambda ids: dict.fromkeys(ids, state) if state else {})
    return outcomes.outcomes(SLURM, root, {"job": {"id": "7", "folder": folder}}, [])["job"]


@pytest.mark.parametrize(
    ("state", "text", "word", "failed"),
    [
        (None, "0\n", "ended", False),
        (None, "75\n", "interrupted", False),
        (
            None,
            "1\n",
            "failed (exit code 1)",
            False,
        ),  # the run has recorded the failure
        (None, "139\n", "failed (killed by SIGSEGV)", True),
        (None, "", "ended without an exit code", True),
        (("OUT_OF_MEMORY", 253), "", f"out of memory ({MORE})", True),
        (("TIMEOUT", 0), "", f"timed out ({EARLIER})", True),
        (("NODE_FAIL", 0), "", "failed (its node failed)", True),
        (("FAILED", 3), "", "failed (exit code 3)", True),
        (("CANCELLED", 0), "", "cancelled", False),
        (("PREEMPTED", 0), "", "preempted", False),
        (("COMPLETED", 0), "", "ended", False),
        # The script was terminated, and wrote the exit code of the run.
        (("CANCELLED", 0), "75 ended\n", "cancelled", False),
        (("TIMEOUT", 0), "75 ended\n", "timed out", False),
        (("TIMEOUT", 0), "143 ended\n", f"timed out ({EARLIER})", True),
        (("FAILED", 75), "75 ended\n", "interrupted", False),
        (None, "75 ended\n", "interrupted", False),
        # It was requeued, and did not start again.
        (None, "75 requeued\n", "interrupted", False),
        (("FAILED", 181), "75 requeued\n", "interrupted", False),
        (("CANCELLED", 0), "75 requeued\n", "cancelled", False),
    ],
)
def test_how_a_submission_ended(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: tuple[str, int] | None,
    text: str,
    word: str,
    failed: bool,
) -> None:
    assert outcome(root, monkeypatch, state, text) == Outcome(word, failed=failed)


def test_a_failure_quotes_the_last_line_of_the_output(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = root / FOLDER / "7.out"
    slurms = "srun: error: n1: tasks 0-1: Exited with exit code 1\n"
    output.write_text("1 of 1 job\n" * 1000 + f"module: nothing: no such module\n{slurms}\n")
    why = "last line of .janus_md/slurm/7.out: module: nothing: no such module"
    said = outcome(root, monkeypatch, ("FAILED", 3))
    assert said == Outcome(f"failed (exit code 3; {why})", failed=True)
    said = outcome(root, monkeypatch, None)
    assert said == Outcome(f"ended without an exit code ({why})", failed=True)
    assert outcome(root, monkeypatch, ("CANCELLED", 0)) == Outcome("cancelled")


def test_a_submission_that_did_not_start_is_not_a_failure(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither accounting nor the controller reports a task that was cancelled early.

    Slurm ends a job with exit code 0:53 if its working directory does not exist.
    """
    left = "not started (it left the queue; janus-md submit resubmits it)"
    assert outcome(root, monkeypatch, None, begun=False) == Outcome(left)
    said = outcome(root, monkeypatch, ("FAILED", 7), begun=False)
    assert said == Outcome("failed (exit code 7)", failed=True)
    shut = "Slurm could not open .janus_md/slurm/7.out"
    said = outcome(root, monkeypatch, ("FAILED", 181))
    assert said == Outcome(f"not started ({shut}; janus-md submit resubmits it)")
    gone = "not started (its folder was /gone; janus-md submit resubmits it)"
    for begun in (False, True):  # or it started before the folder was moved, and Slurm requeued it
        assert outcome(root, monkeypatch, ("FAILED", 181), "", begun, "/gone") == Outcome(gone)
    said = outcome(root, monkeypatch, ("FAILED", 1), folder="/gone")
    assert said == Outcome("failed (exit code 1)", failed=True)


def test_states_of_jobs_in_the_queue(root: Path) -> None:
    queued = [
        in_queue("1", "n", "RUNNING", "None"),
        in_queue("2", "n", "PENDING", "DependencyNeverSatisfied"),
        in_queue("3", "n", "PENDING", "JobHeldUser"),
        in_queue("4", "n", "COMPLETING", "None"),
        in_queue("5", "n", "SPECIAL_EXIT", "None"),
        in_queue("6", "n", "PENDING", "JobHeldAdmin"),
        # After `scontrol requeuehold`, and a prolog that failed: recorded of Slurm 22.05.
        in_queue("7", "n", "PENDING", "job requeued in held state"),
        in_queue("8_1", "n", "PENDING", "launch failed requeued held"),
        in_queue("9", "n", "PENDING", "PartitionTimeLimit"),
        in_queue("10", "n", "PENDING", "ReqNodeNotAvail, UnavailableNodes:n[1-2]"),
        in_queue("11", "n", "PENDING", "None"),
        in_queue("12", "n", "SUSPENDED", "None"),
        # It runs on another cluster of a federation: recorded of Slurm 22.05.
        in_queue("67108909", "n", "REVOKED", "None"),
    ]
    entries = {f"job {one.id}": {"id": one.id} for one in queued}
    found = outcomes.outcomes(SLURM, root, entries, queued)
    assert all(one.live for one in found.values())
    assert [one.word for one in found.values()] == [
        "running",
        "held (dependency failed)",
        "held (scontrol release 3)",
        "running",
        "special exit",
        "held (by an administrator; scontrol release 6)",
        "held (job requeued in held state; scontrol release 7)",
        "held (launch failed requeued held; scontrol release 8_1)",
        "queued (PartitionTimeLimit)",
        "queued (ReqNodeNotAvail)",
        "queued",
        "suspended",
        "running",
    ]


def test_a_failure_is_counted_once() -> None:
    document: dict[str, Any] = {}
    ledger.record(document, SLURM, "7", "janus-x-1", "simulate", Path("/data/wires"))
    outcomes.settle(SLURM, document, Outcome("running", live=True))
    assert failures.times(document) == 0
    for _ in range(2):
        outcomes.settle(SLURM, document, Outcome("out of memory", failed=True))
    assert failures.times(document) == 1
    message = document["failure"]["message"]
    assert message.startswith("Slurm job 7: out of memory; its output is in")
    assert document[ledger.KEY]["ended"] == "out of memory"


def test_a_failure_that_the_run_recorded_is_not_counted_again() -> None:
    document: dict[str, Any] = {}
    ledger.record(document, SLURM, "7", "janus-x-1", "simulate", Path("/data/wires"))
    failures.note(document, "simulate", "it blew up")
    outcomes.settle(SLURM, document, Outcome("failed (exit code 9)", failed=True))
    assert failures.times(document) == 1
    assert document["failure"]["message"] == "it blew up"


def test_a_second_submission_waits_and_then_fails(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "LOCK_TIMEOUT", 0.3)
    with (
        ledger.lock(root),
        pytest.raises(JanusError, match="another submit has been running for more than"),
        ledger.lock(root),
    ):
        pass
    monkeypatch.setattr(ledger, "LOCK_TIMEOUT", 0.0)
    with ledger.lock(root):  # it is free again
        pass
    (root / "file").write_text("")
    with (
        pytest.raises(JanusError, match=r"submit\.lock: Not a directory"),
        ledger.lock(root / "file"),
    ):
        pass
