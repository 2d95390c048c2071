"""`janus-md remove` and `janus-md archive`, with the kept workspace."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.common.locks import hold
from janus_md.workspace import descriptions
from janus_md.workspace.jobs import open_project
from tests.cli.test_app import refused
from tests.conftest import Result, environment

Cli = Callable[..., Result]


def ids(place: Path) -> set[str]:
    return {job.id for job in open_project(place)}


def states(janus_md: Cli, place: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads(janus_md("status", "-d", place, "--json").out)["states"]
    return found


def asked(place: Path, answer: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `remove` without a terminal, with an answer on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "janus_md.cli", "remove", *options, "-d", str(place)],
        input=answer, capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip


def test_it_asks_and_removes_what_matches(janus_md: Cli, place: Path) -> None:
    before = ids(place)
    done = asked(place, "n\n", "status=done")
    assert done.returncode == 1
    assert "Remove 2 jobs with" in done.stdout
    assert "nothing was removed" in done.stdout
    done = asked(place, "", "status=done")
    assert done.returncode == 2
    assert "--yes: is missing" in done.stderr
    assert ids(place) == before
    done = asked(place, "y\n", "status=done")
    assert done.returncode == 0, done.stderr
    assert "2 jobs removed" in done.stdout
    assert len(ids(place)) == 3
    assert states(janus_md, place) == {"waiting": 1, "begun": 1, "failed": 1}
    assert not list((place / "workspace").glob(".removed-*"))
    done = janus_md("remove", "status!=done", "--yes", "-d", place)
    assert "3 jobs removed" in done.out
    assert ids(place) == set()


def test_filters_must_be_given_and_match(janus_md: Cli, place: Path) -> None:
    assert janus_md("remove", "--yes", "-d", place).code == 2
    refused(janus_md("remove", "particle=J6", "--yes", "-d", place), ["no job matches particle=J6"])
    assert len(ids(place)) == 5


def test_a_job_in_use_stays(janus_md: Cli, place: Path) -> None:
    begun = json.loads(janus_md("query", "status=begun", "--json", "-d", place).out)[0]["job"]
    with hold(place / "workspace" / begun):
        done = janus_md("remove", "status=begun,waiting", "--yes", "-d", place)
    assert done.code == 1
    assert "1 job removed" in done.out
    assert f"job {begun}: not removed: process" in done.err
    assert states(janus_md, place) == {"begun": 1, "done": 2, "failed": 1}


def test_an_interrupted_removal_leaves_no_half_job(
    janus_md: Cli, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(path: Path, **_: bool) -> None:
        (path / "signac_statepoint.json").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("janus_md.running.jobs.removal.shutil.rmtree", killed)
        janus_md("remove", "status=failed", "--yes", "-d", place)
    assert states(janus_md, place) == {"waiting": 1, "begun": 1, "done": 2}
    assert janus_md("status", "-d", place).err == ""
    assert janus_md("remove", "status=waiting", "--yes", "-d", place).code == 0
    assert not list((place / "workspace").glob(".removed-*"))


def test_a_damaged_job_can_be_removed(janus_md: Cli, place: Path) -> None:
    (job, *_) = ids(place)
    (place / "workspace" / job / "signac_statepoint.json").write_text("{", encoding="utf-8")
    done = janus_md("remove", "status=damaged", "--yes", "-d", place)
    assert "1 job removed" in done.out
    assert not (place / "workspace" / job).exists()


def extracted(file: Path, folder: Path) -> Path:
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as zipped:
            zipped.extractall(folder)
    else:
        with tarfile.open(file) as tarred:
            tarred.extractall(folder, filter="data")
    (inside,) = folder.iterdir()
    return inside


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz"])
def test_an_archive_is_a_workspace_with_the_same_results(
    janus_md: Cli, place: Path, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"study{ending}"
    descriptions.add(place, "A template.")
    done = janus_md("archive", file, "status=done", "-d", place)
    assert done.code == 0, done.err
    assert "no report is included; janus-md report writes one" in done.out
    assert f"{file}: 2 jobs, " in done.out
    inside = extracted(file, tmp_path / "there")
    assert inside.name == "study"
    sums = (inside / "checksums.sha256").read_text(encoding="utf-8").splitlines()
    files = {path.relative_to(inside).as_posix() for path in inside.rglob("*") if path.is_file()}
    assert f"{len(files)} files" in done.out
    assert {line.split("  ")[1] for line in sums} == files - {"checksums.sha256"}
    for line in sums:
        digest, name = line.split("  ")
        assert hashlib.sha256((inside / name).read_bytes()).hexdigest() == digest
    assert descriptions.read(inside) == ["A template."]
    readme = (inside / "README.md").read_text(encoding="utf-8")
    assert "2 jobs of janus-md" in readme
    assert "Jobs by state: 2 done." in readme
    assert "Trajectories are not included" in readme
    assert not list(inside.rglob("trajectory.gsd"))
    # The mixture has two particles, the other job one.
    assert len(list((inside / "particles").iterdir())) == 3
    versions = json.loads((inside / "versions.json").read_text(encoding="utf-8"))
    assert versions["engines"] == {"lammps 20250722": 2}
    assert versions["here"]["signac"]
    here = rows(janus_md("query", "status=done", "--csv", "-d", place).out)
    table = rows((inside / "results.csv").read_text(encoding="utf-8"))
    assert [row["job"] for row in table] == [row["job"] for row in here]
    for row, other in zip(here, table, strict=True):
        for key, value in row.items():
            assert other[key] == value
    if ending == ".zip":
        assert rows(janus_md("query", "--csv", "-d", inside).out)[0]["analysis.mean_n.mean"]
        assert "2 jobs: 2 simulated" not in janus_md("status", "-d", inside).out


def test_trajectories_and_report_on_request(janus_md: Cli, place: Path, tmp_path: Path) -> None:
    assert janus_md("report", "-d", place).code == 0
    done = janus_md("archive", tmp_path / "all.tar", "--trajectories", "-d", place)
    assert done.code == 0, done.err
    assert "no report" not in done.out
    inside = extracted(tmp_path / "all.tar", tmp_path / "there")
    assert (inside / "report" / "report.html").exists()
    for job in ids(place):
        for name in ("trajectory.gsd", "restart.npz"):
            one, other = (root / "workspace" / job / name for root in (place, inside))
            assert one.exists() == other.exists()
            if one.exists():
                assert one.read_bytes() == other.read_bytes()
    assert states(janus_md, inside) == states(janus_md, place)
    assert "janus-md extend" in (inside / "README.md").read_text(encoding="utf-8")


def test_a_bad_name_is_refused_and_nothing_is_half_written(
    janus_md: Cli, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there.zip"
    there.write_text("mine", encoding="utf-8")
    for file, parts in (
        (tmp_path / "a.rar", ["FILE", "a.rar", ".tar.xz"]),
        (there, ["FILE", "there.zip", "exists"]),
        (tmp_path / "none" / "a.zip", ["FILE", "does not exist"]),
    ):
        refused(janus_md("archive", file, "-d", place), parts)
    assert there.read_text(encoding="utf-8") == "mine"

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("janus_md.running.jobs.containers._Tar.add", full)
    refused(janus_md("archive", tmp_path / "b.tar", "-d", place), ["No space left on device"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there.zip", "v2"]
