"""Speed with and without each field: ``OMP_NUM_THREADS=1 python benchmarks/fields.py``.

Prints steps per second of CPU time of 216 bodies, one core, for each engine that has the field.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.engines import probe
from janus_md.simulation.cost import speed
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

DIPOLAR = {"particle": "R-Au-Cu", "n_bodies": 216, "volume_fraction": 0.05,
           "relative_permittivity": 1.0}  # fmt: skip
NEUTRAL = {"particle": "small_snowman", "n_bodies": 216, "volume_fraction": 0.02}
MAGNETIC = {"particle": "magnetic_platelet", "n_bodies": 216, "volume_fraction": 0.05}
WALL = {"form": "lj93", "epsilon": 2.5, "sigma": 0.8635, "cutoff": 2.2}
WALLS = {"walls": {"lower": WALL, "upper": WALL}}

CASES: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("electric field", DIPOLAR, {"electric_field": {"z": 0.05}}),
    ("magnetic field", MAGNETIC, {"magnetic_field": {"z": 0.2}}),
    ("walls, slab electrostatics", DIPOLAR, WALLS),
    ("walls", NEUTRAL, WALLS),
    ("walls and gravity", NEUTRAL, WALLS | {"gravity": {"z": -1e-3}}),
    ("interface", NEUTRAL,
     {"interface": {"tension": 20.0, "width": 0.2, "angles": {"A": 130.0, "B": 50.0}}}),
    ("activity", NEUTRAL | {"viscosity": 0.413}, {"activity": {"speed": 0.005}}),
)  # fmt: skip
"""Name, state point, and environment."""


def measured(fields: dict[str, Any], engine: str, seconds: float) -> float | str:
    """Speed, or why the engine cannot run it."""
    from janus_md.engines import load
    from janus_md.engines.capabilities import objection

    try:
        setup = resolve(StatePoint.of(fields))
        if found := objection(type(load(engine)), setup):
            return found
        return speed(setup, engine, seconds)
    except JanusError as error:
        return str(error)


def main(seconds: float) -> None:
    """Print the table."""
    print("| field | engine | without | with | with / without |")
    print("|---|---|---|---|---|")
    for name, fields, environment in CASES:
        for engine in (one.name for one in probe("auto") if one.installed):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                base, full = (
                    pool.submit(measured, one, engine, seconds).result()
                    for one in (fields, fields | {"environment": environment})
                )
            if isinstance(base, str) or isinstance(full, str):
                print(f"| {name} | {engine} | - | - | not in this engine |", flush=True)
                continue
            print(
                f"| {name} | {engine} | {base:.0f} | {full:.0f} | {full / base:.2f} |", flush=True
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="CPU time of each measurement")
    main(parser.parse_args().seconds)
