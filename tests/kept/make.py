"""Make the kept workspace anew: jobs that are done, cut off, failed and waiting.

    python -m tests.kept.make FOLDER

The copy in ``tests/kept/v2`` was made by the first code of version 2 of the schema and stays as it
is: every later version must read, resume, analyse, report and submit it. It is made anew only for a
new version of the schema, beside the old one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import signac

from janus_md.common.errors import SimulationFailed, ToBeContinued
from janus_md.running.operations import analyze_job, simulate_job
from janus_md.study.sweeps.templates import read_template
from janus_md.workspace.jobs import create

TEMPLATE = """
description: Two kinds of bodies, charged and not, jobs in every state.
fixed: {n_bodies: 12, volume_fraction: 0.01}
points:
  - {<<: &short {protocol: {time_step_ps: 0.1, relax_ps: 1.0, produce_ns: 0.06,
                            frame_interval_ps: 2.0}},
     particle: R-Au-Cu, relative_permittivity: 2.0}                    # done
  - {<<: *short, mixture: {R-1: 0.5, S-1: 0.5}, model: bladed,
     relative_permittivity: 4.0}                                       # done
  - {<<: *short, particle: Au3Cd, relative_permittivity: 8.93, viscosity: 0.413}  # cut off
  - {<<: *short, particle: Au3Cd, relative_permittivity: 1.0,
     electrostatics: {method: none}}                                   # waiting
  - particle: R-Au-Cu                                                  # failed
    relative_permittivity: 1.0
    protocol: {time_step_ps: 4.0, relax_ps: 0.0, damping_ps: 1.0e+6, produce_ns: 4.0,
               frame_interval_ps: 40.0}
"""

STATES = ("done", "done", "begun", "waiting", "failed")
"""States of the jobs, in the order of the template."""


def main(folder: Path) -> None:
    """Make the workspace in `folder`."""
    sweep = read_template(TEMPLATE, "kept.yaml")
    create(folder, [point.stored() for point in sweep.points])
    project = signac.get_project(path=folder)
    jobs = [project.open_job(point.stored()) for point in sweep.points]
    for job, state in zip(jobs, STATES, strict=True):
        path = Path(job.path)
        if state == "done":
            simulate_job(job.statepoint(), path, job.document, engine="lammps")
            analyze_job(path, job.document)
        elif state == "begun":
            frames = 0

            def enough(*_: object) -> None:
                nonlocal frames
                frames += 1

            try:
                simulate_job(
                    job.statepoint(), path, job.document, engine="lammps",
                    observers=[enough], should_stop=lambda: frames > 15,  # noqa: B023
                )  # fmt: skip
            except ToBeContinued:
                continue
            raise SystemExit("the job was not cut off")
        elif state == "failed":
            try:
                simulate_job(job.statepoint(), path, job.document, engine="lammps")
            except SimulationFailed as error:
                job.document["failure"] = {**job.document()["failure"], "operation": "simulate"}
                job.document["failures"] = 1
                print(error)
                continue
            raise SystemExit("the job did not fail")
    for lock in folder.rglob("run.lock*"):
        lock.unlink()
    seeds = {job.id: point.seed() for job, point in zip(jobs, sweep.points, strict=True)}
    (folder / "seeds.json").write_text(json.dumps(seeds, indent=2) + "\n", encoding="utf-8")
    command = str(Path(sys.executable).with_name("janus-md"))
    query = [command, "query", "--directory", str(folder), "--csv"]
    table = subprocess.run(query, check=True, capture_output=True, text=True).stdout
    (folder / "query.csv").write_text(table, encoding="utf-8")
    shutil.rmtree(folder / ".janus_md", ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
