"""Meshes for a box or medium that changes, with the cutoff and order of an earlier mesh."""

from __future__ import annotations

from janus_md.engines.base import Engine
from janus_md.engines.mesh import (
    Mesh,
    balanced,
    estimated_error,
    resolution_for,
    smooth_numbers,
)
from janus_md.model.system import System

LARGEST = 256
"""Largest number of mesh points along the shortest edge."""


def rescaled(
    engine: Engine, system: System, cutoff: float, order: int, error: float
) -> Mesh | None:
    """Return the coarsest mesh of this cutoff and order whose estimated error is small enough.

    The result depends only on the arguments and on the box and charges of the system, not on
    positions. It is the given mesh again in the system for which that was chosen.

    Parameters
    ----------
    engine : Engine
        The engine, which may need special numbers of points.
    system : System
        The system.
    cutoff : float
        Cutoff, nm; it is shortened to the longest one that the box allows.
    order : int
        Order of the charge assignment.
    error : float
        Largest estimated rms error of the force on a charge
        (:func:`janus_md.engines.mesh.estimated_error`), kJ/mol/nm.

    Returns
    -------
    Mesh or None
        None if no mesh of up to :data:`LARGEST` points is fine enough.
    """
    reach = min(cutoff, engine.longest_cutoff(system))
    for points in smooth_numbers(LARGEST):
        mesh = balanced(system, reach, resolution_for(system, points), order)
        mesh = engine.usable(system, mesh)
        if estimated_error(system, mesh) <= error * (1.0 + 1e-9):
            return mesh
    return None
