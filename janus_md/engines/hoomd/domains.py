"""Domain decomposition of a box in HOOMD-blue, and the resulting limits."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.engines.base import SKIN
from janus_md.engines.mesh import MIN_CUTOFF, Mesh, balanced, charge_square_sum, longest_cutoff
from janus_md.model.box import face_distances, lattice_vectors
from janus_md.model.system import System

Grid = tuple[int, int, int]


def grid(system: System, ranks: int) -> Grid:
    """Domains along each box vector, such that the narrowest one is as wide as possible."""
    planes = face_distances(lattice_vectors(system.box)).tolist()
    factors = [k for k in range(1, ranks + 1) if ranks % k == 0]
    grids = [(x, y, z) for x, y, z in product(factors, repeat=3) if x * y * z == ranks]

    def widths(one: Grid) -> tuple[float, float]:
        cut = [w / n for w, n in zip(planes, one, strict=True) if n > 1]
        return min(cut, default=math.inf), -sum(n - 1 for n in one)

    return max(grids, key=widths)


def longest_cutoff_in(system: System, ranks: int) -> float:
    """Longest cutoff in real space with `ranks` domains, nm.

    Every domain must be wider than two ghost layers. The width of the layer is cutoff plus skin,
    and for a constituent also the extent of its body, twice its distance from the centre
    (HOOMD-blue 4.8, ``ForceComposite::requestBodyGhostLayerWidth``).

    Raises
    ------
    JanusError
        If the domains are too narrow, or too many for the PPPM mesh.
    """
    charged = charge_square_sum(system)[1] > 0
    if charged and ranks & (ranks - 1):
        raise JanusError(
            f"ranks: {ranks} cannot share the PPPM mesh of HOOMD-blue; allowed are powers of two"
        )
    width = _narrowest(system, ranks)
    far = dict.fromkeys((t for body in system.bodies for t in body.types), 0.0)
    for body in system.bodies:
        for t, x in zip(body.types, body.positions, strict=True):
            far[t] = max(far[t], float(np.linalg.norm(x)))
    layers = [
        row.cutoff + 2.0 * max(far.get(t, 0.0) for t in pair)
        for pair, rows in system.interactions.pairs.items()
        for row in rows
    ]
    furthest = 2.0 * max(far.values(), default=0.0)
    needed = SKIN + max([*layers, MIN_CUTOFF + furthest if charged else 0.0])
    if width <= 2.0 * needed:
        raise JanusError(
            f"ranks: {ranks} domains of this box are {width:.2f} nm wide, but HOOMD-blue needs "
            f"over {2.0 * needed:.2f} nm; use fewer ranks, more bodies or a lower volume_fraction"
        )
    return min(longest_cutoff(system, SKIN), 0.999 * (0.5 * width - SKIN) - furthest)


def usable_mesh(system: System, mesh: Mesh, ranks: int) -> Mesh:
    """Return the next finer mesh whose sides are powers of two, as required by HOOMD-blue on ranks.

    A domain has at least twice as many points along each side as the order of the charge
    assignment, so that ghost points come only from adjacent domains.
    """
    x, y, z = (
        2 ** math.ceil(math.log2(max(points, 2 * mesh.order * n)))
        for points, n in zip(mesh.resolution, grid(system, ranks), strict=True)
    )
    cutoff = min(mesh.cutoff, longest_cutoff_in(system, ranks))
    if (x, y, z) == mesh.resolution and cutoff == mesh.cutoff:
        return mesh
    return balanced(system, cutoff, (x, y, z), mesh.order)


def _narrowest(system: System, ranks: int) -> float:
    """Width of the narrowest domain along divided directions, nm."""
    planes, parts = face_distances(lattice_vectors(system.box)).tolist(), grid(system, ranks)
    return min((w / n for w, n in zip(planes, parts, strict=True) if n > 1), default=math.inf)
