"""Unexpected errors end with one line and a report; lack of resources, with one sentence."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.common import crash
from janus_md.running import worker
from tests.conftest import TINY, Result, environment
from tests.patched import patch_processes
from tests.running.workstation.test_runner import document, make

Cli = Callable[..., Result]

ONE_LINE = "internal error of janus-md, RuntimeError: the moon is full; please send {} to "


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a function of the package raise, in the processes that begin from now on."""

    def breaking(module: str, name: str, error: str) -> None:
        lines = f"def fail(*_, **__):\n    raise {error}\n{name} = fail\n"
        patch_processes(tmp_path / "site", monkeypatch, **{module: lines})

    return breaking


def ended(*command: str | Path, where: Path) -> Result:
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=where,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def report(folder: Path) -> tuple[Path, str]:
    (path,) = folder.glob("crash-*.txt")
    return path, path.read_text(encoding="utf-8")


def test_a_command_that_breaks_says_one_line_and_writes_a_report(
    broken: Callable[..., None], tmp_path: Path, cache: Path
) -> None:
    broken("study__catalogue__catalog", "names", "RuntimeError('the moon is full\\nand more')")
    done = ended("-m", "janus_md.cli", "catalog", where=tmp_path)
    path, text = report(cache / "crashes")
    assert (done.code, done.out) == (70, "")
    assert done.err.startswith(f"janus-md: {ONE_LINE.format(path)}")
    assert done.err.count("\n") == 1
    for part in ("janus-md: 0.", "command: ", " catalog\n", "python: 3", "platform: ", "numpy "):
        assert part in text
    assert "Traceback (most recent call last)" in text
    assert text.endswith("RuntimeError: the moon is full\nand more\n")
    # A second one lies beside it, whatever its name would be.
    os.environ["JANUS_MD_TRACEBACK"] = "1"
    try:
        again = ended("-m", "janus_md.cli", "catalog", where=tmp_path)
    finally:
        del os.environ["JANUS_MD_TRACEBACK"]
    assert "Traceback" in again.err
    assert len(list((cache / "crashes").iterdir())) == 2


def test_a_report_replaces_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.strftime", lambda _: "now")
    lines = [crash.line(ValueError(str(k)), [tmp_path]) for k in range(3)]
    assert len(set(lines)) == 3
    texts = {path.name: path.read_text()[-2:] for path in tmp_path.iterdir()}
    name = f"crash-now-{os.getpid()}"
    assert texts == {f"{name}.txt": "0\n", f"{name}-1.txt": "1\n", f"{name}-2.txt": "2\n"}


def test_where_no_file_can_be_written_the_traceback_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "file"
    taken.touch()
    monkeypatch.setenv("JANUS_MD_CACHE", str(taken))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(taken))
    assert "please send the lines above to" in crash.line(ValueError("x"), [taken / "below"])
    assert "ValueError: x" in capsys.readouterr().err


def test_a_worker_that_breaks_names_its_job_in_the_report(
    broken: Callable[..., None], janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, TINY + "  relative_permittivity: 1\n")[1.0]
    broken("simulation__files__recorder", "quantities", "RuntimeError('the moon is full')")
    done = ended(
        "-m", "janus_md.running.worker", "simulate", job, "--engine", engine, where=tmp_path
    )  # fmt: skip
    path, text = report(place / crash.FOLDER)
    said = ONE_LINE.format(path)
    assert done.code == crash.CRASHED
    assert said in done.err.splitlines()[-1]
    assert f"job: {job.name} (" in text
    assert "operation: simulate\n" in text
    assert "recorder.py" in text
    assert document(job)["failure"]["message"].startswith(said)
    assert document(job)["failures"] == 1
    path.unlink()
    # A run counts it as a job that failed, and goes on with the others.
    done = ended("-m", "janus_md.cli", "run", "-d", place, "--engine", engine, where=tmp_path)
    path, _ = report(place / crash.FOLDER)
    assert done.code == 1
    assert "1 failed" in done.out
    assert ONE_LINE.format(path) in done.out.splitlines()[-1]


