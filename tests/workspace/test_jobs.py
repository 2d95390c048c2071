"""Creation of workspaces: the layout of signac, complete jobs, interruptions and damage."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import signac

from janus_md.common.errors import JanusError
from janus_md.study.sweeps import templates as sweeps
from janus_md.workspace import jobs as workspace
from tests.conftest import said_at_once

POINTS = [point.stored() for point in sweeps.load_template("quickstart").points[::2]]


def files(place: Path) -> dict[str, bytes]:
    """Return the contents of all files of all jobs."""
    found = (path for path in (place / "workspace").rglob("*") if path.is_file())
    return {str(path.relative_to(place)): path.read_bytes() for path in found}


def test_jobs_are_identical_to_those_of_signac(tmp_path: Path) -> None:
    theirs = signac.init_project(path=tmp_path / "theirs")
    for point in POINTS:
        theirs.open_job(point).init()
    assert workspace.create(tmp_path / "ours", POINTS) == len(POINTS)
    assert files(tmp_path / "ours") == files(tmp_path / "theirs")

    ours = signac.get_project(path=tmp_path / "ours", search=False)
    ours.check()
    assert {job.id for job in ours} == {job.id for job in theirs}
    found = ours.find_jobs({"relative_permittivity": {"$lt": 1.1}, "particle": "R-Au-Cu"})
    assert [job.statepoint() for job in found] == [POINTS[0]]


def interrupted(points: list[dict[str, Any]], after: int) -> Iterator[dict[str, Any]]:
    yield from points[:after]
    raise KeyboardInterrupt


@pytest.mark.parametrize("after", range(len(POINTS)))
def test_an_interrupted_init_leaves_complete_jobs_and_can_continue(
    tmp_path: Path, after: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        workspace.create(tmp_path, interrupted(POINTS, after))
    signac.get_project(path=tmp_path).check()
    assert len(files(tmp_path)) == after
    assert workspace.create(tmp_path, POINTS) == len(POINTS) - after
    assert workspace.create(tmp_path, POINTS) == 0
    assert len(list((tmp_path / "workspace").iterdir())) == len(POINTS)


@pytest.mark.parametrize("damage", [b"", b'{"particle": "R-A', b"{}", None])
def test_damaged_state_points_are_restored(tmp_path: Path, damage: bytes | None) -> None:
    """The damage is that of a power failure, or of a killed init by signac."""
    workspace.create(tmp_path, POINTS)
    before = files(tmp_path)
    broken = sorted((tmp_path / "workspace").iterdir())[0] / "signac_statepoint.json"
    if damage is None:
        broken.unlink()
    else:
        broken.write_bytes(damage)
    (broken.parent / "trajectory.gsd").write_bytes(b"kept")
    assert workspace.create(tmp_path, POINTS) == 0
    after = files(tmp_path)
    assert after.pop(str((broken.parent / "trajectory.gsd").relative_to(tmp_path))) == b"kept"
    assert after == before


def test_old_staging_folders_of_a_killed_init_are_removed(tmp_path: Path) -> None:
    workspace.create(tmp_path, POINTS[:1])
    old, young = (tmp_path / "workspace" / name for name in (".new-old", ".new-young"))
    for left in (old, young):
        (left / ("0" * 32)).mkdir(parents=True)
    os.utime(old, (time.time() - 7200,) * 2)
    assert workspace.create(tmp_path, POINTS) == len(POINTS) - 1
    assert not old.exists()
    assert young.exists()  # another init may be at work
    assert len(signac.get_project(path=tmp_path)) == len(POINTS)


def test_two_simultaneous_inits_create_each_job_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one starts and ends during the first one, on a file system without locks."""
    monkeypatch.setattr(workspace, "PATIENCE", 0.0)
    other: list[int] = []

    def points() -> Iterator[dict[str, Any]]:
        yield from POINTS[:2]
        other.append(workspace.create(tmp_path, POINTS))
        yield from POINTS[2:]

    assert workspace.create(tmp_path, points()) == 2
    assert other == [len(POINTS) - 2]
    signac.get_project(path=tmp_path).check()
    assert len(list((tmp_path / "workspace").iterdir())) == len(POINTS)


