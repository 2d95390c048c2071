"""Speed against error of PPPM and of a cutoff: ``python -m benchmarks.cutoff``.

Errors are rms on whole bodies against a tight mesh, in a state after 150 ps with PPPM from random
positions. Speeds are steps per second of CPU time on one core; the alternatives of a system
alternate, and the best of the rounds counts. ``--figure`` draws docs/images/cutoff.png as well.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.systems import dipoles
from benchmarks.tables import table
from janus_md.common.errors import JanusError
from janus_md.engines import Engine, adapter
from janus_md.engines.accuracy import measured_error
from janus_md.engines.base import CPU
from janus_md.engines.cutoff import shortest_cutoff
from janus_md.engines.mesh import Coulomb, Mesh, reach
from janus_md.engines.tuning import tune
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.simulation.cost import rate
from janus_md.simulation.start.first_state import build

TITLE = "Electrostatics by PPPM and by cutoff"
ABOUT = """
Speed and errors of meshes for two limits of the force error, of cutoffs, and of the chosen cutoff
(force 1 kT/nm, torque 1.5 kT) in a state after 150 ps; 216 bodies of R-Au-Cu, one core, CPU time.
docs/electrostatics_cutoff.md has the curves.
"""
LABELS = ("eps_r",)
PASSES = 1
MINUTES = 15.0
FIGURE = Figure(
    x="{model}, eps_r {eps_r}",
    y="steps/s",
    series=("engine", "method"),
    only=("method", ("PPPM (limit 0.2 kT/nm)", "cutoff (chosen)")),
)

QUICK_CASES = [("sphere", 1.5), ("bladed", 1.5)]

CASES = [("sphere", e) for e in (1.0, 1.5, 2.0, 8.93)] + [("bladed", e) for e in (1.5, 8.93)]
"""Models and relative permittivities."""

RANGES = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
"""Ranges of the cutoff, nm."""

FORCE_ERRORS = (0.2, 1.0)
"""Limits of the force error for which meshes are chosen, kT/nm; the default and that of cutoffs."""

BODIES, TIME_STEP, GROWN_PS, ROUNDS = 216, 0.1, 150.0, 2
SECONDS = 0.7
"""Duration of a timing, s."""

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "cutoff.png"


@dataclass
class Row:
    """Errors and speed of one way to compute the Coulomb interaction.

    Attributes
    ----------
    model, engine : str
        Model and engine.
    permittivity : float
        Relative permittivity.
    coulomb : Mesh or CoulombCutoff
        Mesh or cutoff.
    note : str
        What it was chosen for; empty for the cutoffs of :data:`RANGES`.
    force_error, torque_error : float
        kT/nm and kT.
    speed : float
        Steps per second of CPU time.
    """

    model: str
    engine: str
    permittivity: float
    coulomb: Coulomb
    note: str
    force_error: float
    torque_error: float
    speed: float = 0.0

    @property
    def reach(self) -> float:
        """Range, or the cutoff of the mesh in real space, nm."""
        return reach(self.coulomb)

    @property
    def method(self) -> str:
        """Name of the method."""
        return "PPPM" if isinstance(self.coulomb, Mesh) else "cutoff"


def engines() -> dict[str, Engine]:
    """Engines that are installed, by label."""
    found = {"LAMMPS": adapter("lammps")}
    hoomd = adapter("hoomd")
    found["HOOMD-blue"] = hoomd.without_component()
    if hoomd.component_version() is not None:
        found["HOOMD-blue with component"] = hoomd
    return found


def rows(quick: bool = False) -> Iterator[dict[str, Any]]:
    """Yield what was chosen for each limit, of all cases; `quick`: of one permittivity."""
    for case in QUICK_CASES if quick else CASES:
        yield from chosen(measured([case], 0.3 if quick else SECONDS))


def chosen(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table: what was chosen for a limit."""
    for row in rows:
        if row.note:
            yield {
                "model": row.model,
                "eps_r": row.permittivity,
                "engine": row.engine,
                "method": f"{row.method} ({row.note})",
                "range / nm": row.reach,
                "force error / (kT/nm)": row.force_error,
                "torque error / kT": row.torque_error,
                "steps/s": row.speed,
            }


def setup_of(model: str, permittivity: float, method: str) -> Setup:
    """Return the setup of a case with this method."""
    return dipoles(model, permittivity, BODIES, electrostatics={"method": method})


