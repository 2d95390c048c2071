"""Estimates from the measured speed of other jobs in the workspace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.running.cluster.preparation import prepare
from janus_md.running.cluster.request.resources import SubmitOptions
from janus_md.running.cluster.schedulers.slurm import SCHEDULER as SLURM
from janus_md.running.measurements import measurements
from janus_md.study.resolve import setup_of
from janus_md.workspace import query
from tests.conftest import TINY, Result
from tests.running.cluster.request.test_plan import CLUSTER
from tests.running.workstation.test_runner import make


def test_the_speed_of_a_finished_job_is_used_for_estimates(
    janus_md: Callable[..., Result], tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    long = TINY.replace("produce_ns: 0.02", "produce_ns: 1000.0").replace(
        "frame_interval_ps: 2.0", "frame_interval_ps: 100.0"
    )
    make(janus_md, place, long + "  relative_permittivity: 2\n")
    project = query.open_project(place)

    def asked() -> float:
        prepared = prepare(
            project, SubmitOptions(operation="simulate"), CLUSTER, SLURM, keep=False, lead=60
        )
        return max(one.resources.seconds for one in prepared.submissions)

    # 1.0002e7 steps of 48 sites at 6e8 an hour, and three minutes: up to the next ten minutes.
    assert asked() == 3600
    make(janus_md, place, TINY + "  relative_permittivity: 1\n")
    done = janus_md("run", "-d", place, "--engine", engine, "--job", _tiny(project))
    assert done.code == 0, done.out
    records = query.records(project, keys={"execution"})
    (found,) = measurements(records, place, "cpu", 1)
    execution = next(one.document["execution"] for one in records if one.state == "done")
    rate = execution["steps"] / execution["seconds"]
    assert found.site_steps_per_second == pytest.approx(48 * rate)
    assert 50.0 < (found.memory_mb or 0.0) < 1000.0
    assert measurements(records, place, "gpu", 1) == []
    seconds = 1.25 * setup_of(dict(project.open_job(id=_long(project)).statepoint())).steps / rate
    assert asked() == 600.0 * -(-(180.0 + seconds) // 600.0)


def _tiny(project) -> str:
    return next(job.id for job in project if job.sp.relative_permittivity == 1)


def _long(project) -> str:
    return next(job.id for job in project if job.sp.relative_permittivity == 2)
