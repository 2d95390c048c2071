"""One operation of one job in a process of its own: a crash costs that job alone.

The process tells the one that started it how far it is, in lines of JSON on a pipe:
``{"stage", "step", "total", "rate"}``, and ``{"message"}`` where it ends early.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from janus_md.errors import JanusError, ToBeContinued
from janus_md.locks import Held

DONE, FAILED, STOPPED, HELD = 0, 1, 75, 76
"""Exit codes: 75, EX_TEMPFAIL, where a checkpoint is written and a later run goes on; 76 where
another process works on the job."""


class Reporter:
    """Writes to the pipe; notices when nobody reads it any more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.alone = False

    def tell(self, **message: Any) -> None:
        """Send one message."""
        try:
            os.write(self._descriptor, json.dumps(message).encode() + b"\n")
        except OSError:
            self.alone = True  # whoever started this process is gone: stop in a checkpoint


@dataclass(frozen=True)
class Resources:
    """What a worker may use."""

    engine: str
    device: str
    threads: int
    gpu_id: int


def simulate(
    statepoint: dict[str, Any],
    directory: Path,
    document: MutableMapping[str, Any],
    resources: Resources,
    reporter: Reporter,
) -> None:
    """Simulate, telling steps over all stages."""
    from janus_md.operations import simulate_job
    from janus_md.protocol import stages
    from janus_md.statepoint import StatePoint

    reporter.tell(stage="prepare", step=0, total=0, rate=0.0)
    point = StatePoint.of(statepoint)
    plan = stages(point, point.bodies())
    total = sum(stage.steps for stage in plan)
    before = {
        stage.name: sum(one.steps for one in plan[:number]) for number, stage in enumerate(plan)
    }

    def progress(stage: str, step: int, of_stage: int, rate: float) -> None:
        reporter.tell(stage=stage, step=before[stage] + step, total=total, rate=rate)

    simulate_job(
        statepoint,
        directory,
        document,
        engine=resources.engine,
        device=resources.device,
        threads=resources.threads,
        gpu_id=resources.gpu_id,
        progress=progress,
        should_stop=lambda: reporter.alone,
    )


def analyze(
    directory: Path,
    document: MutableMapping[str, Any],
    resources: Resources,
    reporter: Reporter,
) -> None:
    """Analyse, telling frames."""
    from janus_md.operations import analyze_job

    reporter.tell(stage="analyze", step=0, total=0, rate=0.0)
    analyze_job(
        directory,
        document,
        workers=resources.threads,
        progress=lambda done, total: reporter.tell(
            stage="analyze", step=done, total=total, rate=0.0
        ),
        should_stop=lambda: reporter.alone,
    )


def work(operation: str, directory: Path, resources: Resources, reporter: Reporter) -> int:
    """Do `operation` on the job in `directory` and return the exit code."""
    from janus_md.query import open_job

    job = open_job(directory)
    try:
        if operation == "simulate":
            simulate(job.statepoint(), directory, job.document, resources, reporter)
        else:
            analyze(directory, job.document, resources, reporter)
    except ToBeContinued as error:
        reporter.tell(message=str(error))
        return STOPPED
    except Held as error:
        reporter.tell(message=str(error))
        return HELD
    except Exception as error:
        traceback.print_exc()
        message = (
            str(error) if isinstance(error, JanusError) else f"{type(error).__name__}: {error}"
        )
        if "failure" not in job.document:
            job.document["failure"] = {"message": message}
        job.document["failure"]["operation"] = operation
        reporter.tell(message=message)
        return FAILED
    return DONE


def main() -> int:
    """Read the command line of a worker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("operation", choices=("simulate", "analyze"))
    parser.add_argument("directory", type=Path)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--gpu-id", type=int, default=0)
    parser.add_argument("--pipe", type=int, required=True)
    given = parser.parse_args()
    resources = Resources(given.engine, given.device, given.threads, given.gpu_id)
    return work(given.operation, given.directory, resources, Reporter(given.pipe))


if __name__ == "__main__":
    sys.exit(main())