def test_a_full_disk_is_reported_and_leaves_complete_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk has space for the folder of the third job, but only for half of its state point."""
    write, written = workspace._write, []

    def full(path: str, statepoint: dict[str, Any]) -> None:
        written.append(path)
        write(path, statepoint)
        if len(written) == 3:
            os.truncate(path, 200)
            raise OSError(28, "No space left on device", path)

    monkeypatch.setattr(workspace, "_write", full)
    with pytest.raises(JanusError, match=r"directory: .* cannot be written: .*No space left"):
        workspace.create(tmp_path, POINTS)
    monkeypatch.undo()
    signac.get_project(path=tmp_path).check()
    assert len(list((tmp_path / "workspace").iterdir())) == 2
    assert workspace.create(tmp_path, POINTS) == len(POINTS) - 2


def test_signacs_cache_is_written_and_can_be_lost_or_damaged(tmp_path: Path) -> None:
    workspace.create(tmp_path, POINTS[:4])
    cache = tmp_path / ".signac" / "statepoint_cache.json.gz"
    whole = cache.read_bytes()
    wanted = sorted(json.dumps(point) for point in POINTS[:4])
    for damage in (None, b"", b"not gzip", whole[: len(whole) // 2]):
        cache.unlink(missing_ok=True)
        if damage is not None:
            cache.write_bytes(damage)
        found = workspace.read_jobs(workspace.open_project(tmp_path))
        assert sorted(json.dumps(dict(one.statepoint)) for one in found) == wanted
    # Out of date: jobs that came or went since count as they are.
    cache.write_bytes(whole)
    gone = next(workspace.read_jobs(workspace.open_project(tmp_path)))
    shutil.rmtree(gone.directory)
    signac.get_project(path=tmp_path).open_job(POINTS[5]).init()
    found = list(workspace.read_jobs(workspace.open_project(tmp_path)))
    assert len(found) == 4
    assert gone.id not in {one.id for one in found}
    assert POINTS[5] in [one.statepoint for one in found]
    cache.write_bytes(b"damaged")
    assert workspace.create(tmp_path, POINTS) == 2


def test_an_unreadable_file_affects_only_its_job(tmp_path: Path) -> None:
    project = signac.init_project(path=tmp_path)
    jobs = [project.open_job(point).init() for point in POINTS[:3]]
    Path(jobs[0].fn("signac_job_document.json")).write_text('{"execution": {')
    Path(jobs[1].fn("signac_statepoint.json")).write_text("")
    jobs[2].document["execution"] = {"engine": "lammps"}
    found = {one.id: one for one in workspace.read_jobs(workspace.open_project(tmp_path))}
    states = [found[str(job.id)].state for job in jobs]
    assert states == ["damaged", "damaged", "begun"]
    told = [found[str(job.id)].trouble for job in jobs[:2]]
    assert told[0].startswith("signac_job_document.json cannot be read")
    assert told[1].startswith("signac_statepoint.json is missing or damaged; run `janus-md init`")


CREATE = """
import sys
from pathlib import Path
from janus_md.workspace import jobs as workspace
from tests.workspace.test_jobs import POINTS
print("ready", flush=True)
sys.stdin.readline()
points = [point | {"replica": k} for point in POINTS for k in range(50)]
print(workspace.create(Path(sys.argv[1]), points))
"""


def test_simultaneous_processes_create_each_job_once(tmp_path: Path) -> None:
    place = tmp_path / "workspace"
    said = said_at_once(CREATE, place, 3)
    number = 50 * len(POINTS)
    assert sum(map(int, said)) == number
    assert len(list(workspace.read_jobs(workspace.open_project(place)))) == number
