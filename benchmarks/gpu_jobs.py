"""Sum of the speeds of several jobs that share a device."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from typing import Any

from benchmarks.earlier import Unavailable
from benchmarks.figures import Figure
from benchmarks.gpu_engines import SECONDS, steps_per_second
from benchmarks.versions import installed

TITLE = "Jobs per GPU"
ABOUT = """
Sum of the steps per second of several jobs with HOOMD-blue that run at the same time on one GPU:
R-Au-Cu (`sphere`) as in the item above. Jobs of `janus-md run` are doubled in the same way.
"""
LABELS = ("bodies", "jobs")
PASSES = 1
FIGURE = Figure(x="jobs", y="steps/s, all jobs", series=("bodies",), log="xy")

SIZES, JOBS = (216, 4096), (1, 2, 4, 8)


def rows(quick: bool = False, device: str = "gpu") -> Iterator[dict[str, Any]]:
    """One pass: all sizes and numbers of jobs.

    Raises
    ------
    Unavailable
        If HOOMD-blue is not installed.
    """
    if "hoomd" not in installed():
        raise Unavailable("HOOMD-blue is not installed")
    for bodies, jobs in product(SIZES[:1] if quick else SIZES, JOBS[:2] if quick else JOBS):
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            tasks = [
                pool.submit(steps_per_second, "sphere", bodies, "hoomd", device, SECONDS)
                for _ in range(jobs)
            ]
            speeds = [task.result() for task in tasks]
        yield {"bodies": bodies, "jobs": jobs, "steps/s, all jobs": sum(speeds)}


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("gpu_jobs")
