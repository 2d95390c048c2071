"""Wires with a cutoff of the Coulomb interaction beside PPPM.

    python benchmarks/cutoff_wires.py FOLDER --engine lammps --jobs 1

creates a workspace in FOLDER, runs it with ``janus-md run`` and prints a table in Markdown: mean
lengths of wires by number and weight, their spacing and the energy, with standard errors over the
replicas. A second call continues; ``--table`` prints the table of what is finished.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import janus_md
from janus_md.common.uncertainty import with_error

if TYPE_CHECKING:
    import pandas as pd

TEMPLATE = """\
description: Wires with PPPM and with a cutoff of the Coulomb interaction
fixed:
  particle: R-Au-Cu
  model: sphere
  n_bodies: 216
  volume_fraction: 0.05
  temperature: 298.15
  protocol:
    name: langevin
    time_step_ps: 0.25
    damping_ps: 5.0
    relax_ps: 20.0
    frame_interval_ps: 20.0
grid:
  electrostatics: METHODS
points:
  - {relative_permittivity: 1.25, protocol: {produce_ns: 6.0}}
  - {relative_permittivity: 1.5, protocol: {produce_ns: 6.0}}
  - {relative_permittivity: 2.0, protocol: {produce_ns: 3.0}}
  - {relative_permittivity: 8.93, protocol: {produce_ns: 3.0}}
replicas: 8
"""

DECIMALS = 5

QUANTITIES = {
    "mean_n": "mean length",
    "mean_w": "by weight",
    "mean_bond_nm": "spacing / nm",
    "energy_kj_mol": "energy / (kJ/mol)",
}
"""Averages of the last third of a run that are compared."""


def run(folder: Path, engine: str, jobs: int, methods: Sequence[str]) -> None:
    """Create the workspace, or continue it, and run all jobs."""
    folder.mkdir(parents=True, exist_ok=True)
    template = folder.parent / "cutoff_wires.yaml"
    chosen = f"[{', '.join(f'{{method: {method}}}' for method in methods)}]"
    template.write_text(TEMPLATE.replace("METHODS", chosen), encoding="utf-8")
    command = [sys.executable, "-m", "janus_md.cli"]
    subprocess.run([*command, "init", str(template), "--directory", str(folder)], check=True)
    options = ["--engine", engine, "--jobs", str(jobs), "--threads", "1"]
    subprocess.run([*command, "run", "--directory", str(folder), *options], check=True)


def rows_of(folder: Path) -> pd.DataFrame:
    """Return the finished jobs: permittivity, method, range, errors and averages."""
    import pandas as pd

    table = pd.DataFrame(janus_md.table(janus_md.open_project(folder), ["status=done"]))
    if table.empty:
        return table
    return table.rename(columns={f"analysis.{name}.mean": name for name in QUANTITIES})


def summary(rows: pd.DataFrame) -> str:
    """Return the table in Markdown: mean and standard error over replicas."""
    titles = ["eps_r", "method", "runs", "range / nm", "force error, torque error at the end"]
    titles += QUANTITIES.values()
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    keys = ["relative_permittivity", "electrostatics.method"]
    for (permittivity, method), of_kind in rows.sort_values(keys).groupby(keys):
        cells = [f"{permittivity:g}", str(method), str(len(of_kind)), _ranges(of_kind)]
        ends = [of_kind[f"execution.{name}_error_at_end"].mean() for name in ("force", "torque")]
        cells.append(f"{ends[0]:.2f}, {ends[1]:.2f}")
        for name in QUANTITIES:
            values = of_kind[name].astype(float)
            cells.append(with_error(values.mean(), values.std() / len(values) ** 0.5, DECIMALS))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _ranges(rows: pd.DataFrame) -> str:
    """Shortest and longest range, or the cutoffs of the meshes in real space."""
    method = rows["electrostatics.method"].iloc[0]
    key = "execution.cutoff.range_nm" if method == "cutoff" else "execution.mesh.cutoff_nm"
    low, high = rows[key].min(), rows[key].max()
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def main() -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(".")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", default="lammps")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--methods", nargs="+", default=["pppm", "cutoff"])
    parser.add_argument("--table", action="store_true", help="only print the table")
    options = parser.parse_args()
    if not options.table:
        run(options.folder, options.engine, options.jobs, options.methods)
    print(summary(rows_of(options.folder)))


if __name__ == "__main__":
    main()
