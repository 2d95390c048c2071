"""Output and files where the locale is not UTF-8: nothing ends for a letter that has no code."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, TINY, environment

ENVIRONMENTS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    # File names are not UTF-8 either.
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}

CALLS = """
import json, sys
from janus_md.cli import app as cli

codes = []
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["janus-md", *arguments]
    try:
        cli.main()
        codes.append(0)
    except SystemExit as end:
        codes.append(end.code or 0)
with open("codes", "w") as file:
    json.dump(codes, file)
"""
"""Calls the command line so often in one process, as its imports take long."""

SOURCES = [
    ROOT / "project.py",
    *(ROOT / "analysis").rglob("*.py"),
    *(path for path in (ROOT / "janus_md").rglob("*.py") if not path.is_symlink()),
]


def without_encoding(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that read or write text in the encoding of the locale."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given = {word.arg: word.value for word in call.keywords}
        if "encoding" in given:
            continue
        what = call.func
        name = getattr(what, "attr", getattr(what, "id", ""))
        if name in ("read_text", "write_text", "TextIOWrapper"):
            if not isinstance(what, ast.Name):  # common.files.write_text writes UTF-8
                yield call
        elif name in ("run", "Popen", "check_output"):
            if {"text", "universal_newlines"} & set(given):
                yield call
        elif name in ("open", "fdopen", "NamedTemporaryFile"):
            if isinstance(what, ast.Attribute) and _is(what.value, "os", "gsd", "hoomd", "fl"):
                if name != "fdopen":
                    continue
            elif isinstance(what, ast.Attribute) and name == "open" and len(call.args) > 1:
                continue  # not a file's: path.open(mode) has one argument
            place = 0 if isinstance(what, ast.Attribute) and name == "open" else 1
            mode = given.get("mode", call.args[place] if len(call.args) > place else None)
            if mode is None or "b" not in ast.unparse(mode):
                yield call


def _is(node: ast.AST, *names: str) -> bool:
    return getattr(node, "attr", getattr(node, "id", "")) in names


def test_no_file_and_no_pipe_is_read_or_written_as_the_locale_says() -> None:
    assert len(SOURCES) > 100
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)[:80]}"
        for path in SOURCES
        for call in without_encoding(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_command_ends_well_whatever_output_can_be_written(
    name: str, tmp_path: Path, engine: str
) -> None:
    """In a folder whose name has no code in ASCII, of a template with such words."""
    folder = tmp_path / "Körner-µ"
    folder.mkdir()
    text = "description: Zwölf µ-Körper λ\n" + TINY + "  relative_permittivity: 1.0\n"
    (folder / "größen.yaml").write_text(text, encoding="utf-8")
    where = environment() | ENVIRONMENTS[name]
    for variable in set(os.environ) & {"LC_ALL", "PYTHONUTF8", "PYTHONIOENCODING"}:
        if variable not in ENVIRONMENTS[name]:
            where.pop(variable)

    def call(*command: str | Path, place: Path = folder) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=place, env=where, capture_output=True, check=False
        )
        told = (done.stdout + done.stderr).decode("latin-1")
        assert done.returncode == 0, told
        assert "Traceback" not in told
        return told

    def commands(*called: str) -> str:
        words = [line.split() for line in called]
        told = call("-c", CALLS, json.dumps(words, ensure_ascii=False))
        codes = json.loads((folder / "codes").read_text(encoding="utf-8"))
        assert dict(zip(called, codes, strict=True)) == dict.fromkeys(called, 0), told
        return told

    commands(
        "--help", "catalog", "catalog R-Au-Cu", "schema --table", "schema", "doctor",
        "init größen.yaml -d wörk --dry-run", "init größen.yaml -d wörk", "status -d wörk",
    )  # fmt: skip
    (job,) = (folder / "wörk" / "workspace").iterdir()
    last = [
        "run -d wörk", "status -d wörk --json", "query -d wörk", "query -d wörk --csv",
        "query -d wörk --json", f"analyze {job}/trajectory.gsd --out öut",
    ]  # fmt: skip
    if name == "latin-1":
        return
    assert "1 done" in commands(f"run -d wörk --engine {engine} --operation simulate")
    if name == "ascii":
        call("-m", "janus_md.running.worker", "analyze", f"wörk/workspace/{job.name}")
        last.append("report -d wörk")
    else:
        for word in ("status", "run"):
            call("project.py", word, place=folder / "wörk")
    assert "1 job, all done" in commands(*last)
    assert (folder / "öut" / "wires.parquet").exists()
    page = (folder / "wörk" / "report" / "report.html").read_text(encoding="utf-8")
    assert "R-Au-Cu" in page


def test_json_keeps_every_letter_where_output_is_ascii(tmp_path: Path) -> None:
    code = "from janus_md.common.encoding import json_text; print(json_text({'name': 'Å'}))"
    where = environment() | ENVIRONMENTS["ascii"]
    done = subprocess.run([sys.executable, "-c", code], env=where, capture_output=True, check=True)
    assert json.loads(done.stdout) == {"name": "Å"}
