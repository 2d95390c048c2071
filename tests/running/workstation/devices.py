"""Jobs on simulated devices; with few imports, because each job is a process."""

from __future__ import annotations

import json
import os
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from tests.conftest import PATIENCE

STEPS = 10
CROWDED = "crowded"
"""File that is there once a job found no memory; no job ends before."""


def little_memory(pipe: Connection, folder: Path) -> None:
    """A job on a device with memory for two jobs."""
    mine = folder / f"{os.getpid()}.job"
    mine.touch()
    crowded, step, last = folder / CROWDED, 0, time.monotonic() + PATIENCE
    try:
        while step < STEPS or (not crowded.exists() and time.monotonic() < last):
            step += 1
            if step == 3 and len(list(folder.glob("*.job"))) > 2:
                crowded.touch()
                _tell(pipe, message="RuntimeError: CUDA Error: out of memory")
                sys.exit(1)
            _tell(pipe, stage="produce", step=step, total=STEPS, rate=10.0, wires=None)
            time.sleep(0.05)
    finally:
        mine.unlink()


def _tell(pipe: Connection, **told: object) -> None:
    os.write(pipe.fileno(), json.dumps(told).encode() + b"\n")
