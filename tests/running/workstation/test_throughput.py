"""Number of jobs per device, tested with devices whose speed is a known function of it."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.running.worker import DONE, STOPPED
from janus_md.running.workstation import fork_server, runner
from janus_md.running.workstation.processes import Job, Running
from janus_md.running.workstation.throughput import GAIN, WINDOW_SECONDS, JobsPerGpu, threads_for
from janus_md.simulation.run_options import RunOptions
from janus_md.simulation.walltime import Limit
from tests.conftest import PATIENCE, TINY, Result
from tests.running.workstation.devices import little_memory
from tests.running.workstation.test_runner import document, make

Curve = Callable[[int], float]


def saturating(ceiling: float) -> Curve:
    """Total speed of jobs that run at full speed until the device is full; one job has speed 1."""
    return lambda jobs: min(float(jobs), ceiling)


def crowding(best: int) -> Curve:
    """Total speed of jobs that slow each other down; its maximum is best / 2, at `best` jobs."""
    return lambda jobs: jobs / (1.0 + (jobs / best) ** 2)


def fill(search: JobsPerGpu, curve: Curve, lengths: float, seconds: float) -> list[int]:
    """Run jobs that take `lengths` seconds alone; return the number of simultaneous jobs over time.

    Each job reports its steps twice per second, and needs 3 s to prepare.
    """
    done: dict[int, float] = {}
    told: dict[int, float] = {}
    born: dict[int, float] = {}
    numbers, history, now = itertools.count(), [], 0.0
    while now < seconds:
        while len(born) < search.target:
            born[next(numbers)] = now
        history.append(len(born))
        stepping = [key for key in born if now - born[key] > 3.0]
        for key in stepping:
            done[key] = done.get(key, 0.0) + 0.25 * curve(len(stepping)) / len(stepping)
            if int(now * 4) % 2 == key % 2:
                told[key] = done[key]
        for key in [key for key in stepping if done[key] > lengths]:
            del done[key], born[key]
            told.pop(key, None)
        search.observe(now, dict(told))
        now += 0.25
    return history


@pytest.mark.parametrize(
    ("curve", "target"),
    [
        (saturating(1.0), 1),  # one job fills it
        (saturating(1.05), 1),  # less than GAIN is not worth the memory
        (saturating(1.9), 2),
        (saturating(5.0), 8),  # 8 jobs give a quarter more than 4 do
        (saturating(100.0), 16),  # as many as there are cores to feed it
        (crowding(2), 2),  # 4 jobs would be slower together
        (crowding(4), 4),
    ],
)
@pytest.mark.parametrize("lengths", [15.0, 1e6])
def test_the_number_of_jobs_grows_while_the_speed_does(
    curve: Curve, target: int, lengths: float
) -> None:
    search = JobsPerGpu(16)
    history = fill(search, curve, lengths, 1500.0)
    assert search.settled
    assert search.target == target
    # What was measured is what the curve says; jobs that begin and end cost less than 10 %.
    for jobs, speed in search.measured.items():
        assert speed == pytest.approx(curve(jobs), rel=0.1)
    # One more doubling than what stands is tried, no more; then it stays.
    assert max(history) <= min(16, 2 * target)
    if lengths < 100:
        assert set(history[-100:]) == {target}


def test_a_search_takes_a_window_per_doubling() -> None:
    search = JobsPerGpu(8)
    history = fill(search, saturating(8.0), 1e6, 200.0)
    assert history.index(8) * 0.25 < 3 * (WINDOW_SECONDS + 6.0)


def test_the_search_restarts_with_one_job_for_larger_systems() -> None:
    search = JobsPerGpu(16)
    search.prepare(200)
    fill(search, saturating(8.0), 1e6, 400.0)
    assert search.target == 8
    search.prepare(300)  # a similar size
    assert (search.target, search.settled) == (8, True)
    search.prepare(1000)
    assert (search.target, search.settled) == (1, False)
    fill(search, saturating(2.0), 1e6, 400.0)
    assert search.target == 2
    search.prepare(100)  # smaller ones may leave room for more
    assert (search.target, search.settled) == (2, False)
    fill(search, saturating(8.0), 1e6, 400.0)
    assert search.target == 8


def test_the_search_ends_if_memory_runs_out() -> None:
    search = JobsPerGpu(16)
    fill(search, saturating(16.0), 1e6, 60.0)
    assert search.target == 4
    search.out_of_memory(3)
    assert (search.target, search.settled) == (2, True)
    fill(search, saturating(16.0), 1e6, 60.0)
    assert search.target == 2
    search.prepare(10)
    fill(search, saturating(16.0), 1e6, 60.0)
    assert search.target == 2


@pytest.mark.parametrize(
    ("cores", "jobs", "n_bodies", "threads"),
    [
        (16, 100, 10_000, 1),  # one job per core
        (16, 16, 10_000, 1),
        (16, 8, 10_000, 2),
        (16, 5, 10_000, 3),
        (16, 1, 10_000, 16),
        (16, 1, 1000, 10),  # small systems gain nothing from more
        (16, 1, 216, 2),
        (16, 1, 8, 1),
        (1, 1, 10_000, 1),
        (4, 0, 10_000, 4),
    ],
)
def test_cores_are_divided_among_the_jobs(
    cores: int, jobs: int, n_bodies: int, threads: int
) -> None:
    assert threads_for(cores, jobs, n_bodies) == threads


def test_gain_is_above_the_error_of_a_window() -> None:
    # A job tells its steps twice a second: at each end of a window half a second may be missing.
    assert 1.0 + 2 * 0.5 / WINDOW_SECONDS < GAIN


def test_jobs_that_run_out_of_memory_on_a_shared_gpu_are_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("janus_md.running.workstation.throughput.WINDOW_SECONDS", 0.3)
    monkeypatch.setattr("janus_md.running.workstation.throughput.GAIN", 0.0)
    device = tmp_path / "device"
    device.mkdir()

    def start(job: Job, operation: str, options: RunOptions, gpu_id: int | None) -> Running:
        process, pipe = fork_server.start(little_memory, device)
        log = tmp_path / f"{job.id}.out"
        log.touch()
        return Running(job, operation, process, pipe, log, options.threads, gpu_id)

    monkeypatch.setattr(runner, "start", start)
    jobs = [Job(str(k), tmp_path, f"job {k}", ("simulate",), 16) for k in range(6)]
    watch = Watch()
    outcome = runner.run_jobs(jobs, runner.Machine(cores=8, gpus=1), watch, lambda *_: None)
    assert sorted(job.id for job in outcome.done) == [job.id for job in jobs]
    assert not outcome.failed
    assert watch.notes
    assert all("out of memory on a GPU that it shared" in note for note in watch.notes)


class Watch:
    """A display that records its calls."""

    def __init__(self) -> None:
        self.gpus: list[tuple[int | None, int]] = []
        self.most: dict[int | None, int] = {}
        self.notes: list[str] = []

    def begin(self, running) -> None:
        self.gpus.append((running.gpu_id, running.threads))

    def show(self, running) -> None:
        for gpu in (0, 1):
            number = sum(one.gpu_id == gpu for one in running)
            self.most[gpu] = max(self.most.get(gpu, 0), number)

    def end(self, running, code: int) -> None:
        assert code in (DONE, STOPPED), running.message

    def note(self, text: str) -> None:
        self.notes.append(text)


class Full(Watch):
    """Requests the end when two jobs are integrating on each device."""

    def show(self, running) -> None:
        super().show(running)
        if self.most == {0: 2, 1: 2} and all(one.steps for one in running) and not self.notes:
            os.kill(os.getpid(), signal.SIGTERM)


def test_devices_are_filled_evenly(
    janus_md: Callable[..., Result],
    tmp_path: Path,
    engine: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The workers are real, on CPUs; where they run is decided as for two GPUs.
    monkeypatch.setattr("janus_md.running.workstation.throughput.WINDOW_SECONDS", 0.3)
    monkeypatch.setattr("janus_md.running.workstation.throughput.GAIN", 0.0)
    # The first jobs still run when their speeds have been seen.
    text = TINY.replace("produce_ns: 0.02", "produce_ns: 5000.0").replace(
        "frame_interval_ps: 2.0", "frame_interval_ps: 100.0"
    )
    place = tmp_path / "workspace"
    make(janus_md, place, text + "  relative_permittivity: 1\nreplicas: 4\n")
    folders = sorted((place / "workspace").iterdir())
    jobs = [Job(one.name, one, one.name, ("simulate",), 16) for one in folders]
    options = RunOptions(engine, "cpu", limit=Limit.after(PATIENCE))
    machine = runner.Machine(options, cores=4, gpus=2)
    watch = Full()
    outcome = runner.run_jobs(jobs, machine, watch, lambda *_: None)
    assert len(outcome.left) == 4
    assert watch.gpus[:2] == [(0, 1), (1, 1)]
    used = [gpu for gpu, _ in watch.gpus]
    assert used.count(0) == used.count(1) == 2
    assert watch.most == {0: 2, 1: 2}  # four cores feed two jobs on each
    assert all("execution" in document(one) for one in folders)
