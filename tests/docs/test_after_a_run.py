"""The commands of docs/after_a_run.md print what the page says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, Result
from tests.engines.conftest import usable

Cli = Callable[..., Result]

PAGE = (ROOT / "docs" / "after_a_run.md").read_text(encoding="utf-8")
REST = "..."  # a line for any number of lines


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def commands() -> list[tuple[list[str], list[str]]]:
    """Return the arguments and the printed lines of each command."""
    found: list[tuple[list[str], list[str]]] = []
    for line in "".join(blocks("console")).splitlines():
        if line.startswith("$ janus-md "):
            found.append((shlex.split(line)[2:], []))
        else:
            found[-1][1].append(line)
    return found


def plain(line: str, place: Path) -> str:
    """Return a line without what depends on the machine."""
    line = line.replace(str(place), "/home/me")
    return re.sub(r"[\d.]+ [kM]B$", "SIZE", line).rstrip()


def matches(expected: list[str], printed: list[str]) -> bool:
    pattern = "".join(
        r"(?:.*\n)*" if line == REST else re.escape(line.rstrip()) + r"\n" for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
def test_the_page_shows_what_is_printed(
    janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usable("lammps")
    monkeypatch.chdir(tmp_path)
    for text in blocks("yaml"):
        name = re.match(r"# (\w+\.yaml)\n", text)
        assert name is not None
        (tmp_path / name.group(1)).write_text(text, encoding="utf-8")
    shown = commands()
    assert len(shown) >= 10
    for arguments, expected in shown:
        if arguments[0] == "run":
            arguments = [*arguments, "--engine", "lammps"]
        done = janus_md(*arguments)
        assert done.code == 0, (arguments, done.err)
        printed = [plain(line, tmp_path) for line in done.out.splitlines()]
        told = [plain(line, tmp_path) for line in expected]
        assert matches(told, printed), (arguments, done.out)
    found: dict[str, object] = {}
    exec("\n".join(blocks("python")), found)
    assert found["new"] == 1
