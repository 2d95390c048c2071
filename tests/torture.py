"""Torture of runs: killed at random moments, short of disk, with broken files, two at once.

    python -m tests.torture --kills 200

Every job must end complete, with every frame once, and lose nothing beyond its last checkpoint;
what a user has to mend must be told. Ends with exit code 1 where anything else is seen.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import gsd.hoomd
import numpy as np

FRAMES = list(range(0, 4001, 40))
TEMPLATE = """
fixed:
  particle: R-Au-Cu
  n_bodies: 27
  volume_fraction: 0.05
  relative_permittivity: 1.0
  protocol: {relax_ps: 1.0, produce_ns: 0.4, frame_interval_ps: 4.0}
replicas: REPLICAS
"""
DONE, FAILED, STOPPED, HELD = 0, 1, 75, 76


class Broken(AssertionError):
    """A promise that was not kept."""


def start(job: Path, checkpoint_seconds: float = 0.02) -> tuple[subprocess.Popen[bytes], int]:
    """A worker on the job, and the end of its pipe that is read."""
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "janus_md.worker", "simulate", str(job), "--engine", "lammps"]
    process = subprocess.Popen(
        [*command, "--pipe", str(writer)],
        pass_fds=(writer,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"JANUS_MD_CHECKPOINT_SECONDS": str(checkpoint_seconds)},
    )
    os.close(writer)
    return process, reader


def finish(process: subprocess.Popen[bytes], reader: int) -> tuple[int, str]:
    """Exit code and last message of a worker."""
    with os.fdopen(reader, "rb") as pipe:
        lines = pipe.read().split(b"\n")
    messages = [json.loads(line).get("message") for line in lines if line.strip()]
    return process.wait(), next((m for m in reversed(messages) if m), "")


def run(job: Path) -> tuple[int, str]:
    """A worker's exit code and message, undisturbed."""
    return finish(*start(job))


def kill_at_random(job: Path, rng: random.Random, wait: tuple[float, float]) -> bool:
    """Whether the worker was killed before it had ended by itself."""
    process, reader = start(job)
    time.sleep(rng.uniform(*wait))
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    finish(process, reader)
    return alive


def progress(job: Path) -> tuple[int, int]:
    """Stage and steps of the last checkpoint, read as a user could."""
    path = job / "restart.npz"
    if not path.exists():
        return (-1, 0)
    with np.load(path) as file:
        about = json.loads(file["about"].tobytes())
    return ("relax", "equilibrate", "produce").index(about["stage"]), about["done"]


def check_complete(job: Path) -> None:
    """Every frame once, in order, in the trajectory and in the log; nothing half-written left."""
    for name in ("trajectory.gsd", "log.gsd"):
        with gsd.hoomd.open(str(job / name), "r") as file:
            steps = [frame.configuration.step for frame in file]
        if steps != FRAMES:
            raise Broken(f"{job.name}/{name}: {len(steps)} frames, not {len(FRAMES)} in order")
    left = [p.name for p in job.iterdir() if "partial" in p.name or p.name.endswith(".kept")]
    if left:
        raise Broken(f"{job.name}: left behind {left}")


def expect(found: tuple[int, str], code: int, *words: str) -> None:
    """The worker ended with `code` and said all `words`."""
    if found[0] != code or any(word not in found[1] for word in words):
        raise Broken(f"expected exit code {code} and {words}, got {found}")


def kills(jobs: Iterator[Path], wanted: int, rng: random.Random) -> Counter[str]:
    """SIGKILL at random moments until there were `wanted`; every job is then run to its end."""
    counts: Counter[str] = Counter()
    while counts["kills"] < wanted:
        job, before, went = next(jobs), (-1, 0), 0
        while not (job / "trajectory.gsd").exists() and went < 12:
            killed = kill_at_random(job, rng, (0.3, 3.5))
            went += 1
            after = progress(job)
            if after < before:
                raise Broken(f"{job.name}: went back from {before} to {after}")
            counts["kills"] += killed
            counts["kills after a checkpoint"] += killed and after > (-1, 0)
            before = after
        expect(run(job), DONE)
        check_complete(job)
        counts["jobs complete"] += 1
    return counts


