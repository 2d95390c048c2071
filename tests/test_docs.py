"""Python code in README and docs/ works as described."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from janus_md.common import crash
from janus_md.running import worker
from janus_md.running.operations import analyze_job, simulate_job
from janus_md.study.sweeps.templates import read_template
from janus_md.workspace import jobs as workspace
from tests.conftest import ROOT, TINY


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Path:
    """A workspace called demo, its jobs done; returns the folder that it is in."""
    place = tmp_path_factory.mktemp("docs")
    points = read_template(TINY + "  relative_permittivity: 1.0\n", "tiny").points
    workspace.create(place / "demo", [point.stored() for point in points])
    for job in workspace.open_project(place / "demo"):
        folder = Path(job.path)
        simulate_job(job.statepoint(), folder, job.document, engine=engine)
        analyze_job(folder, job.document)
    return place


def blocks(name: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")  # no bonds in 20 ps
def test_python_of_the_readme(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    found: dict = {}
    exec("\n".join(blocks("README.md")[:2]), found)  # the third needs a HOOMD-blue script
    assert found["wires"]["job"].unique().tolist() == found["rows"]["job"].tolist()
    assert found["wires"]["n"].sum() == 11 * 16
    assert found["found"].wires.n.sum() == 16


def test_python_of_the_questions(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    found: dict = {}
    exec("\n".join(blocks("docs/questions.md")), found)
    assert found["frames"]["time_ns"].iloc[[0, -1]].tolist() == pytest.approx([0.0, 0.02])
    assert found["energy"].shape == (11,)


def test_the_table_of_exit_codes_has_all_of_them() -> None:
    """All exit codes in the sources; 130 is the exit code of a shell after Ctrl-C."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Exit codes")[2].partition("\n## ")[0]
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)}
    named = {worker.DONE, worker.FAILED, worker.STOPPED, worker.HELD, crash.CRASHED}
    sources = [ROOT / "project.py", *(ROOT / "janus_md").rglob("*.py")]
    words = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    plain = {int(code) for code in re.findall(r"(?:Exit|exit)\((\d+)", words)}
    assert told == named | plain | {2, 130}
    assert 75 in plain
