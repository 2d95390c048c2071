"""What PBS servers print, as recorded by others and published: there was none to try.

Sources: the page of the PBS job of buildtest (`qstat -x -f -F json`, PBS 19.0.0), the developer's
page of PSI/J (the same, 2022.0.0), the tests of MAVIS (`qstat -f -t`, Torque), the module of fyrd
for Torque (`qstat -x`), the user guide of MetaCentrum (`qstat -Q -f`). Attributes that nothing
reads are left out; names of people and folders are replaced. Exit statuses: src/include/job.h and
the administrator's guide of OpenPBS (a job's history has substate 91 where it was deleted, and an
exit status of 256 and the signal's number where a signal ended it), and "Job Exit Status" in
Torque's administrator guide.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers import asking
from janus_md.running.cluster.schedulers.pbs import SCHEDULER as PBS
from janus_md.running.cluster.schedulers.pbs import allotment, answers, commands
from janus_md.running.cluster.schedulers.records import Cause, Dependency, EndedJob, Rejected
from janus_md.simulation.walltime import NO_LIMIT
from tests.running.cluster.conftest import program

JSON = """\
{
    "timestamp":1630683518,
    "pbs_version":"19.0.0",
    "pbs_server":"pbs",
    "Jobs":{
        "157.pbs":{
            "Job_Name":"pbs_hold_job",
            "Job_Owner":"user@pbs",
            "job_state":"H",
            "queue":"workq",
            "server":"pbs",
            "Hold_Types":"u",
            "Priority":0,
            "qtime":"Fri Aug 20 23:14:08 2021",
            "Rerunable":"True",
            "Resource_List":{
                "ncpus":1,
                "nodect":1,
                "nodes":1,
                "place":"scatter",
                "select":"1:ncpus=1",
                "walltime":"00:02:00"
            },
            "substate":20,
            "Variable_List":{
                "PBS_O_HOME":"/home/user",
                "PBS_O_WORKDIR":"/tmp/hold/stage",
                "PBS_O_SYSTEM":"Linux"
            },
            "project":"_pbs_project_default"
        }
    }
}
"""

EMPTY = '{"timestamp":1788909619,"pbs_version":"2024.1.2.20241017100211","pbs_server":"p-01"}'
"""Where no job fits, the key of the jobs is left out."""

HISTORY = """\
{
    "pbs_version":"2022.0.0.20211103141832",
    "Jobs":{
        "2154.edtb-01.mcp.alcf.anl.gov":{
            "job_state":"F",
            "comment":"Job run at Mon Jan 24 at 08:39 on (edtb-01[0]:ncpus=1) and finished",
            "Exit_status":0
        }
    }
}
"""

TORQUE = """\
Job Id: 9.torque01.bcgsc.ca
    Job_Name = subtest.sh
    Job_Owner = user@torque01.bcgsc.ca
    resources_used.cput = 00:00:00
    resources_used.walltime = 00:01:00
    job_state = C
    queue = batch
    Error_Path = torque01.bcgsc.ca:/projects/trans_scratch/validations/workspa
        ce/user/temp/subtest.sh.e9
    Hold_Types = n
    Resource_List.walltime = 01:00:00
    Resource_List.nodes = 1
    Variable_List = PBS_O_QUEUE=batch,PBS_O_HOME=/home/user,
        PBS_O_LOGNAME=user,
        PBS_O_PATH=/home/user/applications/node-v10.1.0-linux-x64/bin:/hom
        e/user/.npm-packages/bin,PBS_O_SHELL=/bin/bash,
        PBS_O_WORKDIR=/projects/trans_scratch/validations/workspace/user/t
        emp,PBS_O_HOST=torque01.bcgsc.ca,PBS_O_SERVER=torque01.bcgsc.ca
    comment = Job started on Tue May 29 at 09:37
    exit_status = 0
    submit_args = subtest.sh
    start_time = Tue May 29 09:37:01 2018
    init_work_dir = /projects/trans_scratch/validations/workspace/user/temp

    request_version = 1

Job Id: 48[1].torque01.bcgsc.ca
    Job_Name = MA_mock-A47933_batch-JT3CUggKXNStHcoFXYaGR3-1
    job_state = C
    depend = afterokarray:43[].torque01.bcgsc.ca
    Variable_List = PBS_ARRAYID=1,PBS_O_QUEUE=batch,
        SQUEUE_FORMAT=%.12i %9P %45j %.8u %.2t %.10M %.6D %.8m %.14l %.4c %.2
        0R %E,HISTCONTROL=ignoredups,
        BASH_FUNC_module()=() {  eval `/usr/bin/modulecmd bash $*`\\\\
}
    comment = Job 48[].torque01.bcgsc.ca deleted because its dependency of arr
        ay 43[].torque01.bcgsc.ca can never be satisfied
    exit_status = 271
    job_array_id = 1
