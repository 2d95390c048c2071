"""Print the time for a workspace with many state points; ``python benchmarks/scale.py --points N``.

janus-md is compared with a plain signac loop and the status of signac-flow, each in a separate
process including imports. The workspace is filled with the products of a small job, which is run
first; they are linked to save disk space. CPU time (user and system) is the relevant number on a
shared machine. Memory is the largest resident set.

``--folder FOLDER`` keeps the workspace. With a folder that exists, the commands on jobs that are
done are measured there again, or those whose names contain the text of ``--only``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

TEMPLATE = """\
fixed: {{n_bodies: 216, volume_fraction: 0.05}}
grid:
  particle: [R-Au-Cu, Au3Cd]
  relative_permittivity: [1.0, 1.25, 1.5, 2.0, 8.93]
  temperature: [250, 260, 270, 280, 290, 300, 310, 320, 330, 340]
replicas: {replicas}
"""
COMBINATIONS = 100

SMALL = """\
fixed:
  particle: R-Au-Cu
  n_bodies: 16
  volume_fraction: 0.02
  relative_permittivity: 2.0
  electrostatics: {method: none}
  protocol: {relax_ps: 1.0, produce_ns: 0.2, frame_interval_ps: 2.0}
"""

MIXED = {"done": 0.90, "failed": 0.02, "begun": 0.03, "waiting": 0.05}
"""Fractions of the states in a workspace."""

MAX_LINKS = 50_000
"""Largest number of links to a file; ext4 allows 65,000."""

PLAIN_INIT = """\
import signac, sys
from janus_md.study.sweeps.templates import load_template
project = signac.init_project(sys.argv[2])
for point in load_template(sys.argv[1]).points:
    project.open_job(point.stored()).init()
"""

PLAIN_STATUS = """\
import signac, sys
from collections import Counter
from pathlib import Path
from janus_md.workspace.products import left_to_do
counts = Counter()
for job in signac.get_project(sys.argv[1]):
    left = left_to_do(Path(job.path), job.document)
    counts["failed" if left and "failure" in job.document else str(left)] += 1
