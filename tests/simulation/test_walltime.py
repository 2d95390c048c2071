"""Walltime: read from the scheduler, observed by the run, requested for the remaining work."""

from __future__ import annotations

import itertools
import math
import pkgutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from janus_md.common.errors import JanusError, ToBeContinued
from janus_md.running import time_limit
from janus_md.running.time_limit import limit
from janus_md.simulation import context, stepping, walltime
from janus_md.simulation.estimates import seconds_needed
from janus_md.simulation.execution import steps_of_call
from janus_md.simulation.run import simulate
from janus_md.simulation.walltime import Limit, Pace
from janus_md.study.resolve import resolve
from janus_md.workspace import query
from tests.conftest import TINY, Result
from tests.simulation.files.test_resume import point, steps

Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No scheduler, whatever these tests run in."""
    for name in ("SLURM_JOB_ID", "SLURM_JOB_END_TIME", "SLURM_JOB_START_TIME",
                 "JANUS_MD_WALLTIME", "JANUS_MD_LIMIT"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 1800),
        ("5:30", 330),
        ("01:02:03", 3723),
        ("2-03", 51 * 3600),
        ("2-03:04", 51 * 3600 + 240),
        ("2-03:04:05", 51 * 3600 + 245),
        ("UNLIMITED", math.inf),
    ],
)
def test_times_in_slurm_format(text: str, seconds: float) -> None:
    """The formats of sbatch's --time: https://slurm.schedmd.com/sbatch.html."""
    assert walltime.parse(text) == seconds


@pytest.mark.parametrize("text", ["", "N/A", "INVALID", "1:2:3:4", "-5", "ten", "1.5"])
def test_invalid_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text or "^$"):
        walltime.parse(text)


def test_pace_keeps_time_for_a_checkpoint_as_long_as_the_longest() -> None:
    now = 0.0
    pace = Pace(Limit(end=100.0, granted=100.0, clock=lambda: now))
    for seconds in (3.0, 20.0, 1.0):
        with pace.timing("checkpoint"):
            now += seconds
    assert now == 24.0
    # 76 s are left; a checkpoint takes 20 and leaving 10.
    assert not pace.too_late(seconds=45.0)
    assert pace.too_late(seconds=47.0)
    with pace.timing("start"):
        now += 16.0
    assert not pace.too_late("start", seconds=13.0)
    assert pace.too_late("start", seconds=15.0)


def test_what_a_simulation_needs_follows_its_measured_rate() -> None:
    """2 ps of relaxation in steps of 0.01 ps and 110 ps of production in steps of 0.1 ps."""
    one = point(protocol={"time_step_ps": 0.1, "relax_ps": 2.0, "produce_ns": 0.11})
    execution = {"engine": "lammps", "steps": 0, "seconds": 0.0,
                 "trial_steps_per_second": {"lammps": 26.0}}  # fmt: skip
    assert seconds_needed(resolve(one), execution) == pytest.approx(1.25 * 1300 / 26.0)
    execution |= {"steps": 300, "seconds": 30.0}
    assert seconds_needed(resolve(one), execution) == pytest.approx(1.25 * 1000 / 10.0)
    assert seconds_needed(resolve(one)) == pytest.approx(3600 * 8 * 1300 / 2e8)
    done = execution | {"steps": 1300}
    assert seconds_needed(resolve(one), done) == 0.0


def test_a_run_ends_in_a_checkpoint_before_its_limit_and_goes_on(
    tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = itertools.count()
    clock = lambda: 0.5 * next(readings)  # noqa: E731
    monkeypatch.setattr(stepping, "GIVE_BACK_SECONDS", 0.0)  # this clock knows no fixed step
    long = point(protocol={"produce_ns": 1000.0, "frame_interval_ps": 100.0})
    document: dict[str, Any] = {}
    limit = Limit.after(60.0, clock=clock)
    with pytest.raises(ToBeContinued, match=r"step \d+ of 10000000 .* \d+ s of wall time left"):
        simulate(long, tmp_path, document, engine=engine, limit=limit)
    assert walltime.EXIT_SECONDS - 4.0 < limit.left() < walltime.EXIT_SECONDS + 4.0
    record = document["execution"]
    assert record["steps"] > 100
    # What is left is asked for by the speed that was measured.
    rate = record["steps"] / record["seconds"]
    left = 10_000_100 - record["steps"]
    assert seconds_needed(resolve(long), record) == pytest.approx(1.25 * left / rate)


def test_too_short_limit_names_the_minimum(tmp_path: Path, engine: str) -> None:
    charged = point(n_bodies=27, electrostatics={"method": "pppm"})
    told = r"walltime: 5 s end before the simulation gets anywhere .* must be at least \d+ s"
    with pytest.raises(JanusError, match=told) as caught:
        simulate(charged, tmp_path, {}, engine=engine, limit=Limit.after(5.0))
    assert not isinstance(caught.value, ToBeContinued)
    # In the last seconds of an allocation that others have used up, a later run may do better.
    with pytest.raises(ToBeContinued, match="while the mesh was being chosen with "):
        simulate(charged, tmp_path, {}, engine=engine, limit=Limit.after(5.0, 3600.0))
    simulate(charged, tmp_path, {}, engine=engine)
    assert len(steps(tmp_path)) == 11


class Jumping:
    """A clock on which 3595 s pass when something has happened; in other processes none do."""

    def __init__(self, happened: Callable[[], bool]) -> None:
        self.happened = happened

    def __call__(self) -> float:
        return time.monotonic() + 3595.0 * self.happened()

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return pkgutil.resolve_name, ("time:monotonic",)


def test_run_stops_at_its_walltime(
    janus_md: Cli, tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, template = tmp_path / "workspace", tmp_path / "template.yaml"
    run = ("run", "-d", place, "-j", 1, "--engine", engine)
    endless = TINY.replace("produce_ns: 0.02", "produce_ns: 1000.0").replace(
        "frame_interval_ps: 2.0", "frame_interval_ps: 100.0"
    )
    template.write_text(endless + "grid: {relative_permittivity: [1, 2]}\n")
    janus_md("init", template, "-d", place)
    steps_are_made = lambda: any(place.glob("workspace/*/trajectory.partial.gsd"))  # noqa: E731
    monkeypatch.setattr(
        time_limit, "limit", lambda asked="": replace(limit(asked), clock=Jumping(steps_are_made))
    )
    done = janus_md(*run, "--walltime", "1:00:00")
    assert done.code == 75, done.out
    assert "2 left for a later run" in done.out
    assert not any("failure" in job.document for job in query.open_project(place))
    wrong = janus_md("run", "-d", place, "--walltime", "1h")
    assert wrong.code == 2
    assert "walltime: '1h' is not allowed" in wrong.err


@pytest.mark.parametrize(
    ("rate", "steps"),
    [(2000.0, 1000), (100.0, 50), (10.0, 20), (3.0, 15), (0.3, 1), (0.01, 1)],
)
def test_calls_of_slow_systems_have_several_steps(rate: float, steps: int) -> None:
    assert steps_of_call(rate, 0.5) == steps
    assert context.seconds_to_next_poll(rate) >= 2.0 * steps / rate
