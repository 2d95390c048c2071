"""Jobs that were changed after their data were created are reported and excluded from averages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
import signac

from janus_md.study.catalogue import catalog, copies
from janus_md.workspace import doubts
from tests.conftest import TINY, Result

Cli = Callable[..., Result]

OWN = """
name: weak
variant_of: R-Au-Cu
dipole: {dipole}
sources: {{dipole: "model: test"}}
"""


@pytest.fixture
def place(janus_md: Cli, tmp_path: Path, engine: str) -> Path:
    """A workspace with two finished jobs."""
    template = tmp_path / "template.yaml"
    template.write_text(TINY + "grid: {relative_permittivity: [1, 2]}\n")
    place = tmp_path / "workspace"
    assert janus_md("init", template, "-d", place).code == 0
    assert janus_md("run", "-d", place, "--engine", engine).code == 0
    return place


def rows(janus_md: Cli, place: Path, *options: str) -> dict[str, dict[str, str]]:
    done = janus_md("query", "-d", place, "--csv", *options)
    return {row["job"]: row for row in csv.DictReader(io.StringIO(done.out))}


def test_a_changed_state_point_is_reported_by_all_commands(janus_md: Cli, place: Path) -> None:
    """Regression: a finished job with produce_ns changed from 5 to 6 was shown as a run of 6 ns."""
    job = next(iter(signac.get_project(path=place)))
    protocol = job.statepoint()["protocol"] | {"produce_ns": 0.04}
    job.update_statepoint({"protocol": protocol}, overwrite=True)
    told = "changed since: protocol.produce_ns was 0.02 and is now 0.04"
    status = janus_md("status", "-d", place)
    assert job.id[:8] in status.out
    assert "protocol.produce_ns was 0.02" in " ".join(status.out.split())
    run = janus_md("run", "-d", place)
    assert f"job {job.id}: {told}" in run.err
    found = rows(janus_md, place)
    assert found[job.id]["changed"] == told
    assert found[job.id]["analysis.mean_n.mean"] == ""
    others = [row for name, row in found.items() if name != job.id]
    assert all(row["analysis.mean_n.mean"] and not row["changed"] for row in others)
    assert rows(janus_md, place, "--allow", "state")[job.id]["analysis.mean_n.mean"]
    report = janus_md("report", "-d", place)
    assert "1 job changed since they were made" in report.err
    page = (place / "report" / "report.html").read_text(encoding="utf-8")
    assert "which were changed after their data were written" in page
    assert "protocol.produce_ns was 0.02 and is now 0.04" in page
    allowed = janus_md("report", "-d", place, "--allow", "state")
    assert "results included" in allowed.err


def test_an_edited_copy_of_a_particle_is_reported(janus_md: Cli, place: Path) -> None:
    (copy,) = (place / copies.FOLDER).glob("*.yaml")
    text = copy.read_text(encoding="utf-8")
    copy.write_text(text + "# a remark changes nothing\n", encoding="utf-8")
    assert not any(row["changed"] for row in rows(janus_md, place).values())
    copy.write_text(text.replace("dipole: 43.42", "dipole: 40.0"), encoding="utf-8")
    for row in rows(janus_md, place).values():
        assert row["changed"] == "changed since: the copy of R-Au-Cu was edited"
        assert not row.get("analysis.mean_n.mean")


def test_an_edited_particle_creates_new_jobs_beside_the_old_ones(
    janus_md: Cli, tmp_path: Path, own_folder: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old ones stay what they were: an analysis reads the trajectory, not the catalogue.

    Seen: the dipole edited from 40 to 25, the finished trajectory analysed again: mean_n_energy
    fell from 8.0 to 2.29.
    """
    (own_folder / "weak.yaml").write_text(OWN.format(dipole=40.0))
    template = tmp_path / "template.yaml"
    text = TINY.replace("R-Au-Cu", "weak").replace("method: none", "method: pppm")
    template.write_text(text + "grid: {relative_permittivity: [1]}\n")
    place = tmp_path / "workspace"
    assert janus_md("init", template, "-d", place).code == 0
    assert janus_md("run", "-d", place, "--engine", engine).code == 0
    (job,) = signac.get_project(path=place)
    names = ("frames.parquet", "wires.parquet")
    before = [Path(job.fn(name)).read_bytes() for name in names]
    energy = job.document()["analysis"]["mean_n_energy"]

    (own_folder / "weak.yaml").write_text(OWN.format(dipole=25.0))
    catalog.clear_caches()
    Path(job.fn("frames.parquet")).unlink()
    assert janus_md("run", "-d", place).code == 0
    assert [Path(job.fn(name)).read_bytes() for name in names] == before
    assert job.document()["analysis"]["mean_n_energy"] == energy

    assert "1 new job" in janus_md("init", template, "-d", place).out
    jobs = list(signac.get_project(path=place))
    assert len(jobs) == 2
    assert len({one.statepoint()["definitions"]["weak"] for one in jobs}) == 2
    assert len(list((place / copies.FOLDER).glob("weak-*.yaml"))) == 2
    assert sorted(row["status"] for row in rows(janus_md, place).values()) == ["done", "waiting"]


def test_a_missing_copy_of_a_particle_affects_only_its_jobs(janus_md: Cli, place: Path) -> None:
    (copy,) = (place / copies.FOLDER).glob("*.yaml")
    copy.unlink()
    job = next(iter(signac.get_project(path=place)))
    Path(job.fn("trajectory.gsd")).unlink()
    done = janus_md("run", "-d", place)
    assert done.code == 1
    assert f"job {job.id}: {copy}: is missing" in done.err
    assert "Traceback" not in done.err


def test_differences_contain_the_key_and_both_values() -> None:
    before = {"a": 1, "b": {"c": 2.0, "d": None}}
    assert list(doubts.differences(before, {"a": 1, "b": {"c": 3.0, "d": None}})) == [
        "b.c was 2.0 and is now 3.0"
    ]
    assert doubts.changed({}, before) == ""
    assert doubts.changed({"made_for": before}, before) == ""
    many = dict.fromkeys("abcdef", 1)
    assert doubts.changed({"made_for": {}}, many).endswith("; c was None and is now 1 and 3 more")


def test_a_workspace_of_the_first_version_is_refused(janus_md: Cli, tmp_path: Path) -> None:
    project = signac.init_project(path=tmp_path)
    for replica in range(3):
        project.open_job({"schema_version": 1, "replica": replica}).init()
    for command in ("status", "query", "run", "report"):
        done = janus_md(command, "-d", tmp_path)
        assert done.code == 2, command
        assert done.err.count("\n") == 1
        assert "is a workspace of janus-md 0.1.0 (schema_version 1)" in done.err