"""

XML = (
    "<Data><Job><Job_Id>665199.superserver.stanford.edu</Job_Id><Job_Name>int_tmux</Job_Name>"
    "<resources_used><cput>00:15:23</cput><walltime>335:34:49</walltime></resources_used>"
    "<job_state>R</job_state><queue>interactive</queue><Hold_Types>n</Hold_Types>"
    "<Resource_List><mem>4gb</mem><nodes>1:ppn=1</nodes></Resource_List>"
    "<exit_status>-3</exit_status><start_time>1479339665</start_time></Job>"
    "<Job><Job_Id>667999.superserver.stanford.edu</Job_Id><Job_Name>map_It3_Ir4</Job_Name>"
    "<job_state>Q</job_state><Hold_Types>n</Hold_Types>"
    "<Resource_List><mem>32gb</mem><walltime>23:59:00</walltime></Resource_List></Job>"
    "<Job><Job_Id>673175[].superserver.stanford.edu</Job_Id><Job_Name>t.sh</Job_Name>"
    "<job_state>C</job_state><job_array_request>1-20</job_array_request></Job>"
    "<Job><Job_Id>673175[19].fruster.stanford.edu</Job_Id><Job_Name>t.sh-19</Job_Name>"
    "<job_state>C</job_state><Variable_List>PBS_ARRAYID=19,PBS_O_HOME=/home/user,"
    "PBS_O_WORKDIR=/home/user/work,PBS_O_HOST=h</Variable_List>"
    "<exit_status>0</exit_status></Job></Data>"
)

QUEUES = """\
Queue: default
    queue_type = Route
    total_jobs = 0
    state_count = Transit:0 QueuedJob:0 Held:0 Waiting:0 Running:0 Exiting:0 Begun
\t:0
    max_queued = [u:PBS_GENERIC=30000]
    resources_max.ngpus = 0
    resources_max.walltime = 720:00:00
    resources_default.walltime = 24:00:00
    comment = Default queue (routing)|Implicitni fronta
    route_destinations = q_2h,q_4h,q_1d,q_2d,q_4d,q_1w,q_2w,q_2w_plus
    enabled = True
    started = True
"""

WRAPPED = """\
Job Id:\t1
\tJob_Name = janus-abc-1
\tJob_Owner = root@localhost
\tjob_state = Q
\tqueue = debug
\tqtime = Sat Nov 28 01:30:26 2026
\tResource_List.walltime = 00:10:00
\tResource_List.ncpus = 2

"""
"""Of the wrapper of Slurm 22.05, recorded here."""


def test_json_of_openpbs() -> None:
    (one,) = (answers.queued(*job) for job in answers.parse(JSON).items())
    assert (one.id, one.name, one.folder) == ("157.pbs", "pbs_hold_job", "/tmp/hold/stage")
    assert (one.state, one.detail, one.pending, one.on_hold) == ("held", "qrls 157.pbs", True, True)
    assert answers.parse(EMPTY) == {}
    (about,) = answers.parse(HISTORY).values()
    assert answers.ended(about) == EndedJob(Cause.DONE)


def test_text_of_torque() -> None:
    found = answers.parse(TORQUE)
    assert list(found) == ["9.torque01.bcgsc.ca", "48[1].torque01.bcgsc.ca"]
    first, second = found.values()
    assert first["Error_Path"].endswith("/validations/workspace/user/temp/subtest.sh.e9")
    assert answers.ended(first) == EndedJob(Cause.DONE)
    folder = "/projects/trans_scratch/validations/workspace/user/temp"
    assert answers.queued("9.torque01.bcgsc.ca", first).folder == folder
    assert second["comment"].endswith("dependency of array 43[].torque01.bcgsc.ca can never be sat"
                                      "isfied")  # fmt: skip
    assert answers.ended(second) == EndedJob(Cause.CANCELLED, 143)
    task = answers.queued("48[1].torque01.bcgsc.ca", second)
    assert (task.task, task.head) == (1, "48[].torque01.bcgsc.ca")
    assert task.name == "MA_mock-A47933_batch-JT3CUggKXNStHcoFXYaGR3"


def test_xml_of_torque() -> None:
    found = answers.parse(XML)
    jobs = [answers.queued(name, about) for name, about in found.items()]
    assert [(one.state, one.task) for one in jobs[:2]] == [("running", None), ("queued", None)]
    assert [one.pending for one in jobs[:2]] == [False, True]
    assert [one.on_hold for one in jobs[:2]] == [False, False]
    assert (jobs[3].task, jobs[3].name, jobs[3].folder) == (19, "t.sh", "/home/user/work")
    assert found["665199.superserver.stanford.edu"]["resources_used.walltime"] == "335:34:49"
    with pytest.raises(ValueError, match=r"unclosed token|no element"):
        answers.parse("<Data><Job>")


def test_queues() -> None:
    (one,) = answers.partitions(answers.parse(QUEUES), None)
    assert (one.name, one.default, one.walltime, one.cores) == ("default", True, "720:00:00", None)
    closed = answers.parse(QUEUES.replace("enabled = True", "enabled = False"))
    assert answers.partitions(closed, "default") == []


def test_text_of_a_wrapper() -> None:
    """It tells no hold: the job may be on one."""
    (one,) = (answers.queued(*job) for job in answers.parse(WRAPPED).items())
    assert (one.name, one.state, one.pending, one.on_hold) == ("janus-abc-1", "queued", True, True)


@pytest.mark.parametrize(
    ("about", "word"),
    [
        ({"job_state": "R"}, "running"),
        ({"job_state": "E"}, "running"),
        ({"job_state": "B"}, "running"),  # an array of which something has begun
        ({"job_state": "S"}, "suspended"),
        ({"job_state": "H", "Hold_Types": "o"}, "held: by an administrator"),
        ({"job_state": "H", "Hold_Types": "s", "depend": "afterok:1.p@p"}, "queued: waits for ano"),
        (
            {
                "job_state": "Q",
                "comment": "Not Running: Insufficient amount of resource: ncpus (R: 4 A: 2 T: 4)",
            },
            "queued: Insufficient amount of resource: ncpus (R: 4 A: 2 T: 4)",
        ),
    ],
)
def test_states_in_words(about: dict[str, str], word: str) -> None:
    one = answers.queued("1.p", about)
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
    assert answers.ended(about) == ended


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose programs are the only ones."""
    monkeypatch.setenv("PATH", str(tmp_path))
    commands.kind.cache_clear()
    yield tmp_path
    commands.kind.cache_clear()


