"""Messages about processes that ended without a message."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from janus_md.running.workstation.processes import Job, Running, kernel_kills


def test_the_message_says_who_killed_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = 3
    monkeypatch.setattr("janus_md.running.workstation.processes.kernel_kills", lambda: kills)
    log = tmp_path / "simulate.out"
    log.touch()
    job = Job("id", tmp_path, "label", ("simulate",))
    one = Running(job, "simulate", None, 0, log)  # type: ignore[arg-type]
    assert "was killed by SIGKILL, by another process" in one.describe_end(-signal.SIGKILL)
    kills += 1
    assert "by the kernel because memory ran out" in one.describe_end(-signal.SIGKILL)
    assert one.describe_end(3) == "the process of simulate ended with exit code 3"
    log.write_text("words")
    assert one.describe_end(3).endswith(f"; its output is in {log}")


@pytest.mark.parametrize(
    ("files", "kills"),
    [
        ({"proc/vmstat": "nr_free_pages 7\noom_kill 8\n"}, 8),
        # Of a job of Slurm's, whose neighbours lack memory, too.
        (
            {
                "proc/vmstat": "oom_kill 8\n",
                "proc/self/cgroup": "0::/slurm/job_7/step_batch/user/task_0\n",
                "sys/fs/cgroup/slurm/job_7/step_batch/user/task_0/memory.events": (
                    "low 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 0\n"
                ),
            },
            1,
        ),
        (
            {
                "proc/vmstat": "oom_kill 8\n",
                "proc/self/cgroup": "9:name=systemd:/\n4:memory:/slurm_vm/uid_0/job_7\n0::/\n",
                "sys/fs/cgroup/memory/slurm_vm/uid_0/job_7/memory.oom_control": (
                    "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"
                ),
            },
            2,
        ),
        ({}, 0),
    ],
    ids=["none", "version 2", "version 1", "not Linux"],
)
def test_kills_by_the_kernel_are_counted_per_control_group(
    tmp_path: Path, files: dict[str, str], kills: int
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert kernel_kills(tmp_path) == kills
