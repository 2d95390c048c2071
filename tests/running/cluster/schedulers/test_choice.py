"""Which scheduler is taken, and which files a scheduler stands in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.common import plugins
from janus_md.common.errors import JanusError
from janus_md.running.cluster import allocation, schedulers
from janus_md.running.cluster.request import choice
from tests.conftest import ROOT, Result
from tests.running.cluster.conftest import program

SLURM, PBS = ("sbatch", "squeue"), ("qsub", "qstat")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that creates programs, which are the only ones in PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(*names: str) -> None:
        for name in names:
            program(folder, name, "exit 1")

    return put


def test_the_installed_scheduler_is_used_and_slurm_if_several_are(
    programs: Callable[..., None],
) -> None:
    """PBS's commands may be wrappers of Slurm's."""
    assert not schedulers.choose().here()
    programs(*PBS)
    assert schedulers.choose().name == "pbs"
    programs(*SLURM)
    assert [one.name for one in schedulers.available()] == ["slurm", "pbs"]
    assert schedulers.choose().name == "slurm"
    assert schedulers.choose(of_cluster="pbs").name == "pbs"
    assert schedulers.choose("slurm", of_cluster="pbs").name == "slurm"


def test_the_description_of_a_cluster_selects_the_scheduler(
    programs: Callable[..., None], tmp_path: Path
) -> None:
    programs(*SLURM, *PBS)
    file = tmp_path / "clusters.yaml"
    file.write_text("here: {scheduler: pbs, dialect: nodes}\n")
    assert choice.choose("here", file)[1].name == "pbs"
    with pytest.raises(JanusError, match=r"^cluster 'here': dialect: 'nodes' is not allowed; Slur"):
        choice.choose("here", file, "slurm")


def test_an_unknown_or_missing_scheduler_is_refused(
    programs: Callable[..., None], janus_md: Callable[..., Result], tmp_path: Path
) -> None:
    assert janus_md("init", "quickstart", "-d", tmp_path / "study").code == 0
    for name, message in (
        (
            "pbz",
            "--scheduler: 'pbz' is unknown (did you mean pbs?); allowed are auto, pbs, slurm",
        ),
        ("pbs", "qsub: not found; submission requires PBS, use janus-md run on this machine"),
        ("auto", "sbatch: not found; submission requires Slurm, use janus-md run on this machine"),
    ):
        met = janus_md("submit", "-d", tmp_path / "study", "--scheduler", name)
        assert (met.code, met.err) == (2, f"janus-md: {message}\n")
    assert not (tmp_path / "study" / ".janus_md" / "pbs").exists()


def test_the_scheduler_of_older_documents_follows_from_its_folder(tmp_path: Path) -> None:
    assert schedulers.of_entry(None, tmp_path) is None
    (tmp_path / ".janus_md" / "slurm").mkdir(parents=True)
    found = schedulers.of_entry(None, tmp_path)
    assert found is not None
    assert found.name == "slurm"
    assert schedulers.of_entry("gone", tmp_path) is None


def test_a_plugin_whose_name_differs_from_its_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "mine.py").write_text(
        "from janus_md.running.cluster.schedulers.pbs import SCHEDULER\n"
    )
    monkeypatch.setenv(plugins.VARIABLE, str(tmp_path / "plugins"))
    with pytest.raises(JanusError, match=r"^scheduler mine: its name is 'pbs'; it must be 'mine'$"):
        schedulers.choose()


def test_the_allocation_of_a_process_inside_and_outside_of_a_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SLURM_JOB_ID", "SLURM_JOB_END_TIME", "SLURM_CPUS_PER_TASK", "PBS_JOBID"):
        monkeypatch.delenv(name, raising=False)
    assert (allocation.cores(), allocation.time_limit().left()) == (None, float("inf"))
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "4")
    monkeypatch.setenv("PBS_JOBID", "7.p")
    monkeypatch.setenv("NCPUS", "3")
    assert allocation.cores() == 3


NAMES = re.compile(
    r"slurm|\bs(batch|queue|acct|info|run|cancel|control)\b|\bpbs|\bq(sub|stat|del|rls)\b|openpbs|"
    r"\btorque server",
    re.IGNORECASE,
)


def test_no_other_file_names_a_scheduler() -> None:
    """Adding a scheduler thus means adding one folder or one file."""
    own = ROOT / "janus_md" / "running" / "cluster" / "schedulers"
    files = [ROOT / "project.py", *(ROOT / "analysis").rglob("*.py")]
    files += [*(ROOT / "janus_md").rglob("*.py"), *(ROOT / "janus_md").rglob("*.jinja")]
    found = {
        str(path.relative_to(ROOT))
        for path in files
        if not path.is_relative_to(own / "slurm") and not path.is_relative_to(own / "pbs")
        if NAMES.search(path.read_text(encoding="utf-8"))
    }
    assert found == set()
    names = {path.name for path in (own / "slurm").glob("*.py")}
    assert names == {path.name for path in (own / "pbs").glob("*.py")}
