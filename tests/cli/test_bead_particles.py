"""Whole jobs of particles with beads: no dipole, no charge, no model, no permittivity."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.study.catalogue import catalog
from janus_md.study.resolve import setup_of
from tests.conftest import Result
from tests.engines.conftest import usable

TEMPLATE = """
fixed:
  n_bodies: 16
  volume_fraction: 0.02
  protocol: {time_step_ps: 0.05, relax_ps: 2.0, frame_interval_ps: 2.0, produce_ns: 0.02}
points:
  - particle: dumbbell
  - mixture: {amphiphile: 0.5, snowman: 0.5}
"""


@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_every_command_does_its_work(
    engine: str, janus_md: Callable[..., Result], tmp_path: Path
) -> None:
    usable(engine)
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    place = tmp_path / "w"
    assert janus_md("init", tmp_path / "t.yaml", "-d", place).code == 0
    pretended = janus_md("submit", "-d", place, "--pretend")
    assert pretended.code == 0, pretended.err
    assert "#SBATCH" in pretended.out
    done = janus_md("run", "-d", place, "--engine", engine)
    assert done.code == 0, done.err
    assert "2 done" in janus_md("status", "-d", place).out
    rows = json.loads(janus_md("query", "-d", place, "--json").out)
    assert {row["status"] for row in rows} == {"done"}
    report = janus_md("report", "-d", place)
    assert report.code == 0, report.err
    assert "nan" not in report.out.lower()
    with (place / "report" / "results.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 2
    for job in (place / "workspace").iterdir():
        point = json.loads((job / "signac_statepoint.json").read_text())
        criterion = json.loads((job / "signac_job_document.json").read_text())["analysis"][
            "criterion"
        ]
        names = point["mixture"] or [point["particle"]]
        assert point["model"] is point["relative_permittivity"] is None
        # no wires without dipoles; the criterion of a mixture has the longest bond of its particles
        assert criterion["distance"] is None
        longest = max(catalog.body(name).bond.distance for name in names)
        assert bond_criterion(setup_of(point, place)).distance == pytest.approx(longest)
