"""Parsing of the output of Slurm's commands, recorded or taken from their manuals."""

from __future__ import annotations

from pathlib import Path

import pytest

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers import programs
from janus_md.running.cluster.schedulers.records import Rejected
from janus_md.running.cluster.schedulers.slurm import commands as slurm
from janus_md.running.cluster.schedulers.slurm import parsing
from tests.running.cluster.conftest import program

SACCT = """\
1|COMPLETED|0:0
2|FAILED|3:0
3|FAILED|0:11
5|CANCELLED by 0|0:0
7|PREEMPTED|0:0
26|NODE_FAIL|0:0
28|OUT_OF_MEMORY|0:125
29|TIMEOUT|0:0
38|FAILED|0:53
6_0|COMPLETED|0:0
39_[0,2-3]|CANCELLED by 0|0:0
22|PENDING|0:0
4|RUNNING|0:0
31|SUSPENDED|0:0
"""
"""Of `sacct --noheader --parsable2 --allocations --format=JobID,State,ExitCode`.

Recorded of Slurm 22.05.8 with slurmdbd and memory in cgroups. Job 38 had no folder for its output;
array 39 was cancelled while it was held, its task 1 before the others: nothing is said of that one.
"""

SINFO = """\
Welcome to the cluster; mind the maintenance | on Monday
standard*|128|257000|(null)|2-00:00:00|up|NO
standard*|64+|515000+|(null)|2-00:00:00|up|NO
gpu|64|257000|gpu:a100:4(S:0-1)|1-00:00:00|up|NO
mixed|48|190000|gpu:a40:2(S:0),gpu:v100-32:6|12:00:00|up|FORCE:4
long|16|64000|(null)|infinite|up|EXCLUSIVE
old|16|64000|(null)|infinite|down|NO
closed|16|64000|(null)|infinite|drain|NO
"""
"""Of `sinfo --noheader --format=%P|%c|%m|%G|%l|%a|%h`."""

SQUEUE = """\
17|janus-ab12cd34-0123456789|RUNNING|/data/wires|None
18_0|janus-ab12cd34-123456789a|PENDING|/data/wires|Resources
18_1|janus-ab12cd34-123456789a|PENDING|/data/wires|ReqNodeNotAvail, UnavailableNodes:n[1-2]
19|janus-ffffffff-0123456789|RUNNING|/data/others|None
20|a|b|c|d
"""
"""Of `squeue --noheader --me --array --format=%i|%j|%T|%Z|%r`."""

MEMORY = """\
1_0                                     COMPLETED                     0                   \n\
1_1                                     FAILED                        768                 \n\
1_2                                     FAILED                        9                   \n\
2                                       CANCELLED                     15                  \n\
3                                       TIMEOUT                       0                   \n\
29                                      FAILED                        4021                \n\
"""
"""Of Slurm 22.05's squeue, of tasks that ended with 0, with 3, by SIGKILL, ...

Job 29 had no folder for its output; accounting calls it 0:53.
"""


def test_accounting() -> None:
    assert parsing.parse_accounting(SACCT.splitlines()) == {
        "1": ("COMPLETED", 0),
        "2": ("FAILED", 3),
        "3": ("FAILED", 139),
        "5": ("CANCELLED", 0),
        "7": ("PREEMPTED", 0),
        "26": ("NODE_FAIL", 0),
        "28": ("OUT_OF_MEMORY", 253),
        "29": ("TIMEOUT", 0),
        "38": ("FAILED", parsing.NO_OUTPUT),
        "6_0": ("COMPLETED", 0),
        "39": ("CANCELLED", 0),
        "22": ("PENDING", 0),
        "4": ("RUNNING", 0),
        "31": ("SUSPENDED", 0),
    }


def test_a_partition_has_the_resources_of_its_smallest_node() -> None:
    found = {one.name: one for one in parsing.parse_partitions(SINFO.splitlines())}
    assert list(found) == ["standard", "gpu", "mixed", "long"]
    standard = found["standard"]
    assert (standard.default, standard.cores, standard.gpus) == (True, 64, 0)
    assert standard.memory_gb == pytest.approx(257000 / 1024)
    assert [one.gpus for one in found.values()] == [0, 4, 8, 0]
    assert [one.default for one in found.values()] == [True, False, False, False]
    assert found["long"].walltime == "UNLIMITED"
    assert found["gpu"].walltime == "1-00:00:00"
    assert [name for name, one in found.items() if one.exclusive] == ["long"]


def test_the_queue_contains_only_the_jobs_of_this_project() -> None:
    found = parsing.parse_queue(SQUEUE.splitlines(), "janus-ab12cd34-")
    assert [(one.id, one.state, one.detail) for one in found] == [
        ("17", "running", ""),
        ("18_0", "queued", "Resources"),
        ("18_1", "queued", "ReqNodeNotAvail"),
    ]
    assert (found[2].folder, found[2].head, found[2].task) == ("/data/wires", "18", 1)


def test_ended_jobs_in_the_controllers_memory() -> None:
    assert parsing.parse_memory(MEMORY.splitlines()) == {
        "1_0": ("COMPLETED", 0),
        "1_1": ("FAILED", 3),
        "1_2": ("FAILED", 137),
        "2": ("CANCELLED", 143),
        "3": ("TIMEOUT", 0),
        "29": ("FAILED", parsing.NO_OUTPUT),
    }


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the only one in PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_controller_is_queried_before_accounting(commands: Path) -> None:
    asked = commands / "asked"
    program(commands, "sacct", f"echo \"$@\" >{asked}\necho '{SACCT}'")
    # Accounting is late with job 4, which the controller knows to have ended.
    program(commands, "squeue", "echo 8 CANCELLED 0\necho 6_3 RUNNING 0\necho 4 FAILED 9")
    told = slurm.ended(["28", "8", "9", "39_0", "39_3", "6_3", "4", "22"])
    assert told == {
        "28": ("OUT_OF_MEMORY", 253),
        "8": ("CANCELLED", 0),
        "39_0": ("CANCELLED", 0),
        "39_3": ("CANCELLED", 0),
        "4": ("FAILED", 137),
    }
    assert asked.read_text().split()[-1] == "28,9,39,6,22"


