"""Other damage to a workspace: foreign folders, signac's files, all jobs at once; flow."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from janus_md.simulation.files import checkpoint
from janus_md.study.statepoint import StatePoint
from janus_md.workspace import records
from janus_md.workspace.documents import DOCUMENT
from janus_md.workspace.products import is_table
from janus_md.workspace.records import STATE_POINT
from tests.conftest import Result, environment
from tests.workspace.damage.outputs import Outputs, check_reported_once, of_permittivity, rows

Cli = Callable[..., Result]


def test_each_damaged_job_is_reported_if_all_are_damaged(janus_md: Cli, copy: Path) -> None:
    for job in (copy / "workspace").iterdir():
        (job / DOCUMENT).write_text("{")
    done = janus_md("status", "-d", copy)
    assert (done.code, done.out, done.err.count("\n")) == (0, "3 jobs: 3 damaged\n", 3)
    done = janus_md("report", "-d", copy)
    assert (done.code, done.err.count("\n")) == (2, 4)
    assert "no results to report yet (3 damaged)" in done.err
    assert janus_md("run", "-d", copy).code == 1
    done = janus_md("reproduce", copy.parent / "paper.yaml", "--table-only", "-d", copy)
    assert (done.code, done.err.count("\n")) == (0, 3)


def test_folders_that_are_not_jobs_are_reported(janus_md: Cli, copy: Path) -> None:
    """A manual copy of a job is not a job."""
    job = of_permittivity(copy, 1.5)
    shutil.copytree(job, job.with_name(f"{job.name}.bak"))
    (copy / "workspace" / "old runs").mkdir()
    (copy / "workspace" / "notes.txt").write_text("mine")
    for command in ("status", "query", "report", "run"):
        done = janus_md(command, "-d", copy)
        assert done.code == 0
        assert done.err.count("\n") == 1, done.err
        assert f"2 folders in {str(copy / 'workspace')!r} left out" in done.err
        assert done.err.endswith(f"{job.name}.bak, old runs\n")
    assert janus_md("status", "-d", copy).out == "3 jobs: 3 done\n"


@pytest.mark.parametrize(
    "content", [b"", b"not gzip", b"5", b"[1]", b'{"%s": 5}'], ids=lambda one: one.decode()
)
def test_a_wrong_cache_of_signac_has_no_effect(
    janus_md: Cli, copy: Path, sound: Outputs, content: bytes
) -> None:
    job = of_permittivity(copy, 1.5)
    packed = gzip.compress(content.replace(b"%s", job.name.encode()))
    raw = content in (b"", b"not gzip")
    (copy / ".signac" / "statepoint_cache.json.gz").write_bytes(content if raw else packed)
    (job / "frames.parquet").write_bytes(b"")  # so that a worker opens the job
    done = janus_md("run", "-d", copy)
    assert done.code == 0, done.out + done.err
    done = janus_md("query", "--csv", "-d", copy)
    assert (done.code, done.err) == (0, "")
    assert rows(done.out, "job") == sound.query


def test_a_job_that_is_removed_while_reading_is_not_an_error(
    janus_md: Cli, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = of_permittivity(copy, 1.5)
    here = records.job_ids

    def gone(project: Any) -> list[str]:
        found = here(project)
        shutil.rmtree(job, ignore_errors=True)
        return found

    monkeypatch.setattr(records, "job_ids", gone)
    done = janus_md("status", "-d", copy)
    assert (done.code, done.out, done.err) == (0, "2 jobs: 2 done\n", "")


def test_a_long_list_of_damaged_jobs_is_truncated(janus_md: Cli, copy: Path) -> None:
    for k in range(25):
        (copy / "workspace" / f"{k:032x}").mkdir()
    done = janus_md("status", "-d", copy)
    assert done.out == "28 jobs: 3 done, 25 damaged\n"
    assert len(done.err.splitlines()) == 21
    assert "5 more such jobs" in done.err.splitlines()[-1]
    assert len(json.loads(janus_md("status", "--json", "-d", copy).out)["notable"]) == 25
    assert "25 of 28 jobs" in janus_md("query", "status=damaged", "-d", copy).out


def test_a_batch_job_continues_without_a_removed_job(
    janus_md: Cli, copy: Path, engine: str
) -> None:
    """Its task file lists the jobs that existed at submission."""
    gone, left = of_permittivity(copy, 1.5), of_permittivity(copy, 2.0)
    shutil.rmtree(gone)
    (left / "frames.parquet").write_bytes(b"")
    jobs = ["--job", gone.name, "--job", left.name]
    done = janus_md("run", *jobs, "-d", copy, "--engine", engine)
    check_reported_once(done, gone.name, "it no longer exists", 1)
    assert "1 done" in done.out
    assert is_table(left / "frames.parquet")


def test_a_worker_reports_damage_that_happened_before_it_reads_the_job(copy: Path) -> None:
    job = of_permittivity(copy, 1.5)
    (job / DOCUMENT).write_text("{")
    for place, said in ((job, "it is not JSON"), (job.with_name("0" * 32), "no longer exists")):
        command = [
            sys.executable,
            "-m",
            "janus_md.running.worker",
            "analyze",
            str(place),
            "--pipe",
            "2",
        ]
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert said in json.loads(done.stderr.splitlines()[-1])["message"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", [".", DOCUMENT, STATE_POINT])
def test_a_job_without_read_permission_is_reported(janus_md: Cli, copy: Path, name: str) -> None:
    job = of_permittivity(copy, 1.5)
    (job / name).chmod(0)
    try:
        check_reported_once(janus_md("status", "-d", copy), job.name, "Permission denied", 0)
        check_reported_once(janus_md("run", "-d", copy), job.name, "Permission denied", 1)
    finally:
        (job / name).chmod(0o700)


def test_a_damaged_project_document_is_reported(janus_md: Cli, copy: Path) -> None:
    (copy / "signac_project_document.json").write_text('{"scheduler": ')
    for command in ("status", "run"):
        done = janus_md(command, "-d", copy)
        assert done.code == 0
        assert "signac_project_document.json is damaged" in done.err
        assert done.err.count("\n") == 1
    done = janus_md("submit", "--pretend", "-d", copy)
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_the_keys_of_a_state_point_are_those_of_the_schema() -> None:
    assert set(StatePoint.model_fields) == records.FIELDS | records.OPTIONAL
    least = {"particle": "R-Au-Cu", "n_bodies": 8, "volume_fraction": 0.01}
    assert set(StatePoint.of(least).stored()) == records.FIELDS
    assert StatePoint.of(least).schema_version == records.SCHEMA_VERSION


def test_a_workspace_of_another_schema_of_signac(janus_md: Cli, tmp_path: Path) -> None:
    (tmp_path / "signac.rc").write_text("project = old\nschema_version = 1\n")
    (tmp_path / "workspace").mkdir()
    for command in (["status"], ["run"], ["init", "quickstart"]):
        done = janus_md(*command, "-d", tmp_path)
        assert done.code == 2
        assert done.err.count("\n") == 1
        assert "schema version 1" in done.err
        assert "signac migrate" in done.err
    for text in ("schema_version = abc\n", "[[[\n"):
        (tmp_path / "signac.rc").unlink(missing_ok=True)
        (tmp_path / ".signac").mkdir(exist_ok=True)
        (tmp_path / ".signac" / "config").write_text(text)
        for command in (["status"], ["init", "quickstart"]):
            done = janus_md(*command, "-d", tmp_path)
            assert (done.code, done.err.count("\n")) == (2, 1)
            assert ".signac/config is damaged" in done.err


def flow(place: Path, *arguments: str, engine: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "project.py", *arguments],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        env=environment() | {"JANUS_MD_ENGINE": engine},
    )


def test_flow_skips_damaged_jobs(copy: Path, engine: str) -> None:
    """It also continues if the operation of another job fails."""
    damaged, broken = of_permittivity(copy, 1.5), of_permittivity(copy, 1.0)
    (damaged / DOCUMENT).write_text('{"failures": "twice"}')
    shutil.copytree(damaged, damaged.with_name(f"{damaged.name}.bak"))
    (copy / ".signac" / "statepoint_cache.json.gz").write_bytes(b"damaged")
    (broken / "frames.parquet").write_bytes(b"")
    (broken / "trajectory.gsd").write_bytes(b"broken")
    whole = of_permittivity(copy, 2.0)
    (whole / "frames.parquet").write_bytes(b"")

    status = flow(copy, "status", engine=engine)
    assert status.returncode == 0, status.stderr
    assert status.stderr.count(damaged.name) == 1
    assert "analyze" in status.stdout

    done = flow(copy, "run", engine=engine)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count(f"project.py: job {damaged.name}: ") == 1
    assert done.stderr.count(f"project.py: job {broken.name}: ") == 1
    assert is_table(whole / "frames.parquet")
    failure = json.loads((broken / DOCUMENT).read_text())
    assert (failure["failure"]["operation"], failure["failures"]) == ("analyze", 1)
    page = (copy / "report" / "report.html").read_text()
    assert "1 of 3 jobs finished" in page

    # Asked for alone it says what is wrong; submission is that of janus-md.
    alone = flow(copy, "exec", "analyze", damaged.name, engine=engine)
    assert alone.returncode != 0
    assert "Traceback" not in alone.stderr
    assert "'twice'" in alone.stderr or '"twice"' in alone.stderr
    sent = flow(copy, "submit", "--pretend", engine=engine)
    assert sent.returncode == 1
    assert sent.stderr.count(f"job {damaged.name}: ") == 1


@pytest.mark.parametrize("flag", [1, 64])
def test_a_checkpoint_with_a_flipped_bit_cannot_be_read(tmp_path: Path, flag: int) -> None:
    """The archive then appears encrypted, or compressed by an unknown method."""
    path = tmp_path / "restart.npz"
    np.savez(path, about=np.frombuffer(b'{"stage": "produce", "done": 5}', np.uint8))
    assert checkpoint.reached(path) == ("produce", 5)
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + (8 if flag == 1 else 10)] ^= flag
    path.write_bytes(content)
    assert checkpoint.reached(path) is None
    path.write_bytes(b"")
    assert checkpoint.reached(path) is None
