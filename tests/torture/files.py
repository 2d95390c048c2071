"""Broken files, a full disk, a folder that cannot be written, two runs of one job."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.torture.jobs import (
    DONE,
    FAILED,
    HELD,
    Broken,
    check_complete,
    expect,
    finish,
    progress,
    run,
    start,
    stop_midway,
)


def damaged(job: Path, name: str, harm: Callable[[bytearray], None]) -> None:
    """Harm a file of a stopped job; the advice in the message must bring it to its end."""
    stop_midway(job)
    data = bytearray((job / name).read_bytes())
    harm(data)
    (job / name).write_bytes(data)
    expect(run(job), FAILED, "remove", "restart.npz")
    (job / "restart.npz").unlink()
    expect(run(job), DONE)
    check_complete(job)


def damaged_next(jobs: Iterator[Path], name: str, harm: Callable[[bytearray], None]) -> None:
    """As :func:`damaged`, on the next job."""
    damaged(next(jobs), name, harm)


def halve(data: bytearray) -> None:
    """Cut the file in the middle."""
    del data[len(data) // 2 :]


def flip(share: float) -> Callable[[bytearray], None]:
    """Flip one bit at this share of the file."""

    def harm(data: bytearray) -> None:
        data[int(share * len(data))] ^= 0x10

    return harm


@contextmanager
def small_disk(job: Path, size: str) -> Iterator[Callable[[str], None]]:
    """The job's folder on a tmpfs of its own; yields a function that mounts it anew."""
    kept = {p.name: p.read_bytes() for p in job.iterdir() if p.is_file()}
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(job)], check=True)

    def again(options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(job)], check=True)

    try:
        for name, data in kept.items():
            (job / name).write_bytes(data)
        yield again
    finally:
        subprocess.run(["umount", "-l", str(job)], check=True)


def disk_full(job: Path) -> None:
    """A full disk is reported and nothing is lost; with free space the job is completed."""
    with small_disk(job, "96k") as again:
        expect(run(job), FAILED, "No space left", "run again")
        before = progress(job)
        again("size=64m")
        if progress(job) != before:
            raise Broken("the checkpoint changed")
        expect(run(job), DONE)
        check_complete(job)


def read_only(job: Path) -> None:
    """A read-only folder is reported; once it is writable, the job is completed."""
    with small_disk(job, "64m") as again:
        again("ro")
        expect(run(job), FAILED, "Read-only", "run again")
        again("rw")
        expect(run(job), DONE)
        check_complete(job)


def two_at_once(job: Path) -> None:
    """The second process reports the one that uses the job; the first is not affected."""
    first = start(job)
    while not (job / "run.lock").exists() or not (job / "run.lock").stat().st_size:
        time.sleep(0.01)
    expect(run(job), HELD, f"process {first[0].pid}")
    expect(finish(*first), DONE)
    check_complete(job)
