"""What is asked for: bundles, arrays, resources, cost; and the script that asks for it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from janus_md.cli import submit_display as submission_display
from janus_md.common.errors import JanusError
from janus_md.running.cluster import schedulers
from janus_md.running.cluster.preparation import Prepared
from janus_md.running.cluster.request.clusters import Cluster, Nodes
from janus_md.running.cluster.request.plan import Submission, plan
from janus_md.running.cluster.request.resources import SubmitOptions, UnfinishedJob
from janus_md.simulation.estimates import SITE_STEPS_PER_HOUR
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

BOTH = ("simulate", "analyze")
CLUSTER = Cluster(
    name="c",
    account="gold",
    cpu=Nodes(partition="batch", cores=64, memory_gb=256, walltime="2-00:00:00"),
    gpu=Nodes(partition="volta", cores=40, gpus=4, gpu_type="v100", memory_gb=190),
)
POINT = StatePoint.of(
    {
        "particle": "R-Au-Cu",
        "n_bodies": 1000,
        "volume_fraction": 0.05,
        "relative_permittivity": 1.0,
        "protocol": {"relax_ps": 0.0, "produce_ns": 100.0, "time_step_ps": 0.1},
    }
)
"""10^6 steps of 1000 bodies."""

SETUP = resolve(POINT)

HOURS = 3 * 1000 * 1e6 / SITE_STEPS_PER_HOUR  # 5


def todo(number: int, left: tuple[str, ...] = BOTH, **execution: Any) -> list[UnfinishedJob]:
    return [UnfinishedJob(f"{k:032x}", SETUP, left, execution or None) for k in range(number)]


def planned(
    jobs: list[UnfinishedJob], cluster: Cluster = CLUSTER, largest: int = 1000, **options: Any
) -> list[Submission]:
    return plan(jobs, SubmitOptions(**options), cluster, "janus-x-", largest)


def test_resources_of_a_single_job() -> None:
    (one,) = planned(todo(1))
    assert (one.operation, one.device, one.array, one.after) == ("all", "cpu", False, None)
    r = one.resources
    assert (r.ranks, r.cores, r.gpus) == (1, 1, 0)
    assert r.memory_mb == 1050  # 800 and 0.25 a sphere
    # Five hours, and three minutes for start and analysis, rounded up to ten minutes.
    assert r.seconds == HOURS * 3600 + 600
    assert r.cpu_hours == pytest.approx(HOURS + 1 / 6)
    assert r.gpu_hours == 0


def test_the_measured_speed_of_a_job_sets_its_walltime() -> None:
    """Half is done at 100 steps/s: 5000 s remain, 6250 s with the margin, 6430 s with the start."""
    (one,) = planned(todo(1, steps=500_000, seconds=5000.0))
    assert one.resources.seconds == 6600


def test_bundles_share_a_node() -> None:
    found = planned(todo(150), bundle=100)
    assert [len(one.rows[0]) for one in found] == [100, 50]
    first, second = (one.resources for one in found)
    assert (first.cores, first.memory_mb) == (64, 64 * 1050)
    assert (second.cores, second.memory_mb) == (50, 50 * 1050)
    # 100 jobs on 64 cores: at most the mean load plus the longest job.
    each = HOURS * 3600 + 180
    assert first.seconds - 600 < each * 100 / 64 + each <= first.seconds
    assert len({one.name for one in found}) == 2
    assert planned(todo(150), bundle=100)[0].name == found[0].name


def test_jobs_that_share_a_gpu_leave_cores_to_the_other_gpus() -> None:
    simulation, analysis = planned(todo(16), bundle=16, device="gpu", separate=True)
    r = simulation.resources
    assert (r.gpus, r.cores, r.memory_mb) == (1, 10, 10 * 2250)
    assert r.gpu_hours == pytest.approx(r.seconds / 3600)
    assert (simulation.operation, analysis.operation) == BOTH
    assert analysis.after == simulation.name
    assert (analysis.device, analysis.resources.gpus, analysis.resources.cores) == ("cpu", 0, 16)


def test_each_rank_gets_a_gpu() -> None:
    (one,) = planned(todo(1), device="gpu", ranks=4)
    assert (one.resources.ranks, one.resources.gpus, one.resources.cores) == (4, 4, 1)


def test_arrays_are_split_at_the_limit_of_the_scheduler() -> None:
    found = planned(todo(2500), array=True)
    assert [len(one.rows) for one in found] == [1000, 1000, 500]
    assert all(one.array for one in found)
    assert len({job for one in found for row in one.rows for job in row}) == 2500


def test_a_walltime_is_cut_at_the_limit_of_the_partition() -> None:
    short = CLUSTER.model_copy(update={"cpu": Nodes(cores=64, walltime="01:00:00")})
    (one,) = planned(todo(1), short)
    # Five hours and three minutes, an hour at a time.
    assert (one.resources.seconds, one.resources.rounds) == (3600, 6)
    assert one.resources.cpu_hours == 6
    found = planned(todo(1), short, walltime="0:30:00", memory_gb=2, separate=True)
    assert [one.resources.memory_mb for one in found] == [2048, 2048]
    assert found[0].resources.seconds == 1800


def test_exclusive_nodes_are_charged_as_a_whole() -> None:
    nodes = {"cpu": CLUSTER.cpu, "gpu": CLUSTER.gpu}
    whole = {kind: one.model_copy(update={"exclusive": True}) for kind, one in nodes.items() if one}
    cluster = CLUSTER.model_copy(update=whole)
    hours = HOURS + 1 / 6
    (one,) = planned(todo(3), cluster, bundle=3)
    assert one.resources.cores == 3
    assert one.resources.cpu_hours == pytest.approx(64 * hours)
    for scheduler, option, cores in (
        ("slurm", "--exclusive", 64),
        ("pbs", "-l place=scatter:excl", 64),
        ("pbs", "-l place=pack:shared", 3),
    ):
        asked = CLUSTER.model_copy(update={"options": (option,)})
        asked = asked.with_whole_nodes(schedulers.get(scheduler))
        (one,) = planned(todo(3), asked, bundle=3)
        assert one.resources.cpu_hours == pytest.approx(cores * hours)
    (one,) = planned(todo(1), cluster, device="gpu")
    assert one.resources.gpus == 1
    assert one.resources.cpu_hours == pytest.approx(40 * hours)
    assert one.resources.gpu_hours == pytest.approx(4 * hours)


def test_a_wasteful_plan_is_reported() -> None:
    def told(cluster: Cluster, **options: Any) -> str:
        page = io.StringIO()
        plan_shown = Prepared(planned(todo(101), cluster, **options))
        submission_display.plan(plan_shown, cluster, Console(file=page, width=200))
        return page.getvalue()

    cpu = CLUSTER.cpu.model_copy(update={"exclusive": True})
    whole = CLUSTER.model_copy(update={"cpu": cpu})
    many = "101 submissions; --array or --bundle reduces the number"
    idle = "charged for its 64 cores; a"
    assert many in told(CLUSTER)
    assert idle not in told(CLUSTER)
    assert many not in told(CLUSTER, array=True)
    assert idle in told(whole, array=True)
    assert idle not in told(whole, bundle=64, threads=2)


def test_a_walltime_that_is_mostly_lost_is_reported() -> None:
    def told(lead: float) -> str:
        page = io.StringIO()
        short = Prepared(planned(todo(1), walltime="00:03:00"))
        submission_display.plan(short, CLUSTER, Console(file=page, width=200), lead)
        return page.getvalue()

    assert "00:02:00 before the end of the walltime, so that 67% of 00:03:00 is lost" in told(120.0)
    assert "lost" not in told(60.0)


def test_a_single_operation_can_be_submitted() -> None:
    jobs = [*todo(2), *todo(1, ("analyze",))]
    assert [len(one.rows[0]) for one in planned(jobs, bundle=9, operation="simulate")] == [2]
    assert [one.operation for one in planned(jobs, bundle=9, operation="simulate", separate=True)
            ] == ["simulate"]  # fmt: skip
    (analysis,) = planned(jobs, bundle=9, operation="analyze")
    assert (analysis.operation, len(analysis.rows[0])) == ("analyze", 1)
    assert analysis.resources.seconds == 600
    parts = planned(jobs, bundle=9, separate=True)
    assert [(one.operation, one.after is None) for one in parts] == [
        ("simulate", True),
        ("analyze", False),
        ("analyze", True),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bundle": 0}, "--bundle: 0 is not allowed; it must be at least 1"),
        ({"threads": -1}, "--threads: -1 is not allowed"),
        ({"array": True, "at_once": 0}, "--at-once: 0 is not allowed"),
        ({"at_once": 2}, "--at-once: 2 has no effect without --array"),
        ({"ranks": 2, "bundle": 2}, "--bundle: 2 is not allowed with --ranks 2"),
        ({"memory_gb": -1.0}, "--memory: -1 is not allowed; it must be above 0"),
        ({"walltime": "soon"}, "--walltime: 'soon' is not allowed; it must be a time such as"),
        ({"walltime": "0"}, "--walltime: '0' is not allowed"),
        (
            {"device": "gpu", "ranks": 8},
            "--ranks: 8 is not allowed; each rank needs one GPU, and",
        ),
        ({"walltime": "2-1"}, "--walltime: '2-1' is not allowed; the limit of .* is 2-00:00:00"),
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(JanusError, match=f"^{message}"):
        planned(todo(1), **options)


def test_a_partition_without_gpus_is_refused() -> None:
    cluster = CLUSTER.model_copy(update={"gpu": Nodes(partition="batch", gpus=0)})
    with pytest.raises(JanusError, match=r"^device: 'gpu' is not allowed; the partition batch"):
        planned(todo(1), cluster, device="gpu")