def stop_midway(job: Path) -> None:
    """Run the job until it is well in its production, then SIGTERM: exit code 75."""
    for _ in range(20):
        process, reader = start(job)
        deadline = time.monotonic() + 60
        while progress(job) < (2, 400) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        code, _ = finish(process, reader)
        if code == STOPPED:
            return
        shutil.rmtree(job / "nothing", ignore_errors=True)
        for name in ("trajectory.gsd", "log.gsd", "restart.npz"):
            (job / name).unlink(missing_ok=True)
    raise Broken(f"{job.name}: could not be stopped midway")


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
    """No room: told, nothing lost; with room again the job ends complete."""
    with small_disk(job, "96k") as again:
        expect(run(job), FAILED, "No space left", "run again")
        before = progress(job)
        again("size=64m")
        if progress(job) != before:
            raise Broken("the checkpoint changed")
        expect(run(job), DONE)
        check_complete(job)


def read_only(job: Path) -> None:
    """A folder that cannot be written: told; writable again, the job ends complete."""
    with small_disk(job, "64m") as again:
        again("ro")
        expect(run(job), FAILED, "Read-only", "run again")
        again("rw")
        expect(run(job), DONE)
        check_complete(job)


def two_at_once(job: Path) -> None:
    """The second says who holds the job; the first ends as if alone."""
    first = start(job)
    while not (job / "run.lock").exists() or not (job / "run.lock").stat().st_size:
        time.sleep(0.01)
    expect(run(job), HELD, f"process {first[0].pid}")
    expect(finish(*first), DONE)
    check_complete(job)


def clock_jumps(job: Path) -> None:
    """The clock of the wall an hour back and forth between two parts of a run."""
    stop_midway(job)
    for name, shift in (("restart.npz", -3600), ("trajectory.partial.gsd", 3600)):
        now = time.time() + shift
        os.utime(job / name, (now, now))
    expect(run(job), DONE)
    check_complete(job)


def workspace(folder: Path) -> Iterator[Path]:
    """Jobs that have nothing done yet, as many as are asked for."""
    template = folder / "torture.yaml"
    given = 0
    seen: set[Path] = set()
    while True:
        given += 16
        template.write_text(TEMPLATE.replace("REPLICAS", str(given)))
        subprocess.run(
            [sys.executable, "-m", "janus_md.cli", "init", str(template), "-d", str(folder / "w")],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        fresh = sorted(set((folder / "w" / "workspace").iterdir()) - seen)
        seen.update(fresh)
        yield from fresh


def main() -> int:
    """Run all and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    failures = 0
    with tempfile.TemporaryDirectory(prefix="janus-md-torture-") as name:
        jobs = workspace(Path(name))
        harms = (
            ("checkpoint cut in half", "restart.npz", halve),
            ("checkpoint, a bit flipped", "restart.npz", flip(0.5)),
            ("trajectory cut in half", "trajectory.partial.gsd", halve),
            ("trajectory, a bit flipped", "trajectory.partial.gsd", flip(0.7)),
            ("log cut in half", "log.partial.gsd", halve),
            ("log, a bit flipped", "log.partial.gsd", flip(0.7)),
        )
        trials: list[tuple[str, Callable[[], Counter[str] | None]]] = [
            (title, partial(damaged_next, jobs, name, harm)) for title, name, harm in harms
        ]
        trials += [
            ("two at once", lambda: two_at_once(next(jobs))),
            ("file times jump by hours", lambda: clock_jumps(next(jobs))),
            ("kills at random", lambda: kills(jobs, given.kills, rng)),
        ]
        if os.geteuid() == 0 and shutil.which("mount"):
            trials[len(harms) : len(harms)] = [
                ("disk full", lambda: disk_full(next(jobs))),
                ("read-only folder", lambda: read_only(next(jobs))),
            ]
        else:
            print("disk full, read-only folder: skipped, they need root to mount a tmpfs")
        for title, trial in trials:
            try:
                found = trial()
            except Broken as error:
                failures += 1
                print(f"{title:28} BROKEN: {error}", flush=True)
                continue
            said = ", ".join(f"{k}: {v}" for k, v in found.items()) if found else "held"
            print(f"{title:28} {said}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
