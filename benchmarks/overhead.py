"""Overhead of a run against a bare script: ``python -m benchmarks.overhead``.

The bare script has the same engine, system, mesh, neighbour list, bath and time step. It writes
positions, orientations and velocities of the bodies, and a log of energies and temperatures, at the
same steps, with the writers of the engine. It has no checkpoints, no checks and no wires.

Both run at the same time, each in a process of its own, on one core: the script begins when the run
has written its first frame. CPU time from the first frame to the last one is compared, which
includes restarts of the engine, checks, checkpoints and the monitoring of wires. Both are slowed
down alike by whatever else the machine does.

CPU time of ``janus-md run`` before and after that, with and without the choice of the mesh, is
given in seconds, since it does not depend on the length of the run.
"""

from __future__ import annotations

import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.processes import apart, side_by_side
from benchmarks.workstation import adopt_orphans, processors

TITLE = "Overhead of a run"
ABOUT = """
A run of `janus-md` over a bare script of the same engine, with the same system, mesh, bath and
output: CPU time from the first frame to the last one, at the same time on one core. `ratio with
start` includes the start of both, without the choice of the mesh.
"""
LABELS = ("bodies", "ns")
PASSES = 1
MINUTES = 60.0
FIGURE = Figure(
    x="bodies",
    y="ratio",
    series=("engine",),
    label="CPU time over that of the script",
    log="x",
    target=1.03,
    limits=("least ratio", "largest ratio"),
)

Row = dict[str, Any]

CASES = [
    ("lammps", 216, 2.0),
    ("hoomd", 216, 2.0),
    ("lammps", 10_000, 0.28),
    ("hoomd", 10_000, 0.24),
    ("lammps", 100_000, 0.028),
    ("hoomd", 100_000, 0.024),
]
"""Engine, bodies and length of each run, ns: 2 ns, or about a minute of stepping."""

QUICK_CASES = [("lammps", 216, 0.2), ("hoomd", 216, 0.2)]

TIMES = 3
"""Number of runs of each."""

STEP = 0.1
"""Time step, ps."""

FRAMES = 20.0
"""Largest interval between frames, ps; a run has at least two intervals."""


def rows(quick: bool = False) -> Iterator[Row]:
    """Measure all cases.

    Parameters
    ----------
    quick : bool
        Only 216 bodies, for a tenth of the time.
    """
    adopt_orphans()
    for case in QUICK_CASES if quick else CASES:
        yield measured(*case, times=1 if quick else TIMES)


def template(bodies: int, ns: float) -> Row:
    """State point of both."""
    return {
        "particle": "R-Au-Cu",
        "model": "sphere",
        "n_bodies": bodies,
        "volume_fraction": 0.05,
        "relative_permittivity": 1.5,
        "protocol": {
            "time_step_ps": STEP,
            "relax_ps": 1.0,
            "produce_ns": ns,
            "frame_interval_ps": min(FRAMES, 500.0 * ns),
        },
    }


def measured(engine: str, bodies: int, ns: float, times: int) -> Row:
    """Run both in turn, and ``janus-md run`` before with an empty cache of meshes."""
    point, ratios, ours, scripts, starts = template(bodies, ns), [], [], [], []
    with tempfile.TemporaryDirectory(prefix="janus-md-") as folder:
        os.environ["JANUS_MD_CACHE"] = str(Path(folder) / "cache")
        short = template(bodies, 0.001 if bodies > 1000 else 0.01)
        first = _command(Path(folder) / "first", short, engine)
        again = _command(Path(folder) / "again", short, engine)
        short_run = apart(run, short, str(Path(folder) / "short"), engine)
        for number in range(times):
            place = str(Path(folder) / str(number))
            our, bare = side_by_side((run, point, place, engine), (script, point, place, engine))
            ours.append(our)
            scripts.append(bare)
            ratios.append(our["seconds"] / bare["seconds"])
            starts.append(bare["before"])
    run_seconds = statistics.median(one["seconds"] for one in ours)
    script_seconds = statistics.median(one["seconds"] for one in scripts)
    startup = again - short_run["seconds"]
    whole = (startup + run_seconds) / (statistics.median(starts) + script_seconds)
    return {
        "engine": engine,
        "bodies": bodies,
        "ns": ns,
        "ratio": statistics.median(ratios),
        "least ratio": min(ratios),
        "largest ratio": max(ratios),
        "run / s": run_seconds,
        "script / s": script_seconds,
        "start / s": startup,
        "choice of the mesh / s": first - again,
        "ratio with start": whole,
    }


