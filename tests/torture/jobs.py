"""Jobs for the torture tests: their workers and invariants."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
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
  protocol: {time_step_ps: 0.1, relax_ps: 1.0, produce_ns: 0.4, frame_interval_ps: 4.0}
replicas: REPLICAS
"""
DONE, FAILED, STOPPED, HELD = 0, 1, 75, 76


class Broken(AssertionError):
    """A promise that was not kept."""


def start(
    job: Path, variables: Mapping[str, str] | None = None, operation: str = "simulate"
) -> tuple[subprocess.Popen[bytes], int]:
    """A worker on the job, and the end of its pipe that is read."""
    reader, writer = os.pipe()
    command = [
        sys.executable,
        "-m",
        "janus_md.running.worker",
        operation,
        str(job),
        "--engine",
        "lammps",
    ]
    process = subprocess.Popen(
        [*command, "--pipe", str(writer)],
        pass_fds=(writer,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"JANUS_MD_CHECKPOINT_SECONDS": "0.02"} | dict(variables or {}),
    )
    os.close(writer)
    return process, reader


def finish(process: subprocess.Popen[bytes], reader: int) -> tuple[int, str]:
    """Exit code and last message of a worker."""
    with os.fdopen(reader, "rb") as pipe:
        lines = pipe.read().split(b"\n")
    messages = [json.loads(line).get("message") for line in lines if line.strip()]
    return process.wait(), next((m for m in reversed(messages) if m), "")


def run(job: Path, operation: str = "simulate") -> tuple[int, str]:
    """A worker's exit code and message, undisturbed."""
    return finish(*start(job, operation=operation))


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
        for name in ("trajectory.gsd", "log.gsd", "restart.npz"):
            (job / name).unlink(missing_ok=True)
    raise Broken(f"{job.name}: could not be stopped midway")


def workspace(folder: Path) -> Iterator[Path]:
    """The requested number of new jobs."""
    template = folder / "torture.yaml"
    given = 0
    seen: set[Path] = set()
    while True:
        given += 16
        template.write_text(TEMPLATE.replace("REPLICAS", str(given)))
        subprocess.run(
            [
                sys.executable,
                "-m",
                "janus_md.cli",
                "init",
                str(template),
                "-d",
                str(folder / "w"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        fresh = sorted(set((folder / "w" / "workspace").iterdir()) - seen)
        seen.update(fresh)
        yield from fresh
