"""Files that are there as a whole, or as they were before."""

from __future__ import annotations

from pathlib import Path

import pytest

from janus_md.common.files import publish_text, written_whole


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    publish_text(path, "old")
    with written_whole(path) as partial:
        assert partial.name == "table.partial.csv"
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["table.csv"]


@pytest.mark.parametrize("error", [OSError("the disk is full"), KeyboardInterrupt()])
def test_of_a_write_that_fails_nothing_is_left(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "table.csv"
    publish_text(path, "old")

    def fail(partial: Path) -> None:
        partial.write_text("ne")
        raise error

    with pytest.raises(type(error)), written_whole(path) as partial:
        fail(partial)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["table.csv"]


def test_what_a_killed_process_left_is_not_part_of_the_next_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    (tmp_path / "log.partial").write_text("left behind")
    with written_whole(path) as partial, partial.open("a") as file:
        file.write("new")
    assert path.read_text() == "new"


def test_writers_with_different_marks_do_not_share_a_partial_file(tmp_path: Path) -> None:
    path = tmp_path / "cache.json"
    with written_whole(path, "1") as first, written_whole(path, "2") as second:
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"  # whose block ends last
    assert names(tmp_path) == ["cache.json"]
