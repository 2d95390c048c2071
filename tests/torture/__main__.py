"""Torture of runs: killed at random moments, short of disk, with broken files, two at once.

    python -m tests.torture --kills 200

Every job must end complete, with every frame once, and lose nothing beyond its last checkpoint;
what a user has to mend must be told. Ends with exit code 1 where anything else is seen.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.torture.clock import clock_jumps
from tests.torture.damaged_gsd import campaign
from tests.torture.files import damaged_next, disk_full, flip, halve, read_only, two_at_once
from tests.torture.jobs import Broken, workspace
from tests.torture.kills import kills


def damaged_files(cases: int, seed: int, folder: Path) -> Counter[str]:
    """Read damaged files; see :mod:`tests.torture.damaged_gsd`."""
    counts, faults = campaign(cases, seed, folder)
    if faults:
        raise Broken("\n".join(faults))
    return counts


def main() -> int:
    """Run all and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--damaged", type=int, default=2000, help="GSD files that are damaged")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    failures = 0
    with tempfile.TemporaryDirectory(prefix="janus-md-torture-") as name:
        os.environ["JANUS_MD_CACHE"] = str(Path(name) / "cache")
        jobs = workspace(Path(name))
        harms = (
            ("checkpoint cut in half", "restart.npz", halve),
            ("checkpoint, a bit flipped", "restart.npz", flip(0.5)),
            ("trajectory cut in half", "trajectory.partial.gsd", halve),
            ("trajectory, a bit flipped", "trajectory.partial.gsd", flip(0.7)),
            ("log cut in half", "log.partial.gsd", halve),
            ("log, a bit flipped", "log.partial.gsd", flip(0.7)),
        )
        trials: list[tuple[str, Callable[[], Counter[str] | None]]] = [
            (title, partial(damaged_next, jobs, name, harm)) for title, name, harm in harms
        ]
        trials += [
            ("two at once", lambda: two_at_once(next(jobs))),
            ("clock jumps by hours and years", lambda: clock_jumps(next(jobs), Path(name), rng)),
            ("kills at random", lambda: kills(jobs, given.kills, rng)),
            ("damaged GSD files", lambda: damaged_files(given.damaged, given.seed, Path(name))),
        ]
        if os.geteuid() == 0 and shutil.which("mount"):
            trials[len(harms) : len(harms)] = [
                ("disk full", lambda: disk_full(next(jobs))),
                ("read-only folder", lambda: read_only(next(jobs))),
            ]
        else:
            print("disk full, read-only folder: skipped, they need root to mount a tmpfs")
        for title, trial in trials:
            try:
                found = trial()
            except Broken as error:
                failures += 1
                print(f"{title:28} BROKEN: {error}", flush=True)
                continue
            said = ", ".join(f"{k}: {v}" for k, v in found.items()) if found else "held"
            print(f"{title:28} {said}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
