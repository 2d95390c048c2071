"""Folders to write into that are files, or lie in one: a sentence, and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.common.errors import JanusError
from janus_md.common.folders import check_folder
from janus_md.study.sweeps import templates as sweeps
from janus_md.workspace import jobs as workspace
from tests.conftest import Result

Cli = Callable[..., Result]


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """A file."""
    path = tmp_path / "taken"
    path.write_text("mine")
    return path


def test_what_can_be_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "new", tmp_path / "a" / "b", Path("new"), Path()):
        check_folder(path, "--out")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot(taken: Path, tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for path in (taken, taken / "inside" / "deep", tmp_path / "nowhere", tmp_path / ("x" * 300)):
        with pytest.raises(JanusError, match=r"^--out: '") as caught:
            check_folder(path, "--out")
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_folder_that_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(JanusError, match=f"--out: no permission to write to '{tmp_path}'"):
        check_folder(tmp_path / "new", "--out")


@pytest.mark.parametrize("inside", ["", "deep/down"])
@pytest.mark.parametrize(
    "command",
    [
        ["init", "quickstart", "--directory"],
        ["reproduce", "li2022", "--quick", "--directory"],
        ["report", "--directory", "{study}", "--out"],
        ["reproduce", "li2022", "--quick", "--directory", "{fresh}", "--out"],
    ],
)
def test_commands_refuse_before_they_begin(
    janus_md: Cli, taken: Path, tmp_path: Path, command: list[str], inside: str
) -> None:
    study = tmp_path / "study"
    points = [point.stored() for point in sweeps.load_template("quickstart").points]
    workspace.create(study, points[:1])
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    words = [word.format(study=study, fresh=tmp_path / "fresh") for word in command]
    path = taken / inside if inside else taken
    done = janus_md(*words, path)
    assert (done.code, done.err.count("\n")) == (2, 1), done.err
    assert done.err.startswith(f"janus-md: {command[-1]}: '{path}' ")
    assert "is a file" in done.err
    assert taken.read_text() == "mine"
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before


def test_report_whose_own_folder_is_a_file(janus_md: Cli, tmp_path: Path) -> None:
    points = [point.stored() for point in sweeps.load_template("quickstart").points]
    workspace.create(tmp_path, points[:1])
    (tmp_path / "report").write_text(json.dumps("mine"))
    done = janus_md("report", "--directory", tmp_path)
    assert done.code == 2
    assert f"'{tmp_path / 'report'}' is a file" in done.err
