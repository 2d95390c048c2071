"""What PBS servers print is read: queues, jobs and how they ended, as others recorded it."""

from __future__ import annotations

import pytest

from janus_md.running.cluster.schedulers.pbs import parsing
from janus_md.running.cluster.schedulers.records import Cause, EndedJob
from tests.running.cluster.schedulers.pbs.recorded import (
    EMPTY,
    HISTORY,
    JSON,
    QUEUES,
    TORQUE,
    WRAPPED,
    XML,
)


def test_json_of_openpbs() -> None:
    (one,) = (parsing.queued(*job) for job in parsing.parse(JSON).items())
    assert (one.id, one.name, one.folder) == ("157.pbs", "pbs_hold_job", "/tmp/hold/stage")
    assert (one.state, one.detail, one.pending, one.on_hold) == ("held", "qrls 157.pbs", True, True)
    assert parsing.parse(EMPTY) == {}
    (about,) = parsing.parse(HISTORY).values()
    assert parsing.ended(about) == EndedJob(Cause.DONE)


def test_text_of_torque() -> None:
    found = parsing.parse(TORQUE)
    assert list(found) == ["9.torque01.bcgsc.ca", "48[1].torque01.bcgsc.ca"]
    first, second = found.values()
    assert first["Error_Path"].endswith("/validations/workspace/user/temp/subtest.sh.e9")
    assert parsing.ended(first) == EndedJob(Cause.DONE)
    folder = "/projects/trans_scratch/validations/workspace/user/temp"
    assert parsing.queued("9.torque01.bcgsc.ca", first).folder == folder
    assert second["comment"].endswith("dependency of array 43[].torque01.bcgsc.ca can never be sat"
                                      "isfied")  # fmt: skip
    assert parsing.ended(second) == EndedJob(Cause.CANCELLED, 143)
    task = parsing.queued("48[1].torque01.bcgsc.ca", second)
    assert (task.task, task.head) == (1, "48[].torque01.bcgsc.ca")
    assert task.name == "MA_mock-A47933_batch-JT3CUggKXNStHcoFXYaGR3"


def test_xml_of_torque() -> None:
    found = parsing.parse(XML)
    jobs = [parsing.queued(name, about) for name, about in found.items()]
    assert [(one.state, one.task) for one in jobs[:2]] == [("running", None), ("queued", None)]
    assert [one.pending for one in jobs[:2]] == [False, True]
    assert [one.on_hold for one in jobs[:2]] == [False, False]
    assert (jobs[3].task, jobs[3].name, jobs[3].folder) == (19, "t.sh", "/home/user/work")
    assert found["665199.superserver.stanford.edu"]["resources_used.walltime"] == "335:34:49"
    with pytest.raises(ValueError, match=r"unclosed token|no element"):
        parsing.parse("<Data><Job>")


def test_queues() -> None:
    (one,) = parsing.partitions(parsing.parse(QUEUES), None)
    assert (one.name, one.default, one.walltime, one.cores) == ("default", True, "720:00:00", None)
    closed = parsing.parse(QUEUES.replace("enabled = True", "enabled = False"))
    assert parsing.partitions(closed, "default") == []


def test_text_of_a_wrapper() -> None:
    """It does not report holds: the job may be on hold."""
    (one,) = (parsing.queued(*job) for job in parsing.parse(WRAPPED).items())
    assert (one.name, one.state, one.pending, one.on_hold) == ("janus-abc-1", "queued", True, True)


@pytest.mark.parametrize(
    ("about", "word"),
    [
        ({"job_state": "R"}, "running"),
        ({"job_state": "E"}, "running"),
        ({"job_state": "B"}, "running"),  # an array with tasks that have started
        ({"job_state": "S"}, "suspended"),
        ({"job_state": "H", "Hold_Types": "o"}, "held: by an administrator"),
        ({"job_state": "H", "Hold_Types": "s", "depend": "afterok:1.p@p"}, "queued: waiting for a"),
        (
            {
                "job_state": "Q",
                "comment": "Not Running: Insufficient amount of resource: ncpus (R: 4 A: 2 T: 4)",
            },
            "queued: Insufficient amount of resource: ncpus (R: 4 A: 2 T: 4)",
        ),
    ],
)
def test_states_of_jobs_in_the_queue(about: dict[str, str], word: str) -> None:
    one = parsing.queued("1.p", about)
    assert (f"{one.state}: {one.detail}" if one.detail else one.state).startswith(word)


@pytest.mark.parametrize(
    ("about", "ended"),
    [
        ({"Exit_status": "3", "substate": "93"}, EndedJob(Cause.FAILED, 3)),
        ({"Exit_status": "-29", "substate": "93"}, EndedJob(Cause.TIMED_OUT, -29)),
        ({"Exit_status": "-27"}, EndedJob(Cause.OUT_OF_MEMORY, -27)),
        ({"Exit_status": "-3", "substate": "91"}, EndedJob(Cause.FAILED, -3)),  # failed to start
        ({"Exit_status": "271", "substate": "91"}, EndedJob(Cause.CANCELLED, 143)),
        ({"Exit_status": "75", "substate": "91"}, EndedJob(Cause.CANCELLED, 75)),
        ({"substate": "91"}, EndedJob(Cause.CANCELLED)),  # deleted from the queue
        ({"Exit_status": "265"}, EndedJob(Cause.FAILED, 137)),
        (
            {
                "Exit_status": "271",
                "resources_used.walltime": "00:10:04",
                "Resource_List.walltime": "00:10:00",
            },
            EndedJob(Cause.TIMED_OUT, 143),
        ),
        ({"exit_status": "-11"}, EndedJob(Cause.TIMED_OUT, -11)),
        ({"exit_status": "-10"}, EndedJob(Cause.OUT_OF_MEMORY, -10)),
        ({}, EndedJob(Cause.KILLED)),  # a wrapper tells no exit status
    ],
)
def test_how_jobs_ended(about: dict[str, str], ended: EndedJob) -> None:
    assert parsing.ended(about) == ended
