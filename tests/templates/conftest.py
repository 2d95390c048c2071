"""Run the small variant of a template through the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engines.conftest import usable

Rows = list[dict[str, Any]]
"""State point and averages of each job, by the names of `janus-md query`."""

KT = 2.478957
"""kJ/mol at 298.15 K."""


@pytest.fixture
def small_variant(janus_md, tmp_path: Path) -> Callable[..., Rows]:
    """Function that runs the small variant of a template and returns a row for each job."""

    def run(name: str, engine: str = "lammps") -> Rows:
        import janus_md as package

        usable(engine)
        for command in (["init", name, "--small"], ["run", "--engine", engine]):
            done = janus_md(*command, "--directory", tmp_path)
            assert done.code == 0, done.err
        rows = package.table(package.open_project(tmp_path)).to_dict("records")
        for row in rows:
            row["trajectory"] = tmp_path / "workspace" / row["job"] / "trajectory.gsd"
        return rows

    return run