def test_a_worker_that_breaks_outside_of_its_work_says_so(
    broken: Callable[..., None], janus_md: Cli, tmp_path: Path
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, TINY + "  relative_permittivity: 1\n")[1.0]
    broken("workspace__query", "open_job", "RuntimeError('the moon is full')")
    done = ended("-m", "janus_md.running.worker", "analyze", job, where=tmp_path)
    path, text = report(place / crash.FOLDER)
    assert done.code == crash.CRASHED
    assert ONE_LINE.format(path) in done.err.splitlines()[-1]
    assert job.name in text


def test_an_operation_of_flow_that_breaks_says_one_line(
    broken: Callable[..., None], janus_md: Cli, tmp_path: Path
) -> None:
    place = tmp_path / "workspace"
    make(janus_md, place, TINY + "  relative_permittivity: 1\n")
    broken("workspace__products", "is_simulated", "RuntimeError('the moon is full')")
    done = ended("project.py", "status", where=place)
    path, text = report(place / crash.FOLDER)
    assert done.code == 70, done.err
    assert done.err.splitlines()[-1].startswith(f"project.py: {ONE_LINE.format(path)}")
    assert "project.py status" in text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device; fix"),
        (PermissionError(errno.EACCES, "Permission denied", "/x/y"), "/x/y: Permission denied; f"),
        (FileNotFoundError(errno.ENOENT, "No such file", b"/x"), "/x: No such file; fix this"),
        (MemoryError(), "out of memory; use fewer"),
        (RuntimeError("CUDA error: out of memory"), "out of memory (CUDA error: out of memory); "),
    ],
)
def test_what_the_machine_lacks_is_said_in_a_sentence(
    error: Exception, said: str, janus_md: Cli, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("janus_md.cli.app.app", fail)
    done = janus_md("query")
    assert done.code == 2
    assert done.err.startswith(f"janus-md: {said}")
    assert done.err.count("\n") == 1
    assert not (cache / "crashes").exists()


def test_endless_recursion_is_a_fault_like_others(
    janus_md: Cli, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    def again() -> None:
        again()

    monkeypatch.setattr("janus_md.cli.app.app", again)
    done = janus_md("query")
    _, text = report(cache / "crashes")
    assert done.code == 70
    assert "RecursionError" in done.err
    assert done.err.count("\n") == 1
    assert "more times]" in text  # it is not a thousand times the same


def test_the_address_is_that_of_the_package_where_it_has_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from email.message import Message

    about = Message()
    about["Project-URL"] = "Documentation, https://d"
    about["Project-URL"] = "Issues, https://where"
    assert "please send" in crash.line(ValueError("x"), [tmp_path])
    monkeypatch.setattr("importlib.metadata.metadata", lambda _: about)
    assert crash.line(ValueError("x"), [tmp_path]).endswith(" to https://where")


def piped(*command: str, where: Path) -> tuple[int, str]:
    """Run a command whose output is not read; return its exit code and stderr."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "janus_md.cli", *command],
            cwd=where,
            env=environment(),
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    return done.returncode, done.stderr


def test_a_reader_that_leaves_ends_what_only_prints_and_no_run(
    janus_md: Cli, tmp_path: Path, engine: str
) -> None:
    place = tmp_path / "workspace"
    job = make(janus_md, place, TINY + "  relative_permittivity: 1\n")[1.0]
    assert piped("query", "--csv", where=place) == (-13, "")  # SIGPIPE, as `cat` ends
    assert piped("catalog", where=place) == (-13, "")
    assert piped("run", "--engine", engine, where=place) == (worker.DONE, "")
    assert document(job)["analysis"]["n_frames"] == 11
    assert json.loads(janus_md("status", "-d", place, "--json").out)["states"] == {"done": 1}
