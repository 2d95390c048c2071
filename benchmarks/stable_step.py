"""Largest stable time step of particles: ``python benchmarks/stable_step.py [NAME ...]``.

Bodies bind for a while in a bath at a short time step. The bath is then removed, and the time step
at which the run blows up is found by bisection, for several starts and both engines. A run has
blown up if the engine fails or the total energy has risen by more than 0.1 kT per degree of
freedom.
Prints a table: the largest step at which no start blew up, in both engines.

Names are those of :data:`CASES`, or of other particles of the catalogue.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from benchmarks.energy_drift import energies
from janus_md.engines import load
from janus_md.engines.base import CPU, SKIN
from janus_md.engines.mesh import MAX_ORDER, Mesh, balanced, longest_cutoff, resolution_for
from janus_md.model.system import System
from janus_md.simulation.start.first_state import build
from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.bead_particle import BeadParticle
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

ENGINES = ("lammps", "hoomd")
STARTS = 3
WATCHED_PS = 200.0
RISE = 0.1
"""Rise of the energy that counts as a blow-up, kT per degree of freedom."""
RESOLUTION = 1.06
"""Ratio of the steps between which the bisection ends."""
FIRST, HIGHEST = 0.4, 200.0
"""First step that is tried, and one above which the search ends, ps."""
MESH_POINTS, LONGEST_CUTOFF = 8, 5.0
"""Mesh points along an edge, and real-space cutoff in nm; the error is small beside the blow-up."""

SHORT_STEP, GROWN_PS = 0.1, 200.0
"""Time step and duration of the growth, ps."""


@dataclass(frozen=True)
class Case:
    """What is measured.

    Attributes
    ----------
    fields : dict
        State point.
    grown_ps, step : float
        Duration and time step of the growth, ps.
    """

    fields: dict[str, Any]
    grown_ps: float = GROWN_PS
    step: float = SHORT_STEP


def mesh_of(system: System) -> Mesh | None:
    """Return the mesh of the runs; None without charges."""
    charged = any(body.charges.any() for body in system.bodies)
    if system.interactions.electrostatics is None or not charged:
        return None
    cutoff = min(longest_cutoff(system, SKIN), LONGEST_CUTOFF)
    return balanced(system, cutoff, resolution_for(system, MESH_POINTS), MAX_ORDER)


def _dry(model: str) -> Case:
    return Case({"particle": "R-Au-Cu", "model": model, "volume_fraction": 0.05,
                 "relative_permittivity": 1.0})  # fmt: skip


CASES = {
    "sphere": _dry("sphere"),
    "bladed": _dry("bladed"),
    "narrow": _dry("narrow"),
    "sphere_tem": _dry("sphere_tem"),
    "two-bead": Case(
        {
            "particle": "amphiphile",
            "number_density": 0.00625,
            "interactions": {"A-A": {"attraction": {"epsilon": 19.832}}},  # 8 kT
        },
        2000.0,
        0.2,
    ),
}
"""Cases by name: dry R-Au-Cu in each model, and the two-bead amphiphile at 8 kT."""


def case_of(name: str) -> Case:
    """Return a case by its name, or that of a particle of the catalogue with its own terms."""
    if name in CASES:
        return CASES[name]
    entry = catalog.entry(name)
    fields: dict[str, Any] = {"particle": name, "volume_fraction": 0.05}
    if not isinstance(entry, BeadParticle) or any(kind.charge for kind in entry.kinds.values()):
        fields["relative_permittivity"] = 1.0
    return Case(fields, 500.0)


@cache
def grown(name: str, start: int, engine: str) -> System:
    """Bound bodies after the growth in the default bath."""
    case = case_of(name)
    protocol = {"time_step_ps": case.step, "frame_interval_ps": 20.0}
    point = StatePoint.of({**case.fields, "n_bodies": 64, "replica": start, "protocol": protocol})
    setup = resolve(point)
    system = build(setup)
    mesh = mesh_of(system)
    for number, stage in enumerate(setup.stages):
        steps = min(stage.steps, round(case.grown_ps / stage.time_step))
        run = load(engine).start(
            system, stage.bath, stage.time_step, mesh, seed=setup.seed + number, device=CPU
        )
        run.advance(steps)
        system = run.system()
        run.close()
    return system


def survives(name: str, engine: str, start: int, step: float) -> bool:
    """Whether a run without a bath keeps its energy for :data:`WATCHED_PS`."""
    system = grown(name, start, engine)
    mesh = mesh_of(system)
    _, values = energies(engine, system, mesh, step, max(WATCHED_PS, 200 * step))
    return bool(np.isfinite(values).all() and values.max() - values[0] < RISE)


def largest_stable(name: str, engine: str, start: int) -> float:
    """Largest step of one start that does not blow up, by bisection, ps."""
    low, high = 0.5 * FIRST, FIRST
    while survives(name, engine, start, high) and high < HIGHEST:
        low, high = high, 2.0 * high
    while high <= FIRST and not survives(name, engine, start, low):
        low, high = 0.5 * low, low
    while high > RESOLUTION * low:
        middle = (low * high) ** 0.5
        if survives(name, engine, start, middle):
            low = middle
        else:
            high = middle
    return low


def main() -> None:
    """Bisect each case, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", default=list(CASES))
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--starts", type=int, default=STARTS)
    asked = parser.parse_args()
    print("| case | engine | largest stable step of each start / ps | of all / ps |")
    print("|---|---|---|---|")
    for name in asked.names:
        for engine in asked.engines:
            found = [largest_stable(name, engine, start) for start in range(asked.starts)]
            each = ", ".join(f"{one:.3g}" for one in found)
            print(f"| {name} | {engine} | {each} | {min(found):.3g} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
