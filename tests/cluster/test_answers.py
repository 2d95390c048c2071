"""What Slurm's commands print, as recorded and as their manuals have it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from janus_md.errors import JanusError
from janus_md.scheduler import slurm

SACCT = """\
101|COMPLETED|0:0
102|FAILED|1:0
103|TIMEOUT|0:0
104|OUT_OF_MEMORY|0:125
105|CANCELLED by 1000|0:0
106|NODE_FAIL|0:0
107|FAILED|0:11
123_4|COMPLETED|0:0
123_[5-9%2]|CANCELLED by 0|0:0
"""
"""Of `sacct --noheader --parsable2 --allocations --format=JobID,State,ExitCode`."""

SINFO = """\
standard*|128|257000|(null)|2-00:00:00|up
standard*|64+|515000+|(null)|2-00:00:00|up
gpu|64|257000|gpu:a100:4(S:0-1)|1-00:00:00|up
mixed|48|190000|gpu:a40:2(S:0),gpu:v100-32:6|12:00:00|up
long|16|64000|(null)|infinite|up
old|16|64000|(null)|infinite|down
closed|16|64000|(null)|infinite|drain
"""
"""Of `sinfo --noheader --format=%P|%c|%m|%G|%l|%a`."""

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
"""
"""Of Slurm 22.05's squeue, of tasks that ended with 0, with 3, by SIGKILL, ..."""


def test_accounting() -> None:
    assert slurm.parse_accounting(SACCT.splitlines()) == {
        "101": ("COMPLETED", 0),
        "102": ("FAILED", 1),
        "103": ("TIMEOUT", 0),
        "104": ("OUT_OF_MEMORY", 253),
        "105": ("CANCELLED", 0),
        "106": ("NODE_FAIL", 0),
        "107": ("FAILED", 139),
        "123_4": ("COMPLETED", 0),
        "123": ("CANCELLED", 0),
    }


def test_partitions_count_their_smallest_node() -> None:
    found = {one.name: one for one in slurm.parse_partitions(SINFO.splitlines())}
    assert list(found) == ["standard", "gpu", "mixed", "long"]
    standard = found["standard"]
    assert (standard.default, standard.cores, standard.gpus) == (True, 64, 0)
    assert standard.memory_gb == pytest.approx(257000 / 1024)
    assert [one.gpus for one in found.values()] == [0, 4, 8, 0]
    assert [one.default for one in found.values()] == [True, False, False, False]
    assert found["long"].walltime == "UNLIMITED"
    assert found["gpu"].walltime == "1-00:00:00"


def test_the_queue_holds_this_projects_jobs() -> None:
    found = slurm.parse_queue(SQUEUE.splitlines(), "janus-ab12cd34-")
    assert [(one.id, one.state) for one in found] == [
        ("17", "RUNNING"),
        ("18_0", "PENDING"),
        ("18_1", "PENDING"),
    ]
    assert found[2].reason.endswith("n[1-2]")
    assert (found[2].folder, found[2].head) == ("/data/wires", "18")


def test_the_controllers_memory() -> None:
    assert slurm.parse_memory(MEMORY.splitlines()) == {
        "1_0": ("COMPLETED", 0),
        "1_1": ("FAILED", 3),
        "1_2": ("FAILED", 137),
        "2": ("CANCELLED", 143),
        "3": ("TIMEOUT", 0),
    }


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose programs are the only ones."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/bash\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def test_accounting_is_asked_first_and_the_controller_for_the_rest(commands: Path) -> None:
    program(commands, "sacct", f"echo '{SACCT}'")
    program(commands, "squeue", "echo 7 CANCELLED 0\necho 104 FAILED 256")
    assert slurm.ended(["104", "7", "8"]) == {"104": ("OUT_OF_MEMORY", 253), "7": ("CANCELLED", 0)}


def test_a_cluster_without_accounting(commands: Path) -> None:
    program(commands, "sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1")
    program(commands, "squeue", "echo 7 TIMEOUT 0")
    assert slurm.ended(["7", "8"]) == {"7": ("TIMEOUT", 0)}
    program(commands, "squeue", "exit 1")
    assert slurm.ended(["7"]) == {}


def test_what_slurm_says_is_told_in_one_line(commands: Path) -> None:
    program(
        commands,
        "sbatch",
        "echo 'sbatch: error: Batch job submission failed:' >&2\n"
        "echo 'sbatch: error: Invalid account' >&2\nexit 1",
    )
    with pytest.raises(slurm.Rejected, match=r"^sbatch: Batch job submission failed: Invalid acc"):
        slurm.submit(Path("script.sh"))
    with pytest.raises(JanusError, match=r"^scontrol: not found; submission needs Slurm"):
        slurm.release("7")
    program(
        commands,
        "sbatch",
        "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation'"
        " >&2\nexit 1",
    )
    with pytest.raises(JanusError, match="recv operation; the scheduler may be down") as met:
        slurm.submit(Path("script.sh"))
    assert not isinstance(met.value, slurm.Rejected)  # it may have been sent all the same
    program(commands, "sbatch", "echo '42;cluster'")
    assert slurm.submit(Path("script.sh")) == "42"


def test_a_scheduler_that_does_not_answer(commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm, "PATIENCE", 0.2)
    program(commands, "squeue", "exec /bin/sleep 30")
    with pytest.raises(JanusError, match="squeue: no answer in 0 s; the scheduler may be down"):
        slurm.queue("janus-")
    assert slurm.partitions() == []
