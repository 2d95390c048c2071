"""What is kept of submissions: who is in the queue, how each ended, what counts as a failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from janus_md import failures
from janus_md.errors import JanusError
from janus_md.scheduler import ledger, slurm
from janus_md.scheduler.ledger import Outcome
from janus_md.scheduler.script import FOLDER
from janus_md.scheduler.slurm import Queued


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / FOLDER).mkdir(parents=True)
    return tmp_path


def test_the_queue_tells_what_is_busy_though_no_document_was_written(root: Path) -> None:
    (root / FOLDER / "janus-x-1.tasks").write_text("a b\n")
    (root / FOLDER / "janus-x-2.tasks").write_text("c\nd e\nf\n")
    queued = [
        Queued("7", "janus-x-1", "RUNNING", "None"),
        Queued("8_1", "janus-x-2", "PENDING", "Resources"),
        Queued("9", "janus-x-lost", "RUNNING", "None"),
    ]
    assert ledger.busy(root, queued) == {"a", "b", "d", "e"}
    # An array that Slurm has not split up counts whole.
    assert ledger.busy(root, [Queued("8_[0-2]", "janus-x-2", "PENDING", "")]) == set("cdef")


def outcome(
    root: Path, monkeypatch: pytest.MonkeyPatch, state: tuple[str, int] | None, text: str = ""
) -> Outcome:
    """How submission 7 ended, of which Slurm says `state` and its script left `text`."""
    if text:
        (root / FOLDER / "7.exit").write_text(text)
    monkeypatch.setattr(slurm, "ended", lambda ids: dict.fromkeys(ids, state) if state else {})
    return ledger.outcomes(root, {"job": {"id": "7"}}, [])["job"]


@pytest.mark.parametrize(
    ("state", "text", "word", "failed"),
    [
        (None, "0\n", "ended", False),
        (None, "75\n", "to be continued", False),
        (None, "1\n", "failed (exit code 1)", False),  # the run has noted which job, and why
        (None, "139\n", "failed (exit code 139)", True),
        (None, "", "ended without a word", True),
        (("OUT_OF_MEMORY", 253), "", "out of memory", True),
        (("TIMEOUT", 0), "", "timed out", True),
        (("NODE_FAIL", 0), "", "failed (its node failed)", True),
        (("FAILED", 3), "", "failed (exit code 3)", True),
        (("CANCELLED", 0), "", "cancelled", False),
        (("PREEMPTED", 0), "", "preempted", False),
        (("COMPLETED", 0), "", "ended", False),
        # The script was ended, and wrote what its run said.
        (("CANCELLED", 0), "75 ended\n", "cancelled", False),
        (("TIMEOUT", 0), "75 ended\n", "timed out", False),
        (("TIMEOUT", 0), "143 ended\n", "timed out", True),
        (("FAILED", 75), "75 ended\n", "to be continued", False),
        (None, "75 ended\n", "to be continued", False),
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


def test_what_is_in_the_queue_is_alive(root: Path) -> None:
    queued = [
        Queued("1", "n", "RUNNING", "None"),
        Queued("2", "n", "PENDING", "DependencyNeverSatisfied"),
        Queued("3", "n", "PENDING", "JobHeldUser"),
        Queued("4", "n", "COMPLETING", "None"),
        Queued("5", "n", "SPECIAL_EXIT", "None"),
        Queued("6", "n", "PENDING", "JobHeldAdmin"),
        # After `scontrol requeuehold`, and a prolog that failed: recorded of Slurm 22.05.
        Queued("7", "n", "PENDING", "job requeued in held state"),
        Queued("8_1", "n", "PENDING", "launch failed requeued held"),
    ]
    entries = {f"job {one.id}": {"id": one.id} for one in queued}
    found = ledger.outcomes(root, entries, queued)
    assert all(one.live for one in found.values())
    assert [one.word for one in found.values()] == [
        "running",
        "held (what it waits for failed)",
        "held (scontrol release 3)",
        "running",
        "special exit",
        "held (by an administrator; scontrol release 6)",
        "held (job requeued in held state; scontrol release 7)",
        "held (launch failed requeued held; scontrol release 8_1)",
    ]


def test_a_death_counts_once() -> None:
    document: dict[str, Any] = {}
    ledger.enter(document, "7", "janus-x-1", "simulate", Path("/data/wires"))
    ledger.settle(document, Outcome("running", live=True))
    assert failures.times(document) == 0
    for _ in range(2):
        ledger.settle(document, Outcome("out of memory", failed=True))
    assert failures.times(document) == 1
    message = document["failure"]["message"]
    assert message.startswith("Slurm job 7: out of memory; its output is in")
    assert document[ledger.KEY]["ended"] == "out of memory"


def test_what_the_run_noted_is_not_counted_again() -> None:
    document: dict[str, Any] = {}
    ledger.enter(document, "7", "janus-x-1", "simulate", Path("/data/wires"))
    failures.note(document, "simulate", "it blew up")
    ledger.settle(document, Outcome("failed (exit code 9)", failed=True))
    assert failures.times(document) == 1
    assert document["failure"]["message"] == "it blew up"


def test_a_second_submission_waits_and_then_says_why(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "PATIENCE", 0.3)
    with (
        ledger.lock(root),
        pytest.raises(JanusError, match="another submission has been going on for"),
        ledger.lock(root),
    ):
        pass
    monkeypatch.setattr(ledger, "PATIENCE", 0.0)
    with ledger.lock(root):  # it is free again: that is seen at once
        pass
    (root / "file").write_text("")
    with (
        pytest.raises(JanusError, match=r"submit\.lock: Not a directory"),
        ledger.lock(root / "file"),
    ):
        pass