def _command(folder: Path, point: Row, engine: str) -> float:
    """CPU time of all processes of ``janus-md run`` for one simulation, s."""
    from ruamel.yaml import YAML

    folder.mkdir()
    with (folder / "template.yaml").open("w") as file:
        YAML(typ="safe").dump({"fixed": point}, file)
    command = [sys.executable, "-m", "janus_md.cli"]
    place = ["-d", str(folder / "workspace")]
    subprocess.run(
        [*command, "init", str(folder / "template.yaml"), *place], check=True, capture_output=True
    )
    before = processors()
    subprocess.run(
        [
            *(*command, "run", *place, "--engine", engine),
            *("--operation", "simulate", "--threads", "1"),
        ],
        check=True,
        capture_output=True,
    )
    return processors() - before


def run(point: Row, place: str, engine: str) -> Row:
    """Simulate like a worker of ``janus-md run``; the mesh is in the cache."""
    from janus_md.analysis.pipeline.observer import WireObserver
    from janus_md.common.files import written_whole
    from janus_md.running.operations import simulate_job
    from janus_md.study.statepoint import StatePoint

    frames: list[float] = []

    def observer(step: int, time_ps: float, system: Any) -> dict[str, float]:
        if not frames:
            with written_whole(Path(place) / "begun") as partial:
                partial.write_bytes(pickle.dumps((system, document["execution"])))
        frames.append(time.process_time())
        return {}

    folder = Path(place) / "workspace" / "job"
    folder.mkdir(parents=True)
    document: Row = {}
    statepoint = StatePoint.of(point)
    try:
        simulate_job(
            statepoint.stored(),
            folder,
            document,
            engine=engine,
            observers=(WireObserver(), observer),
        )
    finally:
        (Path(place) / "ended").touch()
    return {"seconds": frames[-1] - frames[0]}


def script(point: Row, place: str, engine: str) -> Row:
    """Run the engine on the first state of the production of :func:`run`, with its writers.

    It waits for this state.
    """
    from janus_md.engines import load
    from janus_md.simulation.execution import device_of, mesh_of
    from janus_md.study.resolve import resolve
    from janus_md.study.statepoint import StatePoint

    setup = resolve(StatePoint.of(point))
    stage = setup.stages[-1]
    while not (Path(place) / "begun").exists():
        if (Path(place) / "ended").exists():
            raise RuntimeError("the run ended before its first frame")
        time.sleep(0.02)
    system, execution = pickle.loads((Path(place) / "begun").read_bytes())
    simulation: Any = load(engine).start(
        system,
        stage.bath,
        stage.time_step,
        mesh_of(execution),
        seed=setup.seed,
        device=device_of(execution),
    )
    output = Path(place)
    prepare = {"lammps": _lammps_writers, "hoomd": _hoomd_writers}[engine]
    advance = prepare(simulation, output, stage.frame_steps)
    begin = time.process_time()
    advance(stage.steps)
    return {"seconds": time.process_time() - begin, "before": begin}


def _lammps_writers(simulation: Any, output: Path, every: int) -> Any:
    """Dump of the bodies and thermodynamic output of LAMMPS."""
    lmp = simulation._lmp
    columns = " ".join(f"c_c[{k}]" for k in range(1, 22))
    lmp.commands_string(
        f"log {output / 'log.lammps'}\nthermo {every}\nthermo_style custom step pe ke temp\n"
        f"dump frames all local {every} {output / 'dump.local'} index {columns}"
    )
    return lambda steps: lmp.command(f"run {steps}")


def _hoomd_writers(simulation: Any, output: Path, every: int) -> Any:
    """GSD files of HOOMD-blue: the central particles, and a log of the thermodynamics."""
    import hoomd

    inner = simulation._simulation
    centres = hoomd.filter.Rigid(("center", "free"))
    thermo = hoomd.md.compute.ThermodynamicQuantities(centres)
    inner.operations.computes.append(thermo)
    log = hoomd.logging.Logger(["scalar"])
    log.add(
        thermo,
        quantities=[
            "potential_energy",
            "translational_kinetic_energy",
            "rotational_kinetic_energy",
        ],
    )
    trigger = hoomd.trigger.Periodic(every)
    for name, filter_, logger in (
        ("trajectory.bare.gsd", centres, None),
        ("log.bare.gsd", hoomd.filter.Null(), log),
    ):
        inner.operations.writers.append(
            hoomd.write.GSD(
                trigger=trigger,
                filename=str(output / name),
                filter=filter_,
                mode="wb",
                dynamic=["property", "momentum"],
                logger=logger,
            )
        )
    return inner.run


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("overhead")
