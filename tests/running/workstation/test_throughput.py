"""How many jobs a device holds, against devices whose speed is a known function of their number."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.running.worker import DONE, STOPPED, Resources
from janus_md.running.workstation import fork_server, runner
from janus_md.running.workstation.processes import Job, Running
from janus_md.running.workstation.throughput import GAIN, WINDOW_SECONDS, Filling, threads_for
from janus_md.simulation.walltime import Limit
from tests.conftest import PATIENCE, TINY, Result
from tests.running.workstation.devices import little_memory
from tests.running.workstation.test_runner import document, make

Curve = Callable[[int], float]


def saturating(ceiling: float) -> Curve:
    """Jobs that each run at full speed until the device is full; speed of one job is 1."""
    return lambda jobs: min(float(jobs), ceiling)


def crowding(best: int) -> Curve:
    """Jobs that hinder one another: the sum is largest, best / 2, at `best` jobs."""
    return lambda jobs: jobs / (1.0 + (jobs / best) ** 2)


def fill(filling: Filling, curve: Curve, lengths: float, seconds: float) -> list[int]:
    """Let jobs of `lengths` seconds (alone) run one after the other; jobs at a time, by time.

    Each job tells its steps twice a second, in jumps, and spends 3 s on preparations.
    """
    done: dict[int, float] = {}
    told: dict[int, float] = {}
    born: dict[int, float] = {}
    numbers, history, now = itertools.count(), [], 0.0
    while now < seconds:
        while len(born) < filling.target:
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
        filling.observe(now, dict(told))
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
def test_a_device_is_filled_while_that_helps(curve: Curve, target: int, lengths: float) -> None:
    filling = Filling(16)
    history = fill(filling, curve, lengths, 1500.0)
    assert filling.settled
    assert filling.target == target
    # What was measured is what the curve says; jobs that begin and end cost less than 10 %.
    for jobs, speed in filling.measured.items():
        assert speed == pytest.approx(curve(jobs), rel=0.1)
    # One more doubling than what stands is tried, no more; then it stays.
    assert max(history) <= min(16, 2 * target)
    if lengths < 100:
        assert set(history[-100:]) == {target}


def test_a_search_takes_a_window_per_doubling() -> None:
    filling = Filling(8)
    history = fill(filling, saturating(8.0), 1e6, 200.0)
    assert history.index(8) * 0.25 < 3 * (WINDOW_SECONDS + 6.0)


def test_larger_systems_are_searched_from_one_job_again() -> None:
    filling = Filling(16)
    filling.prepare(200)
    fill(filling, saturating(8.0), 1e6, 400.0)
    assert filling.target == 8
    filling.prepare(300)  # much the same
    assert (filling.target, filling.settled) == (8, True)
    filling.prepare(1000)
    assert (filling.target, filling.settled) == (1, False)
    fill(filling, saturating(2.0), 1e6, 400.0)
    assert filling.target == 2
    filling.prepare(100)  # smaller ones may leave room for more
    assert (filling.target, filling.settled) == (2, False)
    fill(filling, saturating(8.0), 1e6, 400.0)
    assert filling.target == 8


def test_want_of_memory_ends_the_search() -> None:
    filling = Filling(16)
    fill(filling, saturating(16.0), 1e6, 60.0)
    assert filling.target == 4
    filling.out_of_memory(3)
    assert (filling.target, filling.settled) == (2, True)
    fill(filling, saturating(16.0), 1e6, 60.0)
    assert filling.target == 2
    filling.prepare(10)
    fill(filling, saturating(16.0), 1e6, 60.0)
    assert filling.target == 2


def amdahl(serial: float) -> dict[int, float]:
    """Speed by number of threads where a share of the work is serial (Amdahl's law)."""
    return {n: 1.0 / (serial + (1.0 - serial) / n) for n in (1, 2, 4, 8, 16)}


@pytest.mark.parametrize(
    ("free", "waiting", "serial", "threads"),
    [
        (16, 100, 0.0, 1),  # no gain: one job per core
        (16, 100, 0.3, 1),
        (16, 16, 0.1, 1),
        (16, 8, 0.1, 2),
        (16, 4, 0.1, 4),
        (16, 1, 0.1, 16),
        (16, 1, 0.9, 2),  # 1.05 times as fast with 2, less than 1.05 times more with 4
        (16, 1, 1.0, 1),
        (3, 1, 0.0, 2),  # what was measured and fits
        (1, 1, 0.0, 1),
    ],
)
def test_threads_serve_where_jobs_are_few(
    free: int, waiting: int, serial: float, threads: int
) -> None:
    assert threads_for(free, waiting, amdahl(serial)) == threads


def test_threads_serve_where_they_are_more_than_their_number() -> None:
    # Sixteen jobs that fight for memory: two threads for each of eight are faster together.
    assert threads_for(16, 100, {1: 1.0, 2: 2.4, 4: 4.0}) == 2


def test_gain_is_above_the_error_of_a_window() -> None:
    # A job tells its steps twice a second: at each end of a window half a second may be missing.
    assert 1.0 + 2 * 0.5 / WINDOW_SECONDS < GAIN


def test_jobs_that_find_no_memory_beside_others_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("janus_md.running.workstation.throughput.WINDOW_SECONDS", 0.3)
    monkeypatch.setattr("janus_md.running.workstation.throughput.GAIN", 0.0)
    device = tmp_path / "device"
    device.mkdir()

    def start(job: Job, operation: str, resources: Resources, gpu_id: int | None) -> Running:
        process, pipe = fork_server.start(little_memory, device)
        log = tmp_path / f"{job.id}.out"
        log.touch()
        return Running(job, operation, process, pipe, log, resources.threads, gpu_id)

    monkeypatch.setattr(runner, "start", start)
    jobs = [Job(str(k), tmp_path, f"job {k}", ("simulate",), 16) for k in range(6)]
    watch = Watch()
    outcome = runner.run_jobs(jobs, runner.Machine(cores=8, gpus=1), watch, lambda *_: None)
    assert sorted(job.id for job in outcome.done) == [job.id for job in jobs]
    assert not outcome.failed
    assert watch.notes
    assert all("no memory beside the others" in note for note in watch.notes)


class Watch:
    """Keeps what it is shown."""

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
    """Asks for an end when each device holds two jobs that integrate."""

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
    machine = runner.Machine(engine, "cpu", cores=4, gpus=2, limit=Limit.after(PATIENCE))
    watch = Full()
    outcome = runner.run_jobs(jobs, machine, watch, lambda *_: None)
    assert len(outcome.left) == 4
    assert watch.gpus[:2] == [(0, 1), (1, 1)]
    used = [gpu for gpu, _ in watch.gpus]
    assert used.count(0) == used.count(1) == 2
    assert watch.most == {0: 2, 1: 2}  # four cores feed two jobs on each
    assert all("execution" in document(one) for one in folders)
