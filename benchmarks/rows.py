"""Time and memory of queries on rows: ``python -m benchmarks.rows``.

A workspace is filled with synthetic wires: geometric lengths with the mean 20/ε at the permittivity
ε, and exponential persistence lengths with the mean 10 nm/ε. The mean lengths are compared with
those of the distributions.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.figures import Figure
from janus_md.analysis.pipeline.table import WIRE_COLUMNS, wire_schema
from janus_md.common.uncertainty import with_error
from janus_md.study.sweeps.templates import read_template
from janus_md.workspace.jobs import create
from janus_md.workspace.products import TABLES, TRAJECTORY

TITLE = "Queries on rows"
ABOUT = """
Commands on a workspace of 100 jobs with 10^7 synthetic wires (10^6 in one short pass), each in a
process of its own, imports included. Memory is the largest resident set.
"""
PASSES = 1
FIGURE = Figure(x="command", y=("wall time / s", "CPU time / s"), label="s")

JOBS, ROWS = 100, 10_000_000
"""Jobs and wires of the workspace."""

ROOT = Path(__file__).resolve().parents[1]

PERMITTIVITIES = (1.0, 1.25, 1.5, 2.0)

TEMPLATE = """\
fixed: {{particle: R-Au-Cu, n_bodies: 216, volume_fraction: 0.05}}
grid: {{relative_permittivity: {permittivities}}}
replicas: {replicas}
"""

LENGTH, PERSISTENCE = 20.0, 10.0
"""Mean length in bodies, and mean persistence length in nm, at permittivity 1."""

PART = 100_000
"""Rows that are written at a time."""

WIRES_PER_FRAME = 50

KINDS = ("linear", "ring", "branched", "percolating")

COMMANDS = [
    [
        "wires",
        "--group-by",
        "relative_permittivity",
        "--columns",
        "n,persistence_bond_nm",
        "--json",
    ],
    ["wires", "n>20", "kind=linear", "--limit", "5"],
    ["wires", "n>20", "kind=linear", "--sort=-n", "--limit", "20"],
    ["wires", "kind=ring", "--columns", "job,frame,n,members", "--out", "FOLDER/rings.parquet"],
    ["wires", "n>60", "--columns", "job,frame,n,members", "--out", "FOLDER/long.csv"],
]


def make(place: Path, jobs: int, rows: int, seed: int = 0) -> None:
    """Create a workspace of finished jobs with `rows` wires in all.

    Parameters
    ----------
    place : Path
        Folder of the workspace.
    jobs : int
        Number of jobs, a multiple of the four permittivities.
    rows : int
        Number of wires.
    seed : int
        Seed of the random numbers.
    """
    text = TEMPLATE.format(
        permittivities=list(PERMITTIVITIES), replicas=jobs // len(PERMITTIVITIES)
    )
    create(place, (point.stored() for point in read_template(text, "rows.yaml").points))
    rng = np.random.default_rng(seed)
    empty = pa.table({"n": pa.array([1])})
    for job in sorted((place / "workspace").iterdir()):
        point = json.loads((job / "signac_statepoint.json").read_text())
        (job / TRAJECTORY).touch()
        for name in TABLES:
            if name != "wires.parquet":
                pq.write_table(empty, job / name)
        average = {"mean": LENGTH / point["relative_permittivity"], "error": 0.1}
        document = {"analysis": {"mean_n": average, "share_monomers": None}}
        (job / "signac_job_document.json").write_text(json.dumps(document))
        with pq.ParquetWriter(job / "wires.parquet", wire_schema(), compression="zstd") as writer:
            for begin in range(0, rows // jobs, PART):
                size = min(PART, rows // jobs - begin)
                writer.write_table(wires(rng, begin, size, point["relative_permittivity"]))


def wires(rng: np.random.Generator, begin: int, size: int, permittivity: float) -> pa.Table:
    """Return rows of wires.parquet, the first of which is row `begin` of the job."""
    n = rng.geometric(permittivity / LENGTH, size)
    offsets = np.concatenate([[0], np.cumsum(n)]).astype(np.int32)
    row = begin + np.arange(size)
    held = {
        "frame": pa.array(row // WIRES_PER_FRAME),
        "wire": pa.array(row % WIRES_PER_FRAME),
        "n": pa.array(n),
        "kind": pa.DictionaryArray.from_arrays(
            pa.array((row % 10 == 0).astype(np.int8)), pa.array(KINDS)
        ),
        "persistence_bond_nm": pa.array(rng.exponential(PERSISTENCE / permittivity, size)),
        "members": pa.ListArray.from_arrays(
            pa.array(offsets), pa.array(rng.integers(0, 216, offsets[-1]).astype(np.int32))
        ),
        "sequence": pa.array(["R"] * size, pa.large_string()),
    }
    schema = wire_schema()
    for column in WIRE_COLUMNS:
        if column.name not in held:
            kind = schema.field(column.name).type
            held[column.name] = pa.array(rng.random(size) * 10).cast(kind, safe=False)
    return pa.table([held[name] for name in schema.names], schema=schema)


def cost(arguments: list[str], place: Path) -> tuple[str, float, float, float]:
    """Run a command; return its output, wall and CPU time in seconds, and memory in MiB."""
    command = [sys.executable, "-m", "janus_md.cli", *arguments, "-d", str(place)]
    command = [one.replace("FOLDER", str(place)) for one in command]
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    begin = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, env=os.environ | {"PYTHONPATH": path}
        )
        _, code, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
        said.seek(0)
        out = said.read().decode()
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed: {out}")
    kibibytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return out, time.monotonic() - begin, used.ru_utime + used.ru_stime, kibibytes / 1024


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """Make a workspace and measure each command; `quick`: a tenth of the wires."""
    with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
        place = Path(folder) / "rows"
        make(place, JOBS, ROWS // 10 if quick else ROWS)
        for arguments in COMMANDS:
            out, wall, cpu, memory = cost(arguments, place)
            yield {
                "command": f"`{' '.join(arguments).replace('FOLDER/', '')}`",
                "wall time / s": wall,
                "CPU time / s": cpu,
                "memory / MiB": memory,
            }
            if arguments[1] == "--group-by":
                check(json.loads(out))


def check(groups: list[dict[str, Any]]) -> None:
    """Compare mean lengths with those of the distributions.

    Raises
    ------
    ValueError
        If one differs by more than five standard errors.
    """
    for one in groups:
        for name, exact in (("n", LENGTH), ("persistence_bond_nm", PERSISTENCE)):
            mean, error = one[f"{name}.mean"], one[f"{name}.sem"]
            wanted = exact / one["relative_permittivity"]
            if abs(mean - wanted) > 5.0 * error:
                raise ValueError(f"{name} is {with_error(mean, error)}; exact is {wanted:.3f}")


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("rows")
