"""Work of a step with a mesh, and reference meshes of the least work."""

from __future__ import annotations

import math

import numpy as np

from janus_md.engines.mesh import (
    MAX_ORDER,
    Mesh,
    balanced,
    charge_square_sum,
    estimated_error,
    longest_cutoff,
    resolution_for,
    smooth_numbers,
)
from janus_md.model.system import System

_TIGHT_CUTOFFS = tuple(5.0 * 2.0 ** (0.5 * k) for k in range(15))  # to 640 nm

_AGGREGATE_DENSITY = 0.25  # approximate volume fraction inside aggregates


def work(system: System, mesh: Mesh, skin: float) -> float:
    """Work of one step in arbitrary units: cells, pairs in real space, charge assignment, FFTs.

    The neighbour list is rebuilt about every thirty steps, which visits all cells of half the
    cutoff, including empty ones. The weights are fits to the measured speeds of seven meshes for
    216 bodies; a pair takes between 12 (LAMMPS) and 90 (HOOMD-blue) units.
    """
    _, charges = charge_square_sum(system)
    points, reach = math.prod(mesh.resolution), mesh.cutoff + skin
    return (
        8.0 / 30.0 * system.volume / reach**3
        + 20.0 * _pairs(charges, system, reach)
        + 8.0 * charges * mesh.order**3
        + 4.0 * points * math.log2(points)
    )


def list_work(system: System, mesh: Mesh, skin: float) -> float:
    """Work of a cell list in one step, in the units of :func:`work`, if it visits all sites.

    The weight is a fit like those of :func:`work`. A visited pair takes about as long as one of
    charges, but pairs outside the cutoff are visited too, and the list is not rebuilt every step.
    """
    return 1.5 * _pairs(_sites(system), system, mesh.cutoff + skin)


def _sites(system: System) -> int:
    """Number of sites of all bodies, with their centres."""
    counts = np.bincount(system.kinds, minlength=len(system.bodies))
    return sum(int(n) * (1 + len(b.types)) for n, b in zip(counts, system.bodies, strict=True))


def _work_once(system: System, mesh: Mesh, skin: float) -> float:
    """:func:`work` of a single evaluation, also if all bodies have aggregated.

    Its neighbour list is new and contains all beads.
    """
    counts = np.bincount(system.kinds, minlength=len(system.bodies))
    beads = _sites(system)
    occupied = sum(int(n) * b.volume for n, b in zip(counts, system.bodies, strict=True))
    around = _AGGREGATE_DENSITY * beads / occupied * 4.19 * (mesh.cutoff + skin) ** 3
    return work(system, mesh, skin) + 5.0 * 0.5 * beads * min(beads, around)


def _pairs(number: int, system: System, distance: float) -> float:
    """Number of pairs within `distance` (nm) of evenly distributed particles."""
    return 0.5 * number * number / system.volume * 4.19 * distance**3


def tight_mesh(
    system: System,
    skin: float,
    error: float = 1e-4,
    longest: float | None = None,
    least_points: int = 48,
) -> Mesh:
    """Return a reference mesh with rms force error `error` (kJ/mol/nm) on a charge site.

    At least 48 points along each side limit the self-torque of a body in HOOMD-blue, which the
    error formulas do not contain, to 3e-5 kT.

    Of several cutoffs from 5 nm, the one with the least work is used. In a wide box with few
    bodies, a long cutoff costs almost nothing, whereas a short one needs a mesh of gigabytes.
    """
    most = longest_cutoff(system, skin) if longest is None else longest
    cutoffs = [cutoff for cutoff in _TIGHT_CUTOFFS if cutoff <= most] or [most]
    meshes = [_tight_mesh(system, cutoff, error, least_points) for cutoff in cutoffs]
    accurate = [mesh for mesh in meshes if estimated_error(system, mesh) <= error]
    return min(accurate or meshes, key=lambda mesh: _work_once(system, mesh, skin))


def _tight_mesh(system: System, cutoff: float, error: float, least_points: int) -> Mesh:
    """Return the coarsest mesh with `cutoff` and at most the `error`, or the finest one."""
    shortest = float(system.box[:3].min())
    for points in smooth_numbers(512):
        if points < min(least_points, 6 * shortest):
            continue
        mesh = balanced(system, cutoff, resolution_for(system, points), MAX_ORDER)
        if estimated_error(system, mesh) <= error:
            return mesh
    return mesh
