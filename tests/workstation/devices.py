"""Jobs on devices that are not there; with few imports, as each is a process of its own."""

from __future__ import annotations

import json
import os
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

STEPS = 40


def little_memory(pipe: Connection, folder: Path) -> None:
    """A job of two seconds on a device whose memory holds two of them."""
    mine = folder / str(os.getpid())
    mine.touch()
    try:
        for step in range(1, STEPS + 1):
            if step == 3 and len(list(folder.iterdir())) > 2:
                _tell(pipe, message="RuntimeError: CUDA Error: out of memory")
                sys.exit(1)
            _tell(pipe, stage="produce", step=step, total=STEPS, rate=10.0, wires=None)
            time.sleep(0.05)
    finally:
        mine.unlink()


def _tell(pipe: Connection, **told: object) -> None:
    os.write(pipe.fileno(), json.dumps(told).encode() + b"\n")