def server(folder: Path, version: str, answer: str, otherwise: str = "none) exit") -> Path:
    """Put a qstat there that answers what is asked in its own format; return its log."""
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


def test_the_queue_holds_arrays_by_task(programs: Path) -> None:
    """EndedJob tasks are left out; an array without tasks counts whole."""
    asked = server(programs, OPENPBS, ARRAY)
    found = PBS.queue("janus-a-")
    assert [(one.id, one.head, one.task) for one in found] == [
        ("7[1].p", "7[].p", 1),
        ("8[].p", "8[].p", None),
    ]
    assert asked.read_text().splitlines() == ["--version", "-f -t -F json"]
    assert PBS.task_id("7[].p", 1) == "7[1].p"


def test_an_old_server_without_json_is_asked_for_text(programs: Path) -> None:
    asked = server(programs, OPENPBS, "Job Id: 3.p\n", "*json*) exit 2")
    assert commands.jobs() == {"3.p": {}}
    assert asked.read_text().splitlines()[1:] == ["-f -t -F json", "-f -t"]
    # One that writes what is no JSON, too.
    server(programs, OPENPBS, "Job Id: 3.p\n", '*json*) echo \'{"Jobs":{"3.p":{"a":007}}}\'; exit')
    assert commands.jobs() == {"3.p": {}}


def test_the_history_is_asked_for_jobs_by_id(programs: Path) -> None:
    """qstat ends with 153 where it does not know one of them; the others count."""
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


def test_torque_is_asked_in_its_own_way(programs: Path) -> None:
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
def test_the_id_is_found_in_what_qsub_prints(programs: Path, answer: str, job: str) -> None:
    program(programs, "qsub", f"echo -n '{answer}'")
    assert PBS.submit(Path("s.sh"), programs) == job


def test_refusals_and_servers_that_are_away(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PAUSES", (0.0,))
    said = "qsub: would exceed queue generic's per-user limit of jobs in 'Q' state"
    program(programs, "qsub", f'echo "{said}" >&2; exit 38')
    with pytest.raises(Rejected, match=r"^qsub: would exceed queue") as met:
        PBS.submit(Path("s.sh"), programs)
    assert PBS.is_full(str(met.value))
    program(programs, "qsub", "echo 'qsub: cannot connect to server p (errno=15010)' >&2; exit 167")
    with pytest.raises(JanusError, match=r"errno=15010\); the scheduler may be down") as met:
        PBS.submit(Path("s.sh"), programs)
    assert not isinstance(met.value, Rejected)  # it may have been sent nevertheless
    program(programs, "qsub", "echo 'see you'")
    with pytest.raises(JanusError, match=r"^qsub: no id of a job in its answer, 'see you'"):
        PBS.submit(Path("s.sh"), programs)
    server(programs, OPENPBS, "", "*) echo 'qstat: cannot connect to server p' >&2; exit 167")
    with pytest.raises(JanusError, match="cannot connect to server p; the scheduler may be down"):
        PBS.queue("janus-")
    assert PBS.partitions() == []
    with pytest.raises(JanusError, match=r"^qrls: not found; submission needs PBS"):
        PBS.release("7")


def test_the_server_says_its_name_its_default_queue_and_its_largest_array(programs: Path) -> None:
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
    found = allotment.time_limit(job)
    assert (found.left(), found.granted) == (pytest.approx(500, abs=2), 600)
    # A start in another time zone is not believed, the time used is.
    server(programs, OPENPBS, about % "Wed Apr 14 23:34:19 2021")
    assert allotment.time_limit(job).left() == pytest.approx(540, abs=1)
    server(programs, OPENPBS, EMPTY)
    assert allotment.time_limit(job) == allotment.time_limit({}) == NO_LIMIT
    assert allotment.cores(job | {"NCPUS": "4"}) == 4
    assert allotment.cores(job | {"PBS_NUM_PPN": "2"}) == 2
    assert allotment.cores({"NCPUS": "4"}) is None
