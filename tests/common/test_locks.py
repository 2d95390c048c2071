"""Locks of jobs: file systems with and without locks, and locks left by killed processes."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.common import cache as entries
from janus_md.common import locks
from janus_md.common.errors import JanusError
from janus_md.common.locks import Held, Unclear, hold
from janus_md.running.cluster import ledger
from janus_md.running.cluster.request.resources import SubmitOptions, UnfinishedJob
from janus_md.running.cluster.request.script import write
from janus_md.running.cluster.schedulers.slurm import SCHEDULER as SLURM
from janus_md.running.worker import FAILED
from janus_md.workspace import jobs as workspace
from janus_md.workspace import query
from tests.conftest import ROOT, TINY, Result, environment
from tests.running.cluster.request.test_plan import CLUSTER, SETUP, planned
from tests.running.workstation.test_runner import document, make

Cli = Callable[..., Result]

LACKING = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF)
"""What flock says where a file system has no locks, or its lock server is away."""


def lacking(number: int) -> Callable[[int, int], None]:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    return flock


@pytest.fixture
def no_flock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No locks in this process, nor in those that it starts."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import errno, fcntl, os\n"
        "def flock(descriptor, operation):\n"
        "    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))\n"
        "fcntl.flock = flock\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{ROOT}")
    monkeypatch.setattr(fcntl, "flock", lacking(errno.ENOLCK))


def killed_holder(folder: Path, host: str | None = None) -> None:
    """Hold a lock without flock in a process, on a machine of this name, that is then killed."""
    code = (
        "import fcntl, os, signal, socket, sys\n"
        "from pathlib import Path\n"
        "def flock(*_): raise OSError(37, 'No locks available')\n"
        "fcntl.flock = flock\n"
        "if len(sys.argv) > 2: socket.gethostname = lambda: sys.argv[2]\n"
        "from janus_md.common import locks\n"
        "with locks.hold(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", code, str(folder), *([host] if host else [])]
    done = subprocess.run(command, env=environment(), check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert locks.marker_of(folder / locks.LOCK).exists()


@pytest.mark.parametrize("number", LACKING, ids=errno.errorcode.get)
def test_without_flock_another_lock_does_the_same(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", lacking(number))
    me = f"process {os.getpid()} on {socket.gethostname()}"
    with hold(tmp_path):
        assert locks.holder(tmp_path, set()).startswith(me)
        with pytest.raises(Held, match=f"^job {tmp_path.name}: {me} "), hold(tmp_path):
            pass
    assert locks.holder(tmp_path, set()) == ""
    with hold(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [locks.LOCK]


def test_a_process_that_has_locks_and_one_that_has_none_keep_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock
    with hold(tmp_path):
        monkeypatch.setattr(fcntl, "flock", lacking(errno.ENOLCK))
        with pytest.raises(Held), hold(tmp_path):
            pass
    with hold(tmp_path):
        monkeypatch.setattr(fcntl, "flock", flock)
        with pytest.raises(Held), hold(tmp_path):
            pass


@pytest.mark.parametrize("flock", [lacking(errno.ENOSYS), fcntl.flock], ids=["without", "with"])
def test_what_a_killed_process_left_on_this_machine_is_taken(
    flock: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_holder(tmp_path)
    assert locks.holder(tmp_path, locks.locks_here()) == ""
    monkeypatch.setattr(fcntl, "flock", flock)
    with hold(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [locks.LOCK]


def test_of_another_machine_the_file_to_remove_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_holder(tmp_path, "elsewhere")
    monkeypatch.setattr(fcntl, "flock", lacking(errno.ENOLCK))
    marker = locks.marker_of(tmp_path / locks.LOCK)
    said = rf"process \d+ on elsewhere .*or was killed.* remove {marker} and run again$"
    with pytest.raises(Unclear, match=said), hold(tmp_path):
        pass
    marker.unlink()
    with hold(tmp_path):
        pass


def test_jobs_run_to_their_end_where_there_are_no_locks(
    no_flock: None, janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, TINY + "  relative_permittivity: 1\n")[1.0]
    killed_holder(job, "elsewhere")
    told = janus_md("run", "-d", place, "--engine", engine)
    marker = job / f"{locks.LOCK}{locks.MARKER}"
    assert told.code == 1, told
    assert f"remove {marker} and run again" in told.out
    assert not (job / "signac_job_document.json").exists()  # which may be another's now
    marker.unlink()
    told = janus_md("run", "-d", place, "--engine", engine)
    assert told.code == 0, told
    assert document(job)["analysis"]["n_frames"] == 11
    assert not marker.exists()


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_script_does_not_requeue_for_what_no_later_run_can_mend(
    ranks: int, tmp_path: Path, no_flock: None, janus_md: Cli
) -> None:
    """The real script and run, with a scheduler that only records its calls."""
    place = tmp_path / "workspace"
    job = make(janus_md, place, TINY + "  relative_permittivity: 1\n")[1.0]
    killed_holder(job, "elsewhere")
    (one,) = planned([UnfinishedJob(job.name, SETUP, ("simulate",))], ranks=ranks)
    (place / SLURM.folder).mkdir(parents=True)
    (place / SLURM.tasks_file(one.name)).write_text(f"{job.name}\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (
        ("scontrol", f"echo $* >>{tmp_path}/told"),
        # One rank of them, which says the same.
        ("srun", f'while [ "${{1:0:2}}" = -- ]; do shift; done\nexec {sys.executable} "${{@:2}}"'),
    ):
        (programs / name).write_text(f"#!/bin/bash\n{text}\n")
        (programs / name).chmod(0o755)
    script = write(one, SubmitOptions(ranks=ranks), CLUSTER, SLURM, place, lead=90)
    script = script.replace(f"--ranks {ranks}", "--ranks 1")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=place,
        env=environment() | {"PATH": f"{programs}:{os.environ['PATH']}", "SLURM_JOB_ID": "7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == FAILED, done
    assert str(locks.marker_of(job / locks.LOCK)) in done.stdout + done.stderr
    assert not (tmp_path / "told").exists()


def test_submissions_and_init_go_on_where_there_are_no_locks(
    no_flock: None, janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "workspace"
    make(janus_md, place, TINY + "  relative_permittivity: 1\n")
    monkeypatch.setattr(ledger, "LOCK_TIMEOUT", 0.1)
    said = r"if it was killed, remove .*submit\.lock\.soft$"
    with ledger.lock(place), pytest.raises(JanusError, match=said), ledger.lock(place):
        pass
    with ledger.lock(place):
        pass
    assert not list(place.rglob(f"*{locks.MARKER}"))
    monkeypatch.setattr(workspace, "PATIENCE", 0.1)
    monkeypatch.chdir(place)
    assert workspace.create(Path(), []) == 0
    assert len(query.open_project(place)) == 1


def test_what_is_measured_waits_for_no_marker_for_ever(
    no_flock: None, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be lost here, so the user need not remove a file."""
    monkeypatch.setattr(entries, "WRITE_SECONDS", 0.6)
    file = cache / "some.json"
    entries.keep("machine", "kind", 1, file)
    now = 0.0

    def check() -> None:
        nonlocal now
        now += 0.999 * entries.MEASURE_SECONDS

    with entries.in_turn("kind", file, check, clock=lambda: now):
        (marker,) = cache.glob(f"*{locks.MARKER}")
        assert now == 0.0
        with entries.in_turn("kind", file, check, clock=lambda: now):
            assert now == 0.999 * entries.MEASURE_SECONDS  # it has waited
    assert not marker.exists()
    locks.marker_of(file.with_suffix(".lock")).write_text("filelock/2\npid=1\nhost=elsewhere\n")
    entries.keep("machine", "kind", 2, file)
    assert entries.recall("machine", file) == {"kind": 2}
