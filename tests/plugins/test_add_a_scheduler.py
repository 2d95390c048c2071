"""docs/add_a_scheduler.md: its scheduler runs the jobs of a workspace to their end."""

from __future__ import annotations

import json
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import wait_for
from tests.plugins.environment import Environment, blocks

PAGE = "add_a_scheduler.md"

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("flock", "ps"))) or not Path("/proc/self/cwd").exists(),
    reason="the scheduler of the page needs flock, ps and /proc",
)


def commands(number: int, engine: str) -> str:
    """Commands of the page's block of this number, on one engine."""
    return blocks(PAGE, "sh")[number].replace("submit --", f"submit --engine {engine} --", 1)


def write_inputs(place: Path, package: Path) -> None:
    (package / "background.py").write_text(blocks(PAGE, "python")[0], encoding="utf-8")
    (place / "short.yaml").write_text(blocks(PAGE, "yaml")[0], encoding="utf-8")


def states(place: Path, environment: Environment) -> dict[str, int]:
    told = environment.run("janus-md status --json --directory demo", place)
    return dict(json.loads(told)["states"])


def entries(place: Path) -> list[dict[str, object]]:
    """What the documents of the jobs say about their submissions."""
    files = (place / "demo" / "workspace").glob("*/signac_job_document.json")
    return [json.loads(file.read_text())["scheduler"] for file in files]


def test_jobs_are_queued_run_one_after_another_and_are_done(
    here: Environment, tmp_path: Path, engine: str
) -> None:
    write_inputs(tmp_path, tmp_path)
    told = here.run(commands(0, engine), tmp_path)
    assert "2 jobs on this one (the default partition, account by default)" in told
    assert "2 sent: " in told
    assert "2 jobs: 1 queued, 1 running" in told
    again = here.run("janus-md submit --scheduler background -y --directory demo", tmp_path)
    assert "nothing to submit" in again
    seen = []

    def done() -> bool:
        seen.append(states(tmp_path, here))
        return seen[-1] == {"done": 2}

    wait_for(done)
    assert max(one.get("running", 0) for one in seen) == 1
    place = tmp_path / "demo" / ".janus_md" / "background"
    found = entries(tmp_path)
    assert {one["scheduler"] for one in found} == {"background"}
    for one in found:
        assert (place / f"{one['id']}.exit").read_text() == "0\n"
        assert "1 of 1 job to do" in (place / f"{one['id']}.out").read_text()


def test_an_analysis_waits_and_what_is_cancelled_is_sent_again(
    here: Environment, tmp_path: Path, engine: str
) -> None:
    write_inputs(tmp_path, tmp_path)
    text = (tmp_path / "short.yaml").read_text()
    (tmp_path / "short.yaml").write_text(text.replace("produce_ns: 0.02", "produce_ns: 2000.0"))
    submit = commands(0, engine).replace("submit --", "submit --separate --", 1)
    assert "4 sent" in here.run(submit, tmp_path)
    try:
        wait_for(lambda: states(tmp_path, here) == {"queued": 1, "running": 1})
        ids = [int(str(one["id"])) for one in entries(tmp_path)]
        wait_for(lambda: list((tmp_path / "demo").glob("workspace/*/trajectory.partial.gsd")))
        met = here.run("! janus-md submit --array --directory demo --scheduler background 2>&1",
                       tmp_path)  # fmt: skip
        assert "--array: the background does not support arrays here; use --bundle" in met
    finally:
        for one in [int(str(one["id"])) for one in entries(tmp_path)]:
            with suppress(ProcessLookupError):
                os.killpg(one, signal.SIGTERM)
    assert len(ids) == 2
    wait_for(lambda: set(states(tmp_path, here)) <= {"begun", "waiting", "not started", "failed"})
    assert list((tmp_path / "demo").glob("workspace/*/restart.npz"))


def test_as_a_package(empty: Environment, tmp_path: Path, engine: str) -> None:
    package = tmp_path / "background"
    package.mkdir()
    write_inputs(tmp_path, package)
    (package / "pyproject.toml").write_text(blocks(PAGE, "toml")[0], encoding="utf-8")
    empty.install(package)
    told = empty.run(commands(1, engine).partition("\n")[2], tmp_path)
    assert "2 sent: " in told
    wait_for(lambda: states(tmp_path, empty) == {"done": 2})
    assert {one["scheduler"] for one in entries(tmp_path)} == {"background"}
