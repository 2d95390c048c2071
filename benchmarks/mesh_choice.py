"""Compare the chosen meshes with a grid search: ``python -m benchmarks.mesh_choice``.

For each system, cutoffs, orders and resolutions of the charge mesh are searched on a fine grid. All
meshes whose measured force error is at most that allowed in the choice compete with the chosen one.
The speed is steps per second of CPU time on one core; the fastest meshes of the grid and the chosen
one are timed again in turn, and the best time of each counts. Engines do not share a process.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure
from benchmarks.processes import apart

TITLE = "Choice of the mesh"
ABOUT = """
The chosen mesh against the fastest of a grid of cutoffs, orders and resolutions whose measured
error is allowed; R-Au-Cu at volume fraction 0.05, steps per second of CPU time on one core.
"""
LABELS = ("eps_r", "bodies")
PASSES = 1
FIGURE = Figure(
    x="{model}, eps_r {eps_r}, {bodies} bodies, {engine}",
    y="ratio",
    label="speed over that of the best mesh",
    target=0.9,
)

Row = dict[str, Any]

SYSTEMS = [
    ("sphere", 1.5, 64, "lammps"),
    ("sphere", 1.5, 216, "lammps"),
    ("bladed", 8.93, 216, "lammps"),
    ("sphere", 8.93, 216, "hoomd"),
    ("bladed", 1.5, 64, "hoomd"),
    ("bladed", 1.5, 216, "hoomd"),
]
"""Model, relative permittivity, bodies and engine of each system; R-Au-Cu at 0.05."""

CUTOFFS = (3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0, 9.0, 10.0)
"""Cutoffs of the grid, nm."""

ORDERS = (3, 4, 5, 6)
"""Orders of the grid."""

FINALISTS, ROUNDS = 5, 3
"""Meshes of the grid that are timed again, and how many times."""


def rows(quick: bool = False) -> Iterator[Row]:
    """Choose and search; one row for each system.

    Parameters
    ----------
    quick : bool
        Only two systems, and cutoffs of whole nanometres.
    """
    for system in SYSTEMS[2:4] if quick else SYSTEMS:
        yield apart(searched, *system, quick)


def searched(model: str, permittivity: float, bodies: int, engine_name: str, quick: bool) -> Row:
    """Choose a mesh for one system, and search the grid."""
    from benchmarks.systems import dipoles
    from janus_md.common.clock import CLOCK
    from janus_md.engines import load
    from janus_md.engines.accuracy import measured_error
    from janus_md.engines.base import CPU
    from janus_md.engines.trials import Candidate, Trials
    from janus_md.engines.tuning import TUNING_SAFETY, tune
    from janus_md.simulation.start.first_state import build

    setup = dipoles(model, permittivity, bodies)
    system, bath, engine = build(setup), setup.bath, load(engine_name)
    electrostatics = system.interactions.electrostatics
    assert electrostatics is not None
    begin = time.process_time()
    tuned = tune(engine, system, bath, setup.time_step, device=CPU)
    tuning = time.process_time() - begin
    chosen = Candidate(tuned.mesh, tuned.neighbour_list)
    reference = engine.energies_and_forces(system, engine.tight_mesh(system))
    allowed = max(TUNING_SAFETY * electrostatics.force_error, tuned.force_error)

    def accurate(mesh: Any) -> bool:
        return measured_error(engine, system, mesh, reference, bath.kT, CPU)[0] <= allowed

    cutoffs = [one for one in CUTOFFS if not quick or one == int(one)]
    longest = engine.longest_cutoff(system)
    meshes = [
        mesh
        for cutoff, order in itertools.product(cutoffs, ORDERS)
        if cutoff <= longest
        for mesh in _coarsest(engine, system, cutoff, order, accurate, 4.0 * allowed * bath.kT)
    ]
    trials = Trials(engine, system, bath, setup.time_step, CPU, CLOCK)
    first = {mesh: trials.speed(Candidate(mesh, tuned.neighbour_list)) for mesh in meshes}
    finalists = sorted(first, key=lambda mesh: -first[mesh])[:FINALISTS]
    every = [Candidate(mesh, one) for mesh in finalists for one in engine.neighbour_lists]
    speeds = dict.fromkeys([chosen, *every], 0.0)
    for _ in range(1 if quick else ROUNDS):
        for one in speeds:
            speeds[one] = max(speeds[one], trials.speed(one))
    best = max(speeds, key=lambda one: speeds[one])
    return {
        "model": model,
        "eps_r": permittivity,
        "bodies": bodies,
        "engine": engine_name,
        "chosen mesh": _text(chosen),
        "best of the grid": _text(best),
        "chosen / (steps/s)": speeds[chosen],
        "best / (steps/s)": speeds[best],
        "ratio": speeds[chosen] / speeds[best],
        "error / (kT/nm)": tuned.force_error,
        "allowed / (kT/nm)": allowed,
        "meshes tried": len(meshes),
        "choice / s": tuning,
    }


def _coarsest(
    engine: Any, system: Any, cutoff: float, order: int, accurate: Any, most: float
) -> Iterator[Any]:
    """Yield the coarsest accurate mesh; those with a theoretical error above `most` are skipped."""
    from janus_md.engines.mesh import balanced, estimated_error, resolution_for, smooth_numbers

    for points in smooth_numbers(64):
        mesh = balanced(system, cutoff, resolution_for(system, points), order)
        mesh = engine.usable(system, mesh)
        if estimated_error(system, mesh) < most and accurate(mesh):
            yield mesh
            return


def _text(candidate: Any) -> str:
    mesh = candidate.mesh
    points = " x ".join(map(str, mesh.resolution))
    if len(set(mesh.resolution)) == 1:
        points = f"{mesh.resolution[0]}^3"
    return f"{mesh.cutoff:g} nm, {points}, order {mesh.order}, {candidate.neighbour_list}"


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("mesh_choice")
