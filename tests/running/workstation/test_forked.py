"""Workers that run several operations: same results as new processes, nothing left from before."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from janus_md.common.memory import peak_memory
from janus_md.engines import ranks
from janus_md.running import worker
from janus_md.running.workstation import fork_server, forked, runner
from janus_md.running.workstation.forked import Request
from janus_md.running.workstation.processes import Job, Running
from janus_md.simulation.run_options import RunOptions
from janus_md.workspace.products import LOG, TABLES, TRAJECTORY
from tests.conftest import PATIENCE, TINY, Result, environment, wait_for
from tests.running.workstation.test_runner import document, make, running

Cli = Callable[..., Result]


@pytest.mark.parametrize("name", ["hoomd", "lammps"])
def test_later_jobs_of_a_worker_have_the_results_of_a_new_process(
    name: str, janus_md: Cli, tmp_path: Path
) -> None:
    pytest.importorskip(name)
    text = TINY + "grid: {relative_permittivity: [1, 2]}\n"
    together = make(janus_md, tmp_path / "together", text)
    alone = make(janus_md, tmp_path / "alone", text)
    for operation in ("simulate", "analyze"):
        command = ("--engine", name, "--operation", operation, "-j", 1)
        done = janus_md("run", "-d", tmp_path / "together", *command)
        assert done.code == 0, done.out
        workers = {json.loads((job / "run.lock").read_text())["pid"] for job in together.values()}
        assert len(workers) == 1
    later = max(together, key=lambda k: (together[k] / TRAJECTORY).stat().st_mtime_ns)
    shared, own = together[later], alone[later]
    done = janus_md("run", "-d", tmp_path / "alone", "--engine", name, "--job", own.name)
    assert done.code == 0, done.out
    for file in (TRAJECTORY, LOG, *TABLES):
        assert (shared / file).read_bytes() == (own / file).read_bytes(), file
    assert document(shared)["analysis"] == document(own)["analysis"]
    memory = [document(job)["execution"]["memory_mb"] for job in (shared, own)]
    assert memory[0] == pytest.approx(memory[1], rel=0.1)


KEPT: list[bytes] = []
"""Memory that an operation does not free."""


def work(operation: str, directory: Path, options: RunOptions, reporter: worker.Reporter) -> int:
    """Do in a process what an operation may do; `options.threads` is a number of megabytes."""
    library = ctypes.CDLL(None)
    library.fdopen.restype = ctypes.c_void_p
    library.fputs.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    library.fputs(os.environ["WORDS"].encode(), library.fdopen(1, b"w"))  # into a buffer of C
    print("words of Python")
    warnings.warn("once", stacklevel=1)
    os.environ["LEFT"] = os.environ.get("LEFT", "") + "behind"
    used = b"x" * (options.threads << 20)
    comm = Path("/proc/self/comm").read_text().strip()
    reporter.send(pid=os.getpid(), comm=comm, peak=peak_memory(), left=os.environ["LEFT"])
    if directory.name == "keeps":
        KEPT.append(used)
    if directory.name == "signalled":
        ranks.wish_to_stop()
    return worker.FAILED if directory.name == "fails" else worker.DONE


def work_forked(pipe: Connection, request: Request) -> None:
    worker.work = work
    forked.work_forked(pipe, request)


class Worker:
    """A worker in a new process, with an operation."""

    def __init__(self, folder: Path, name: str, megabytes: int = 1) -> None:
        self.folder = folder
        fork_server.begin("janus_md.cli.preloaded")
        self.process, self.pipe = fork_server.start(work_forked, self.request(name, megabytes))
        self.reports = self._reports()

    def request(self, name: str, megabytes: int = 1) -> Request:
        variables = os.environ | {"WORDS": f"words of C, {name}"}
        options, log = RunOptions(threads=megabytes), self.folder / f"{name}.out"
        return Request("simulate", self.folder / name, options, log, variables)

    def _reports(self) -> Iterator[dict]:
        while chunk := os.read(self.pipe.fileno(), 1 << 16):
            yield from map(json.loads, chunk.splitlines())

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.pipe.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a worker runs one operation")
def test_nothing_of_an_operation_is_left_for_the_next(tmp_path: Path) -> None:
    with Worker(tmp_path, "first", 300) as one:
        first = next(one.reports)
        assert next(one.reports) == {"idle": True}
        one.pipe.send(one.request("second"))
        assert next(one.reports) == {"taken": True}
        second = next(one.reports)
        assert next(one.reports) == {"idle": True}
        one.pipe.close()
        one.process.join()
        assert one.process.exitcode == worker.DONE
    assert first["pid"] == second["pid"] == one.process.pid
    assert (first["comm"], second["comm"]) == ("janus first", "janus second")
    assert first["left"] == second["left"] == "behind"
    assert second["peak"] < first["peak"] - 250.0
    for name in ("first", "second"):
        text = (tmp_path / f"{name}.out").read_text()
        assert text.count("UserWarning: once") == 1
        assert "words of Python" in text
        assert f"words of C, {name}" in text
        assert text.count("words of C") == 1


@pytest.mark.parametrize("name", ["fails", "keeps", "signalled"])
def test_a_process_that_may_not_be_as_it_was_takes_no_other_operation(
    name: str, tmp_path: Path
) -> None:
    with Worker(tmp_path, name, 2 * int(forked.GROWTH)) as one:
        assert "pid" in next(one.reports)
        assert next(one.reports, None) is None
        one.process.join()
        assert one.process.exitcode == (worker.FAILED if name == "fails" else worker.DONE)


class Watch:
    """A display that records the processes of operations, and calls functions."""

    def __init__(
        self,
        at_begin: Callable[[Running], None] = lambda running: None,
        at_report: Callable[[Running], None] = lambda running: None,
        at_end: Callable[[Running], None] = lambda running: None,
    ) -> None:
        self.processes: list[tuple[int, int | None]] = []
        self.at_begin, self.at_report, self.at_end = at_begin, at_report, at_end

    def begin(self, running: Running) -> None:
        self.processes.append((int(running.job.label), running.process.pid))
        self.at_begin(running)

    def show(self, running: Iterable[Running]) -> None:
        for one in running:
            self.at_report(one)

    def end(self, running: Running, code: int) -> None:
        self.at_end(running)

    def note(self, text: str) -> None: ...

    def released(self) -> AbstractContextManager[None]:
        return nullcontext()


def jobs_in(place: Path, janus_md: Cli, threads: tuple[int, ...] = (0, 0, 0)) -> list[Job]:
    numbers = list(range(1, len(threads) + 1))
    made = make(janus_md, place, TINY + f"grid: {{relative_permittivity: {numbers}}}\n")
    return [
        Job(made[k].name, made[k], str(k), ("simulate",), 16, wanted)
        for k, wanted in zip(numbers, threads, strict=True)
    ]


def run(jobs: list[Job], watch: Watch) -> tuple[runner.Outcome, list[Job]]:
    """Run jobs one after another; return the outcome, and the jobs whose process crashed."""
    fork_server.begin("janus_md.cli.preloaded")
    crashed: list[Job] = []
    machine = runner.Machine(cores=2, slots=1)
    return runner.run_jobs(jobs, machine, watch, lambda job, *_: crashed.append(job)), crashed


def test_no_job_fails_if_an_idle_worker_is_killed(janus_md: Cli, tmp_path: Path) -> None:
    def at_end(ended: Running) -> None:
        assert ended.process.pid is not None
        if ended.job.label == "1":  # it gets its next operation, but cannot take it
            os.kill(ended.process.pid, signal.SIGSTOP)
        elif ended.job.label == "2":
            os.kill(ended.process.pid, signal.SIGKILL)
            # A process is a zombie while its threads end, which still have its end of the pipe.
            assert ended.pipe.poll(PATIENCE)

    def at_begin(begun: Running) -> None:
        if not begun.taken:
            begun.process.kill()

    watch = Watch(at_begin, at_end=at_end)
    outcome, crashed = run(jobs_in(tmp_path / "workspace", janus_md), watch)
    assert [job.label for job in outcome.done] == ["1", "2", "3"]
    assert crashed == []
    (_, first), (two, again), (also_two, second), (three, third) = watch.processes
    assert (two, also_two, three) == (2, 2, 3)
    assert first == again
    assert len({first, second, third}) == 3


def test_a_crash_of_a_later_operation_affects_only_its_job(janus_md: Cli, tmp_path: Path) -> None:
    def at_report(one: Running) -> None:
        if one.job.label == "2" and one.taken and not killed:
            killed.append(one.process.pid)
            one.process.kill()

    killed: list[int | None] = []
    watch = Watch(at_report=at_report)
    outcome, crashed = run(jobs_in(tmp_path / "workspace", janus_md), watch)
    assert [job.label for job in outcome.done] == ["1", "3"]
    assert [job.label for job in crashed] == ["2"]
    assert watch.processes[:2] == [(1, killed[0]), (2, killed[0])]
    assert watch.processes[2][1] != killed[0]


def test_a_process_keeps_its_number_of_threads(janus_md: Cli, tmp_path: Path) -> None:
    watch = Watch()
    outcome, _ = run(jobs_in(tmp_path / "workspace", janus_md, (1, 2, 2)), watch)
    assert len(outcome.done) == 3
    (_, first), (_, second), (_, third) = watch.processes
    assert first != second == third
    assert not running(first)


def test_a_signal_ends_idle_workers_too(janus_md: Cli, tmp_path: Path) -> None:
    watch = Watch(at_end=lambda _: os.kill(os.getpid(), signal.SIGTERM))
    outcome, crashed = run(jobs_in(tmp_path / "workspace", janus_md), watch)
    assert [job.label for job in outcome.done] == ["1"]
    assert [job.label for job in outcome.left] == ["2", "3"]
    assert crashed == []
    assert not running(watch.processes[0][1])


def run_until_killed(*folders: str) -> None:
    """Kill this process when its worker is idle, after it has printed the id of the worker."""

    def at_end(ended: Running) -> None:
        print(ended.process.pid, ended.idle, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    jobs = [Job(folder, Path(folder), "1", ("simulate",), 16) for folder in folders]
    run(jobs, Watch(at_end=at_end))


def test_an_idle_worker_ends_with_the_run(janus_md: Cli, tmp_path: Path) -> None:
    folders = [str(job.directory) for job in jobs_in(tmp_path / "workspace", janus_md)]
    command = [sys.executable, "-c", f"from {__name__} import run_until_killed as run"]
    command[-1] += f"; run(*{folders})"
    done = subprocess.run(
        command, env=environment(), stdout=subprocess.PIPE, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == -signal.SIGKILL
    worker, idle = done.stdout.split()
    assert idle == "True"
    wait_for(lambda: not running(int(worker)))
