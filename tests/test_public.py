"""`import janus_md`: the public interface, quick to import."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import janus_md
from tests.analysis.worlds import gsd_frame, quaternions_along, write_gsd
from tests.conftest import ROOT, environment


def test_every_name_is_there() -> None:
    for name in janus_md.__all__:
        assert getattr(janus_md, name) is not None, name
    assert set(janus_md.__all__) <= set(dir(janus_md))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        janus_md.nothing  # noqa: B018


def test_it_imports_nothing_until_it_is_used() -> None:
    code = (
        "import sys, time; before = set(sys.modules); t = time.perf_counter(); import janus_md; "
        "print(time.perf_counter() - t, *(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment()
    )
    seconds, *modules = done.stdout.split()
    heavy = {"numpy", "pandas", "pydantic", "signac", "gsd", "freud", "scipy", "typer"}
    assert heavy.isdisjoint(modules)
    assert {one for one in modules if one.startswith("janus_md")} == {"janus_md"}
    assert float(seconds) < 0.1


def test_the_documentation_reaches_no_deeper() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = [
        (page.name, line)
        for page in pages
        for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
        for line in block.splitlines()
        if re.match(r"\s*(from|import) janus_md\.", line)
    ]
    assert found == []


def test_wires_of_a_frame(tmp_path: Path) -> None:
    x = np.array([[0.0, 0.0, 1.6 * k] for k in range(5)])
    q = quaternions_along(np.tile([0.0, 0.1, 1.0], (5, 1)))
    path = write_gsd(tmp_path / "a.gsd", [gsd_frame(x, q, [30.0] * 3 + [0.0] * 3)] * 2)
    found = janus_md.wires_of(path)
    assert found.wires.n.tolist() == [5]
    assert found.bonds.lengths == pytest.approx([1.6] * 4, abs=1e-6)
    assert janus_md.wires_of(path, 0).wires.n.tolist() == [5]


def test_starts_are_quick() -> None:
    """`janus-md --help` on a login node; a second is generous on a busy machine."""
    best = 10.0
    for _ in range(3):
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "janus_md.cli", "--help"],
            capture_output=True,
            check=True,
            env=environment(),
        )
        best = min(best, time.perf_counter() - begin)
    assert best < 2.0