def test_a_cluster_without_accounting(commands: Path) -> None:
    program(commands, "sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1")
    program(commands, "squeue", "echo 7 TIMEOUT 0")
    assert slurm.ended(["7", "8"]) == {"7": ("TIMEOUT", 0)}
    program(commands, "squeue", "exit 1")
    assert slurm.ended(["7"]) == {}


def test_error_messages_of_slurm_become_one_line(commands: Path) -> None:
    program(
        commands,
        "sbatch",
        "echo 'sbatch: error: Batch job submission failed:' >&2\n"
        "echo 'sbatch: error: Invalid account' >&2\nexit 1",
    )
    with pytest.raises(Rejected, match=r"^sbatch: Batch job submission failed: Invalid acc"):
        slurm.submit(Path("script.sh"))
    with pytest.raises(JanusError, match=r"^scontrol: not found; submission requires Slurm"):
        slurm.release("7")
    program(
        commands,
        "sbatch",
        "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation'"
        " >&2\nexit 1",
    )
    with pytest.raises(JanusError, match="recv operation; the scheduler may be down") as met:
        slurm.submit(Path("script.sh"))
    assert not isinstance(met.value, Rejected)  # it may have been sent all the same


@pytest.mark.parametrize(
    ("answer", "slurm_id"),
    [
        ("42\n", "42"),
        # With --clusters, or in a federation: recorded of Slurm 22.05.8.
        ("36;testnode\n", "36"),
        ("Submitted batch job 37 on cluster testnode\n", "37"),
        # A site's own sbatch may greet before, and tell of the account after.
        ("----\n  Welcome to the cluster 5\n--> Verifying queue...OK\n42\nbalance: 7 h\n", "42"),
        ("Submitted batch job 42\n", "42"),
    ],
)
def test_the_job_id_is_found_in_the_output_of_sbatch(
    commands: Path, answer: str, slurm_id: str
) -> None:
    program(commands, "sbatch", f"echo -n '{answer}'; echo 'sbatch: Project balance: 12' >&2")
    assert slurm.submit(Path("script.sh")) == slurm_id


def test_output_without_a_job_id_is_not_a_rejection(commands: Path) -> None:
    """The job may have been accepted: the next submission looks for it by name."""
    program(commands, "sbatch", "echo 'see you'")
    with pytest.raises(JanusError, match=r"^sbatch: no job id in its output 'see you'") as met:
        slurm.submit(Path("script.sh"))
    assert not isinstance(met.value, Rejected)


def test_environment_variables_neither_hide_jobs_nor_override_a_script(
    commands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = commands / "told"
    program(commands, "squeue", f"/usr/bin/env >{told}")
    program(commands, "sbatch", f"/usr/bin/env >{told}; echo 7")
    hidden = {"SBATCH_ACCOUNT", "SBATCH_TIMELIMIT", "SLURM_ARRAY_TASK_ID", "SLURM_MEM_PER_CPU"}
    for name in ("SQUEUE_STATES", *hidden):
        monkeypatch.setenv(name, "5")
    monkeypatch.setenv("SBATCH_QOS", "debug")  # nothing that is set otherwise
    slurm.queue("janus-")
    assert "SQUEUE_STATES" not in told.read_text()
    slurm.submit(Path("script.sh"))
    names = {line.partition("=")[0] for line in told.read_text().splitlines()}
    assert "SBATCH_QOS" in names
    assert not names & hidden
    assert slurm.default("account") == "5"
    assert slurm.default("partition") is None


@pytest.mark.parametrize(
    ("configuration", "tasks"),
    [
        ("MaxArraySize            = 1001\n", 1000),
        ("MaxArraySize = 40001\nSchedulerParameters = bf_interval=1,max_array_tasks=500\n", 500),
        ("", 1000),
    ],
)
def test_the_maximum_number_of_array_tasks(configuration: str, tasks: int) -> None:
    assert parsing.parse_array_size(configuration) == tasks


def test_the_name_of_the_cluster() -> None:
    told = "Configuration data as of 2026\nClusterName             = testnode18017\nX = 1\n"
    assert parsing.parse_cluster_name(told) == "testnode18017"
    assert parsing.parse_cluster_name("") is None


def test_commands_are_repeated_if_the_controller_is_unreachable(
    commands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "PAUSES", (0.0, 0.0))
    calls = commands / "calls"
    away = "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1"
    count = f"echo >>{calls}; mapfile -t lines <{calls}"
    program(
        commands, "squeue", f"{count}; [ ${{#lines[@]}} -gt 2 ] || {{ {away}; }}\necho '{SQUEUE}'"
    )
    assert len(slurm.queue("janus-ab12cd34-")) == 3
    program(commands, "squeue", away)
    with pytest.raises(JanusError, match=r"slurm controller; the scheduler may be down, .*$"):
        slurm.queue("janus-")


def test_a_scheduler_that_does_not_answer(commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "TIMEOUT", 0.2)
    retrying = "Slurm temporarily unable to accept job, sleeping and retrying"
    program(commands, "squeue", f"echo 'squeue: error: {retrying}' >&2; exec /bin/sleep 30")
    with pytest.raises(JanusError, match=rf"^squeue: no answer within 0 s \({retrying}\); the s"):
        slurm.queue("janus-")
    assert slurm.partitions() == []
