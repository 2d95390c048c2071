"""Calls of PBS's commands, replaced by programs that print recorded output."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers import programs as calls
from janus_md.running.cluster.schedulers.pbs import SCHEDULER as PBS
from janus_md.running.cluster.schedulers.pbs import allocation, commands
from janus_md.running.cluster.schedulers.records import Cause, Dependency, EndedJob, Rejected
from janus_md.simulation.walltime import NO_LIMIT
from tests.running.cluster.conftest import program
from tests.running.cluster.schedulers.pbs.recorded import EMPTY, HISTORY, XML


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is the only one in PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    commands.kind.cache_clear()
    yield tmp_path
    commands.kind.cache_clear()


def server(folder: Path, version: str, answer: str, otherwise: str = "none) exit") -> Path:
    """Create a qstat that answers in the format of this version; return the log of its calls."""
    asked = folder / "asked"
    (folder / "answer").write_text(answer)
    program(
        folder,
        "qstat",
        f'echo "$@" >>{asked}\n[ "$1" != --version ] || {{ {version}; exit; }}\n'
        f'case "$*" in {otherwise} ;; esac\necho "$(<{folder / "answer"})"',
    )
    return asked


OPENPBS = "echo 'pbs_version = 20.0.1'"
TORQUE_VERSION = (
    "echo 'Version: 6.1.2' >&2; echo 'Commit: 661e092552de43a785c15d39a3634a541d86898e' >&2"
)
ARRAY = (
    '{"Jobs":{"7[].p":{"Job_Name":"janus-a-1","job_state":"B"},'
    '"7[0].p":{"Job_Name":"janus-a-1","job_state":"X","Exit_status":0},'
    '"7[1].p":{"Job_Name":"janus-a-1","job_state":"R"},'
    '"8[].p":{"Job_Name":"janus-a-2","job_state":"Q"},'
    '"9.p":{"Job_Name":"other","job_state":"R"}}}'
)


def test_the_queue_lists_arrays_by_task(programs: Path) -> None:
    """Ended tasks are left out; an array without listed tasks is one entry."""
    asked = server(programs, OPENPBS, ARRAY)
    found = PBS.queue("janus-a-")
    assert [(one.id, one.head, one.task) for one in found] == [
        ("7[1].p", "7[].p", 1),
        ("8[].p", "8[].p", None),
    ]
    assert asked.read_text().splitlines() == ["--version", "-f -t -F json"]
    assert PBS.task_id("7[].p", 1) == "7[1].p"


def test_text_is_parsed_if_a_server_does_not_support_json(programs: Path) -> None:
    asked = server(programs, OPENPBS, "Job Id: 3.p\n", "*json*) exit 2")
    assert commands.jobs() == {"3.p": {}}
    assert asked.read_text().splitlines()[1:] == ["-f -t -F json", "-f -t"]
    # One that writes what is no JSON, too.
    server(programs, OPENPBS, "Job Id: 3.p\n", '*json*) echo \'{"Jobs":{"3.p":{"a":007}}}\'; exit')
    assert commands.jobs() == {"3.p": {}}


def test_ended_jobs_are_queried_by_id(programs: Path) -> None:
    """qstat ends with exit code 153 if one of the jobs is unknown, but prints the others."""
    asked = server(programs, OPENPBS, HISTORY)
    text = (programs / "qstat").read_text()
    (programs / "qstat").write_text(text + "\necho 'qstat: Unknown Job Id 9.p' >&2; exit 153\n")
    name = "2154.edtb-01.mcp.alcf.anl.gov"
    assert PBS.ended([name, "9.p"]) == {name: EndedJob(Cause.DONE)}
    assert asked.read_text().splitlines()[1] == f"-f -x -F json {name} 9.p"
    server(
        programs, OPENPBS, "", "*) echo 'PBS is not configured to maintain job history' >&2; exit 1"
    )
    assert PBS.ended(["9.p"]) == {}


def test_torque_is_queried_with_its_own_options(programs: Path) -> None:
    asked = server(programs, TORQUE_VERSION, XML)
    assert [one.name for one in PBS.queue("")] == ["int_tmux", "map_It3_Ir4"]
    assert asked.read_text().splitlines() == ["--version", "-f -t -x"]
    sent = programs / "sent"
    program(programs, "qsub", f'echo "$@" >>{sent}; echo 12.t')
    script = programs / "s.sh"
    assert PBS.submit(script, programs, Dependency("7[].t", "task")) == "12.t"
    PBS.submit(script, programs, Dependency("7.t", "success"), hold=True)
    common = "-j oe -o /dev/null"
    assert sent.read_text().splitlines() == [
        f"{common} -W depend=afteranyarray:7[].t {script}",
        f"{common} -h -W depend=afterok:7.t {script}",
    ]


@pytest.mark.parametrize(
    ("answer", "job"),
    [
        ("1008.qot-calc0\n", "1008.qot-calc0"),
        ("welcome\n48[].torque01.b.ca\n", "48[].torque01.b.ca"),
        ("17\n", "17"),
    ],
)
def test_the_job_id_is_found_in_the_output_of_qsub(programs: Path, answer: str, job: str) -> None:
    program(programs, "qsub", f"echo -n '{answer}'")
    assert PBS.submit(Path("s.sh"), programs) == job


def test_rejections_and_unavailable_servers(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "PAUSES", (0.0,))
    said = "qsub: would exceed queue generic's per-user limit of jobs in 'Q' state"
    program(programs, "qsub", f'echo "{said}" >&2; exit 38')
    with pytest.raises(Rejected, match=r"^qsub: would exceed queue") as met:
        PBS.submit(Path("s.sh"), programs)
    assert PBS.is_full(str(met.value))
    program(programs, "qsub", "echo 'qsub: cannot connect to server p (errno=15010)' >&2; exit 167")
    with pytest.raises(JanusError, match=r"errno=15010\); the scheduler may be down") as met:
        PBS.submit(Path("s.sh"), programs)
    assert not isinstance(met.value, Rejected)  # it may have been accepted
    program(programs, "qsub", "echo 'see you'")
    with pytest.raises(JanusError, match=r"^qsub: no job id in its output 'see you'"):
        PBS.submit(Path("s.sh"), programs)
    server(programs, OPENPBS, "", "*) echo 'qstat: cannot connect to server p' >&2; exit 167")
    with pytest.raises(JanusError, match="cannot connect to server p; the scheduler may be down"):
        PBS.queue("janus-")
    assert PBS.partitions() == []
    with pytest.raises(JanusError, match=r"^qrls: not found; submission requires PBS"):
        PBS.release("7")


def test_name_default_queue_and_array_limit_of_the_server(programs: Path) -> None:
    answer = '{"Server":{"pbs":{"default_queue":"workq","max_array_size":500}}}'
    queues = '{"Queue":{"workq":{"enabled":"True"},"long":{"enabled":"True"}}}'
    server(programs, OPENPBS, answer, f"-Q*) echo '{queues}'; exit")
    assert (PBS.cluster_name(), PBS.largest_array()) == ("pbs", 500)
    assert [(one.name, one.default) for one in PBS.partitions()] == [
        ("workq", True),
        ("long", False),
    ]


def test_time_and_cores_of_a_job(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(time.time() - 100))
    about = (
        '{"Jobs":{"7.p":{"job_state":"R","resources_used":{"walltime":"00:01:00"},'
        '"Resource_List":{"walltime":"00:10:00"},"stime":"%s"}}}'
    )
    server(programs, OPENPBS, about % start)
    job = {"PBS_JOBID": "7.p"}
    found = allocation.time_limit(job)
    assert (found.left(), found.granted) == (pytest.approx(500, abs=2), 600)
    # A start in another time zone is not believed, the time used is.
    server(programs, OPENPBS, about % "Wed Apr 14 23:34:19 2021")
    assert allocation.time_limit(job).left() == pytest.approx(540, abs=1)
    server(programs, OPENPBS, EMPTY)
    assert allocation.time_limit(job) == allocation.time_limit({}) == NO_LIMIT
    assert allocation.cores(job | {"NCPUS": "4"}) == 4
    assert allocation.cores(job | {"PBS_NUM_PPN": "2"}) == 2
    assert allocation.cores({"NCPUS": "4"}) is None
