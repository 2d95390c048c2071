"""LAMMPS and HOOMD-blue grow the same wires: replicas of a state point of each kind of particle.

Both engines run the same protocol from independent starts, on a tight mesh, at permittivities at
which wires form and break within a fraction of the run.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.simulation.run import simulate
from janus_md.study.resolve import bodies_of
from janus_md.study.statepoint import StatePoint
from tests.engines.conftest import usable
from tests.validation.welch import FAMILY_WISE, POWER, Comparison, compare, holm

REPLICAS = 8
FAMILIES: dict[str, dict[str, Any]] = {
    "R-Au-Cu sphere": {"particle": "R-Au-Cu", "relative_permittivity": 2.0},
    "R-Au-Cu bladed": {"particle": "R-Au-Cu", "model": "bladed", "relative_permittivity": 1.75},
    "R-1 + S-1 bladed": {
        "mixture": {"R-1": 0.5, "S-1": 0.5},
        "model": "bladed",
        "relative_permittivity": 1.75,
    },
    "Au3Cd sphere": {"particle": "Au3Cd", "relative_permittivity": 1.0},
}
OTHER = {"particle": "R-Au-Cu", "relative_permittivity": 2.2}
"""Ten per cent off the first family: the comparison must see it."""

COMMON = {
    "n_bodies": 64,
    "volume_fraction": 0.05,
    "electrostatics": {"force_error": 0.1},
    "protocol": {"equilibrate_ns": 0.2, "produce_ns": 0.8, "frame_interval_ps": 10.0},
}
SHELLS = ((2.4, 3.2), (3.2, 4.5))
"""Ranges of r over which g(r) is averaged, nm."""


def measure(case: tuple[dict[str, Any], str, int], folder: Path) -> dict[str, float]:
    """Run one replica in one engine; return averages over its production."""
    import gsd.hoomd
    import pandas as pd

    fields, engine, replica = case
    point = StatePoint.of(COMMON | fields | {"replica": replica})
    home = folder / f"{point.seed()}-{engine}"
    home.mkdir(exist_ok=True)
    simulate(point, home, {}, engine=engine, device="cpu")
    analyze_file(home / "trajectory.gsd", home)
    frames = pd.read_parquet(home / "frames.parquet")
    wires = pd.read_parquet(home / "wires.parquet", columns=["n"])["n"]
    energy = gsd.hoomd.read_log(str(home / "log.gsd"))["log/janus_md/potential_energy"]
    curve = pd.read_parquet(home / "rdf.parquet")
    r, g = curve["r_nm"].to_numpy(), curve["g"].to_numpy()
    body = bodies_of(point)[0]
    near = r < body.bond.distance
    density = point.volume_fraction / body.volume
    found = {
        "mean length, by number": frames["mean_n"].mean(),
        "mean length, by weight": frames["mean_w"].mean(),
        "bodies that are single": (wires == 1).sum() / wires.sum(),
        "bodies in wires of 3 or more": frames["share_in_wires_of_3"].mean(),
        "energy of a body / (kJ/mol)": energy.mean() / point.n_bodies,
        "g(r), height of the first peak": g[near].max(),
        "neighbours within the bond distance": 4
        * np.pi
        * density
        * (g * r**2)[near].sum()
        * (r[1] - r[0]),
    }
    for low, high in SHELLS:
        found[f"g(r) from {low} to {high} nm"] = g[(r >= low) & (r < high)].mean()
    return {name: float(value) for name, value in found.items()}


def compared(name: str, a: list[dict[str, float]], b: list[dict[str, float]]) -> list[Comparison]:
    """Compare two sets of replicas in every quantity."""
    return [
        compare(f"{name}: {key}", *([row[key] for row in rows] for rows in (a, b))) for key in a[0]
    ]


@pytest.mark.slow
def test_same_wires_in_both_engines(report_check, tmp_path: Path) -> None:
    """No difference at a family-wise 0.01 (Holm); 2.0 against 2.2 in permittivity is one."""
    for name in ("lammps", "hoomd"):
        usable(name)
    # Different replicas, so that the two sets are independent of each other.
    numbers = {"lammps": range(REPLICAS), "hoomd": range(REPLICAS, 2 * REPLICAS)}
    cases = [
        (fields, engine, replica)
        for fields, engine in product(FAMILIES.values(), numbers)
        for replica in numbers[engine]
    ]
    cases += [(OTHER, "lammps", replica) for replica in numbers["hoomd"]]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(measure, cases, [tmp_path] * len(cases)))
    sets = [rows[k : k + REPLICAS] for k in range(0, len(rows), REPLICAS)]
    *pairs, shifted = sets
    comparisons = [
        comparison
        for name, a, b in zip(FAMILIES, pairs[::2], pairs[1::2], strict=True)
        for comparison in compared(name, a, b)
    ]
    adjusted = holm([comparison.p for comparison in comparisons])
    count = len(comparisons)
    print(f"{count} comparisons; differences seen with a chance of {POWER:.0%}:")
    for comparison, p in zip(comparisons, adjusted, strict=True):
        seen = comparison.detectable(count)
        print(f"{comparison.name}: {seen:.3g} of {comparison.means[0]:.4g}, p {p:.3g} (Holm)")
        report_check(
            f"{comparison.name} (a difference of {seen:.2g} would be seen)",
            reference=comparison.means[1],
            reference_error=comparison.errors[1],
            source=f"HOOMD-blue, {REPLICAS} replicas",
            ours=comparison.means[0],
            error=comparison.errors[0],
            engine="lammps",
        )
    different = [
        comparison for comparison, p in zip(comparisons, adjusted, strict=True) if p < FAMILY_WISE
    ]
    assert not different
    # The comparison can fail: the first family against one of another permittivity.
    others = compared("2.2 against 2.0", shifted, pairs[0])
    seen = [c for c in others if c.p < FAMILY_WISE / count]
    print("\n".join(f"{c.name}: p {c.p:.2g}" for c in others))
    assert seen