print(counts)
"""

PLAIN_QUERY = """\
import signac, sys
frame = signac.get_project(sys.argv[1]).find_jobs({"relative_permittivity": {"$lt": 1.3}})
print(frame.to_dataframe().to_csv())
"""


FILTER = "relative_permittivity<1.3"

DONE = {
    "janus-md status": ["status"],
    "janus-md query FILTER": ["query", FILTER],
    "janus-md query --group-by, means": [
        "query", "--group-by", "relative_permittivity", "--columns", "mean_n",
        "--stat", "mean,sem,n",
    ],
    "janus-md query FILTER --sort": ["query", FILTER, "--sort=-temperature"],
    "janus-md query --csv, all columns": ["query", "--csv"],
    "janus-md wires FILTER --group-by": [
        "wires", FILTER, "--group-by", "relative_permittivity", "--columns", "n",
    ],
    "janus-md frames FILTER --group-by": [
        "frames", FILTER, "--group-by", "relative_permittivity", "--columns", "polar_order",
    ],
    "janus-md run, nothing to analyse": ["run", "--operation=analyze"],
    "janus-md report": ["report", "--out", "REPORT"],
}  # fmt: skip
"""Commands on a workspace with jobs that are done, by their names in the table."""


@dataclass(frozen=True)
class Cost:
    """Cost of a process: wall and CPU time in seconds, memory in MiB."""

    wall: float
    cpu: float
    peak: float


def cost(*command: str | Path, cwd: Path | None = None) -> Cost:
    """Run `command` to its end."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "SIGNAC_FLOW_ENVIRONMENT": "StandardEnvironment",
        "OMP_NUM_THREADS": "1",
    }
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, *map(str, command)], cwd=cwd, env=environment, stdout=said, stderr=said
        )
        _, code, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(code)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{command} failed:\n{said.read().decode()[-2000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def finished_job(folder: Path) -> Path:
    """Run a small job; return its folder."""
    template = folder / "small.yaml"
    template.write_text(SMALL)
    place = folder / "small"
    cost("-m", "janus_md.cli", "init", template, "-d", place)
    cost("-m", "janus_md.cli", "run", "-d", place)
    return next((place / "workspace").iterdir())


def fill(workspace: Path, donor: Path) -> dict[str, int]:
    """Give each job of a workspace a state and the products of `donor`; return the counts."""
    document = json.loads((donor / "signac_job_document.json").read_text())
    begun = {"execution": document["execution"]}
    failed = begun | {"failure": {"message": "the energy is not finite", "operation": "simulate"}}
    texts = {"done": document, "begun": begun, "failed": failed}
    products = [path for path in donor.iterdir() if not path.name.startswith("signac")]
    jobs = sorted(path for path in workspace.iterdir() if not path.name.startswith("."))
    states = [state for state, share in MIXED.items() for _ in range(round(share * len(jobs)))]
    for number, (job, state) in enumerate(zip(jobs, states, strict=True)):
        if number % MAX_LINKS == 0:  # new copies of the products for the links of the next jobs
            copies = workspace.parent / "products" / str(number)
            copies.mkdir(parents=True)
            for product in products:
                (copies / product.name).write_bytes(product.read_bytes())
        for product in products if state == "done" else ():
            os.link(copies / product.name, job / product.name)
        if state in texts:
            point = json.loads((job / "signac_statepoint.json").read_text())
            text = texts[state] | ({"made_for": point} if state == "done" else {})
            (job / "signac_job_document.json").write_text(json.dumps(text))
    return {state: states.count(state) for state in MIXED}


def measure(folder: Path, points: int, plain: bool) -> None:
    """Print the table."""
    template = folder / "many.yaml"
    template.write_text(TEMPLATE.format(replicas=points // COMBINATIONS))
    ours, theirs = folder / "ours", folder / "signac"
    cli = ("-m", "janus_md.cli")

    print(f"{points} state points{'':24} wall / s  CPU / s      MiB")
    show("janus-md init", cost(*cli, "init", template, "-d", ours))
    show("janus-md init, all there already", cost(*cli, "init", template, "-d", ours))
    if plain:
        show("plain signac: open_job().init() each", cost("-c", PLAIN_INIT, template, theirs))
    show("janus-md status, all waiting", cost(*cli, "status", "-d", ours))
    show("janus-md submit --pretend", cost(*cli, "submit", "--pretend", "-d", ours))
    counts = fill(ours / "workspace", finished_job(folder))
    print(f"with {', '.join(f'{number} {state}' for state, number in counts.items())}:")
    measure_done(folder, "")
    if plain:
        show("plain signac: loop over documents", cost("-c", PLAIN_STATUS, ours))
        show("plain signac: to_dataframe, FILTER", cost("-c", PLAIN_QUERY, ours))
        show("flow: project.py status", cost("project.py", "status", cwd=ours))


def show(name: str, used: Cost) -> None:
    """Print a row of the table."""
    print(f"{name:44} {used.wall:8.2f} {used.cpu:8.2f} {used.peak:8.0f}", flush=True)


def measure_done(folder: Path, only: str) -> None:
    """Print the rows of the commands whose names contain `only`, on jobs that are done."""
    for name, arguments in DONE.items():
        if only in name:
            words = [str(folder / "report") if one == "REPORT" else one for one in arguments]
            show(name, cost("-m", "janus_md.cli", *words, "-d", folder / "ours"))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000, help="a multiple of 100")
    parser.add_argument("--ours-only", action="store_true", help="leave signac and flow out")
    parser.add_argument("--folder", type=Path, help="folder that is kept; temporary by default")
    parser.add_argument("--only", default="", help="with a folder that exists: part of a name")
    given = parser.parse_args()
    if given.folder is not None and given.folder.exists():
        measure_done(given.folder, given.only)
        return
    if given.folder is not None:
        given.folder.mkdir(parents=True)
        measure(given.folder, given.points, not given.ours_only)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.points, not given.ours_only)


if __name__ == "__main__":
    main()
