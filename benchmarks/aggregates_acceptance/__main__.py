"""Runs of amphiphilic Janus bodies against values of an earlier model of them.

``python -m benchmarks.aggregates_acceptance FOLDER [--jobs 1] [--only micelles,J6]``

The runs are made in FOLDER, one workspace a sweep; a second call continues them. Then a table of
all values is printed. LAMMPS and HOOMD-blue are needed; on one core, all of it takes about an hour.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.aggregates_acceptance.sweeps import SWEEPS
from benchmarks.aggregates_acceptance.values import table


def run(folder: Path, names: list[str], jobs: int) -> None:
    """Make the runs of these sweeps, or continue them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        engine, template = SWEEPS[name]
        path = folder / f"{name}.yaml"
        path.write_text(json.dumps(template))
        place = str(folder / name)
        for words in (
            ["init", str(path)],
            ["run", "--engine", engine, "--jobs", str(jobs), "--threads", "1"],
        ):
            command = [sys.executable, "-m", "janus_md.cli", *words, "--directory", place]
            subprocess.run(command, check=True)


def main() -> None:
    """Make the runs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--only", help="sweeps, separated by commas")
    parser.add_argument(
        "--table", action="store_true", help="print the table of finished runs only"
    )
    asked = parser.parse_args()
    names = asked.only.split(",") if asked.only else list(SWEEPS)
    if not asked.table:
        run(asked.folder, names, asked.jobs)
    print("\n".join(table(asked.folder)))


if __name__ == "__main__":
    main()