def grown(setup: Setup) -> System:
    """Return a state after :data:`GROWN_PS`, made by LAMMPS with the default mesh."""
    engine, system = adapter("lammps"), build(setup)
    for stage, steps in ((setup.stages[0], setup.stages[0].steps), (setup.stages[-1], 0)):
        mesh = tune(engine, system, stage.bath, 0.01, device=CPU).mesh
        run = engine.start(system, stage.bath, stage.time_step, mesh, seed=1, device=CPU)
        run.advance(steps or round(GROWN_PS / stage.time_step))
        system = run.system()
        run.close()
    return system


def rows_of(
    label: str, engine: Engine, model: str, permittivity: float, system: System
) -> Iterator[Row]:
    """Measure the errors of meshes and cutoffs in a state."""
    setup = setup_of(model, permittivity, "cutoff")
    bath = setup.bath
    reference = engine.energies_and_forces(system, engine.tight_mesh(system), CPU)

    def errors(coulomb: Coulomb) -> tuple[float, float]:
        return measured_error(engine, system, coulomb, reference, bath.kT, CPU)

    def row(coulomb: Coulomb, note: str = "") -> Row:
        return Row(model, label, permittivity, coulomb, note, *errors(coulomb))

    for limit in FORCE_ERRORS:
        chosen = tune(engine, system, bath, 0.01, device=CPU, force_error=limit)
        assert chosen.mesh is not None
        yield row(chosen.mesh, f"limit {limit:g} kT/nm")
    for distance in RANGES:
        if distance < engine.longest_cutoff(system):
            yield row(engine.cutoff(distance, system, CPU))
    limited = System(**{**vars(system), "interactions": setup.interactions})
    try:
        best = shortest_cutoff(engine, limited, errors, CPU)
        yield row(best.cutoff, "chosen")
    except JanusError as error:
        print(f"{model}, eps_r {permittivity:g}, {label}: {error}")


def speed(engine: Engine, row: Row, system: System, seconds: float) -> float:
    """Steps per second of CPU time."""
    bath = setup_of(row.model, row.permittivity, "cutoff").bath
    run = engine.start(system, bath, TIME_STEP, row.coulomb, seed=2, device=CPU)
    try:
        return rate(run, seconds)
    finally:
        run.close()


def measured(cases: Sequence[tuple[str, float]], seconds: float) -> list[Row]:
    """Measure all cases, meshes and cutoffs."""
    found: list[Row] = []
    here = engines()
    for model, permittivity in cases:
        system = grown(setup_of(model, permittivity, "pppm"))
        rows = [
            row
            for label, engine in here.items()
            for row in rows_of(label, engine, model, permittivity, system)
        ]
        for _ in range(ROUNDS):
            for row in rows:
                row.speed = max(row.speed, speed(here[row.engine], row, system, seconds))
        found += rows
    return found


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draw speed against force error, a panel for each model and permittivity."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    cases = list(dict.fromkeys((row.model, row.permittivity) for row in rows))
    columns = min(3, len(cases))
    lines = -(-len(cases) // columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(3.4 * columns, 3.0 * lines), squeeze=False, layout="constrained"
    )
    labels = list(dict.fromkeys(row.engine for row in rows))
    for axis in axes.flat[len(cases) :]:
        axis.set_visible(False)
    for (model, permittivity), axis in zip(cases, axes.flat, strict=False):
        mine = [row for row in rows if (row.model, row.permittivity) == (model, permittivity)]
        for k, label in enumerate(labels):
            for method, marker, line in (("PPPM", "s", ":"), ("cutoff", "o", "-")):
                chosen = [
                    row
                    for row in mine
                    if (row.engine, row.method) == (label, method) and row.note != "chosen"
                ]
                chosen.sort(key=lambda row: row.force_error)
                axis.plot(
                    [row.force_error for row in chosen],
                    [row.speed for row in chosen],
                    marker=marker,
                    linestyle=line,
                    color=f"C{k}",
                    markersize=4,
                    label=f"{label}, {method}",
                )
        axis.axvline(1.0, color="0.7", linewidth=0.8)
        axis.set(xscale="log", yscale="log", title=f"{model}, $\\varepsilon_r$ = {permittivity:g}")
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set(xlabel="rms force error / (kT/nm)", ylabel="steps / CPU second")
    handles, names = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(labels), fontsize=8)
    figure.savefig(path, dpi=130)


def main() -> None:
    """Measure and print; with ``--figure``, also draw the errors and speeds of all ranges."""
    if "--figure" in sys.argv[1:]:
        found = measured(CASES, SECONDS)
        print(table(list(chosen(found)), LABELS))
        draw(found, PICTURE)
    else:
        alone("cutoff")


if __name__ == "__main__":
    from benchmarks.bench import alone

    main()
