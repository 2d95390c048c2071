"""Text of the methods paragraph: sentences about the runs, with citations."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from janus_md import __version__
from janus_md.common.messages import count
from janus_md.model.interactions.table import LENNARD_JONES, WCA_CUTOFF
from janus_md.papers.methods.electrostatics import electrostatics
from janus_md.papers.methods.references import Citations
from janus_md.papers.methods.runs import Run
from janus_md.papers.methods.wording import distinct, joined, several, values
from janus_md.study.stages import RELAX_DAMPING, RELAX_STEP_SHARE
from janus_md.workspace.labels import tell

ENGINES = {
    "hoomd": ("HOOMD-blue", ("anderson2020hoomd",)),
    "lammps": ("LAMMPS", ("thompson2022lammps",)),
}
"""Name and references of each engine."""

_RIGID = {"hoomd": ("nguyen2011rigid", "glaser2020pressure")}
"""References of an engine's rigid bodies, where bodies have constituent particles."""


def paragraph(runs: Sequence[Run], sources: Mapping[str, Sequence[str]], cite: Citations) -> str:
    """Return the methods paragraph of runs.

    Parameters
    ----------
    runs : sequence of Run
        The runs.
    sources : mapping of str to sequence of str
        Published sources of each particle.
    cite : Citations
        Gets the references in the order of the text.
    """
    sentences = (
        _software, _systems, _repulsion, electrostatics, _fields, _bath, _start, _lengths,
        _stages, _heat, _analysis,
    )  # fmt: skip
    parts = [part for sentence in sentences if (part := sentence(runs, cite))]
    by_source: dict[str, list[str]] = {}
    for name, texts in sources.items():
        by_source.setdefault("; ".join(texts), []).append(name)
    parts += [f"Values of {joined(names)}: {text}." for text, names in by_source.items()]
    return " ".join(parts)


def _software(runs: Sequence[Run], cite: Citations) -> str:
    ran = Counter((run.execution["engine"], run.execution["version"]) for run in runs)
    devices = sorted({str(run.execution["device"]).upper() for run in runs})
    engines = []
    for (engine, version), number in ran.items():
        keys: tuple[str, ...]
        name, keys = ENGINES.get(engine, (engine, ()))
        its = [run for run in runs if (run.execution["engine"], run.execution["version"])
               == (engine, version)]  # fmt: skip
        if any(not _single_particles(run) for run in its):
            keys += _RIGID.get(engine, ())
        of_all = f" ({count(number, 'run')})" if len(ran) > 1 else ""
        engines.append(
            f"{name} {version}{cite(*keys) if keys else ''}{_component(its, cite)}{of_all}"
        )
    points = {run.point.model_copy(update={"replica": 0}).canonical() for run in runs}
    replicas = Counter(run.point.model_copy(update={"replica": 0}).canonical() for run in runs)
    repeated = several(replicas.values())
    seeds = "" if repeated == "1" else f" in {repeated} independent runs each"
    where = f" on {joined(devices)}s"
    return (
        f"We simulated {count(len(points), 'state point')}{seeds} with {joined(engines)}{where}. "
        f"janus-md {__version__}{cite('janus-md')} prepared, ran and analysed the simulations in "
        f"a workspace of signac{cite('adorf2018signac', 'ramasubramani2018signac')}. "
        f"Trajectories are GSD files{cite('gsd')}."
    )


def _single_particles(run: Run) -> bool:
    """Whether the component computed all interactions, so that a body is a single particle."""
    return bool(run.execution.get("component")) and not run.execution.get("mesh")


def _component(runs: Sequence[Run], cite: Citations) -> str:
    """Return the component of HOOMD-blue with which runs were made; empty if there is none."""
    used = Counter(one for run in runs if (one := run.execution.get("component")))
    told = [
        f"{version}" + (f" in {count(number, 'run')}" if number < len(runs) else "")
        for version, number in used.items()
    ]
    if not told:
        return ""
    return (
        f" and its compiled component janus-md-hoomd {joined(told)}{cite('janus-md-hoomd')}, which "
        "computes the pair interactions of whole rigid bodies,"
    )


def _systems(runs: Sequence[Run], cite: Citations) -> str:
    del cite
    substances = distinct(
        joined([f"{share:.3g} {name}" for name, share in run.point.composition().items()])
        if run.point.mixture
        else str(run.point.particle)
        for run in runs
    )
    models = distinct(run.point.model for run in runs if run.point.model)
    model = f" (model {joined(models)})" if models else ""
    numbers = values((run.point.n_bodies for run in runs), "")
    densities = []
    for key, name, unit in (
        ("volume_fraction", "a volume fraction of", ""),
        ("number_density", "a number density of", "nm^-3"),
    ):
        found = [value for run in runs if (value := getattr(run.point, key)) is not None]
        if found:
            densities.append(f"{name} {values(found, unit)}")
    return (
        f"Each box contained {numbers} rigid bodies of {joined(substances, 'or')}{model} at "
        f"{joined(densities, 'or')}."
    )


def _repulsion(runs: Sequence[Run], cite: Citations) -> str:
    rows = [row for run in runs for row in run.setup.interactions.rows]
    parts = []
    jones = [row for row in rows if row.form == LENNARD_JONES]
    repulsive = [row for row in jones if _is_wca(row)]
    if repulsive:
        depths = values((row["epsilon"] for row in repulsive), "kJ/mol")
        parts.append(
            f"the Weeks-Chandler-Andersen potential{cite('weeks1971wca')} with epsilon {depths}"
        )
    if attractive := [row for row in jones if not _is_wca(row)]:
        depths = values((row["epsilon"] for row in attractive), "kJ/mol")
        cutoffs = values((row.cutoff / row["sigma"] for row in attractive), "sigma")
        parts.append(
            f"the Lennard-Jones potential, shifted to 0 at its cutoff of {cutoffs}, with epsilon "
            f"{depths}"
        )
    others = distinct(row.form.replace("_", " ") for row in rows if row.form != LENNARD_JONES)
    parts += [f"the pair term {name}" for name in others]
    return f"Beads of different bodies interacted by {joined(parts)}." if parts else ""


