"""Sentences of the methods paragraph about Coulomb interactions: mesh or cutoff, and errors."""

from __future__ import annotations

from collections.abc import Sequence

from janus_md.common.messages import count
from janus_md.papers.methods.references import Citations
from janus_md.papers.methods.runs import Run
from janus_md.papers.methods.wording import distinct, joined, values

FORMULA = "u(d) = 1/d + (5/4) d^2/R^3 - (3/8) d^4/R^5"
"""Interaction of two charges at the distance d with a cutoff, which is also valid LaTeX."""

_MESH = {"hoomd": ("lebard2012pppm",)}
"""References of an engine's mesh, besides that of the method."""


def electrostatics(runs: Sequence[Run], cite: Citations) -> str:
    """Return the sentences about Coulomb interactions; empty if no run had any."""
    with_mesh = [run for run in runs if run.execution.get("mesh")]
    with_cutoff = [run for run in runs if run.execution.get("cutoff")]
    parts = []
    for found, sentences in ((with_mesh, _mesh), (with_cutoff, _cutoff)):
        if found:
            some = f" in {count(len(found), 'run')}" if with_mesh and with_cutoff else ""
            media = values((run.setup.relative_permittivity for run in found), "")
            parts.append(
                f"Charges interacted{some} in a medium of relative permittivity {media} by "
                + sentences(found, cite)
            )
    return " ".join(parts)


def _mesh(runs: Sequence[Run], cite: Citations) -> str:
    keys = ("hockney1988pppm", *_of_engines(runs))
    orders = values((run.execution["mesh"]["order"] for run in runs), "")
    cutoffs = values((run.execution["mesh"]["cutoff_nm"] for run in runs), "nm")
    allowed = values((run.point.electrostatics.force_error for run in runs), "kT/nm")
    slab = ""
    if any(
        run.setup.interactions.electrostatics and run.setup.interactions.electrostatics.slab
        for run in runs
    ):
        slab = f" Between walls, the correction for slabs{cite('yeh1999slab')} was applied."
    return (
        f"the particle-particle particle-mesh method{cite(*keys)} (real-space cutoff {cutoffs}, "
        f"interpolation order {orders}). The mesh was chosen so that the rms error of the force on "
        f"a body is below {allowed}; measured against a finer mesh, it was at most "
        f"{_largest(runs, 'force_error', 'kT/nm')} in the first frame"
        f"{_at_end(runs, ('force_error', 'kT/nm'))}.{slab}"
    )


def _cutoff(runs: Sequence[Run], cite: Citations) -> str:
    ranges = values((one for run in runs for one in _ranges(run)), "nm")
    longer = sum(len(set(_ranges(run))) > 1 for run in runs)
    grown = f"; it was made longer during {count(longer, 'run')}" if longer else ""
    whole = distinct(run.execution["cutoff"]["between"] for run in runs)
    between = {
        "sites": "all pairs of charges of different bodies closer than R",
        "bodies": "all pairs of charges of bodies whose centres are closer than R",
    }
    limits = [run.point.electrostatics.cutoff_error for run in runs]
    forces = values((one.force for one in limits if one), "kT/nm")
    torques = values((one.torque for one in limits if one), "kT")
    keys = ("hockney1988pppm", *_of_engines(runs))
    return (
        f"a potential with a cutoff, {FORMULA} with the range R = {ranges}{grown}, between "
        f"{joined([between[one] for one in whole], 'or')}; it is the short-range part of the "
        f"multilevel summation method with C2 continuity{cite('hardy2009multilevel')}. The range "
        f"was chosen so that the rms errors on a body are below {forces} (force) and {torques} "
        "(torque). Measured against the particle-particle particle-mesh method"
        f"{cite(*keys)}, they were at most {_largest(runs, 'force_error', 'kT/nm')} and "
        f"{_largest(runs, 'torque_error', 'kT')} in the first frame"
        f"{_at_end(runs, ('force_error', 'kT/nm'), ('torque_error', 'kT'))}."
    )


def _ranges(run: Run) -> list[float]:
    """Return the ranges that a run had."""
    cutoff = run.execution["cutoff"]
    return [*(one["range_nm"] for one in cutoff.get("checks", [])), cutoff["range_nm"]]


def _of_engines(runs: Sequence[Run]) -> list[str]:
    engines = distinct(run.execution["engine"] for run in runs)
    return [key for name in engines for key in _MESH.get(name, ())]


def _largest(runs: Sequence[Run], key: str, unit: str) -> str:
    return f"{max(run.execution.get(key) or 0.0 for run in runs):.2g} {unit}"


def _at_end(runs: Sequence[Run], *errors: tuple[str, str]) -> str:
    """Return the largest errors at the end of runs; empty if they were not measured."""
    if not any(run.execution.get(f"{key}_at_end") for run in runs for key, _ in errors):
        return ""
    told = joined([_largest(runs, f"{key}_at_end", unit) for key, unit in errors])
    return f"{',' if len(errors) > 1 else ''} and {told} at the end"