def _is_wca(row: Any) -> bool:
    return math.isclose(row.cutoff, WCA_CUTOFF * row["sigma"], rel_tol=1e-6)


def _fields(runs: Sequence[Run], cite: Citations) -> str:
    del cite
    names = Counter(one.name for run in runs for one in run.setup.environment)
    told = [
        name.replace("_", " ") + (f" ({count(n, 'run')})" if n < len(runs) else "")
        for name, n in names.items()
    ]
    return f"External fields and boundaries: {joined(told)}." if told else ""


def _bath(runs: Sequence[Run], cite: Citations) -> str:
    parts = []
    for method, name in (("langevin", "Langevin"), ("brownian", "Brownian"), ("nve", "Newtonian")):
        found = [run for run in runs if run.point.protocol.name == method]
        if not found:
            continue
        steps = f"a time step of {values((run.setup.time_step for run in found), 'ps')}"
        friction = ""
        if method != "nve":
            solvents = [run.point.viscosity for run in found if run.point.viscosity is not None]
            times = [run.point.protocol.damping_ps for run in found if run.point.viscosity is None]
            kinds = []
            if solvents:
                kinds.append(f"Stokes friction at a viscosity of {values(solvents, 'mPa s')}")
            if times:
                kinds.append(f"a damping time of {values(times, 'ps')}")
            friction = f"{joined(kinds, 'or')} and "
        schneider = any(run.execution["engine"] == "lammps" for run in found)
        ref = cite("schneider1978langevin") if method == "langevin" and schneider else ""
        temperatures = values((run.point.temperature for run in found), "K")
        parts.append(f"{name} dynamics{ref} at {temperatures} with {friction}{steps}")
    return f"Translation and rotation followed {joined(parts, 'or')}."


def _start(runs: Sequence[Run], cite: Citations) -> str:
    del cite
    words = {"random": "at random without overlap", "lattice": "on a simple cubic lattice"}
    told = []
    for run in runs:
        start = run.point.start
        if isinstance(start, str):
            told.append(words[start])
        elif run.point.structured:
            told.append(f"in a {start['structure']}")
        else:
            told.append("as in a frame of an earlier simulation")
    return f"Bodies were placed {joined(distinct(told), 'or')}."


def _lengths(runs: Sequence[Run], cite: Citations) -> str:
    del cite
    stages = []
    relax = [run.point.protocol.relax_ps for run in runs]
    if any(relax):
        stages.append(
            f"a relaxation of {values(relax, 'ps')} (time step reduced to {RELAX_STEP_SHARE:g} of "
            f"its value, damping time {RELAX_DAMPING:g} ps)"
        )
    equilibrate = [run.point.protocol.equilibrate_ns for run in runs]
    if any(equilibrate):
        stages.append(f"an equilibration of {values(equilibrate, 'ns')}")
    after = f"After {joined(stages)}, trajectories" if stages else "Trajectories"
    lengths = values((run.produced_ns for run in runs), "ns")
    frames = values((run.point.protocol.frame_interval_ps for run in runs), "ps")
    settled = sum("settled_at_step" in run.execution for run in runs)
    early = f"; {count(settled, 'run')} ended early, as wires no longer grew" if settled else ""
    return f"{after} of {lengths} were recorded, with a frame every {frames}{early}."


def _stages(runs: Sequence[Run], cite: Citations) -> str:
    del cite
    told = [tell(run.point.stored()["protocol"].get("stages", [])) for run in runs]
    staged = distinct(one for one in told if one != "[]")
    if not staged:
        return ""
    return (
        f"From these values, conditions changed in stages: {joined(staged, 'or')}. The centres of "
        "the bodies were scaled with the box."
    )


def _heat(runs: Sequence[Run], cite: Citations) -> str:
    del cite
    checked = [run.document.get("heat", {}) for run in runs]
    checked = [one for one in checked if one.get("passed") is not None]
    if not checked:
        return ""
    failed = sum(one["passed"] is False for one in checked)
    if failed:
        return (
            f"{failed} of {count(len(checked), 'run')} did not keep the temperature of the bath "
            "and are excluded from averages."
        )
    return "All runs kept the temperature of the bath."


def _analysis(runs: Sequence[Run], cite: Citations) -> str:
    done = [run.document["analysis"] for run in runs if "analysis" in run.document]
    if not done:
        return ""
    parts = []
    criteria = [one["criterion"] for one in done if isinstance(one.get("criterion"), Mapping)]
    bonds = distinct(
        f"{one['distance']:g} nm and {one['angle']:g} degrees"
        for one in criteria
        if {"distance", "angle"} <= one.keys()
    )
    if bonds:
        parts.append(
            "Two bodies are bonded if the distance of their centres, and the angles of their axes "
            f"to the line between them, are below a limit ({joined(bonds, 'or')})."
        )
    parts.append(
        f"Order parameters were computed with freud{cite('ramasubramani2020freud')}, rotations "
        f"with rowan{cite('ramasubramani2018rowan')}, averages with NumPy and SciPy"
        f"{cite('harris2020numpy', 'virtanen2020scipy')}. Standard errors account for the "
        "correlation of frames by the statistical inefficiency"
        f"{cite('chodera2007inefficiency')}."
    )
    if any(one.get("steady_samples") is not None for one in done):
        parts.append(f"Equilibration was tested as in ref.{cite('chodera2016equilibration')}.")
    return " ".join(parts)
