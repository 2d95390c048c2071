"""Particle-mesh Ewald (PPPM): parameters of a mesh and its expected error."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TypeAlias

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.model.box import face_distances, lattice_vectors
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.interactions.table import Row
from janus_md.model.system import System
from janus_md.model.units import charge_scale

# Deserno and Holm, J. Chem. Phys. 109, 7694 (1998), table I: coefficients a_m of the error of
# P3M with ik-differentiation, by order of the charge assignment.
_COEFFICIENTS: dict[int, tuple[float, ...]] = {
    1: (2 / 3,),
    2: (1 / 50, 5 / 294),
    3: (1 / 588, 7 / 1440, 21 / 3872),
    4: (1 / 4320, 3 / 1936, 7601 / 2271360, 143 / 28800),
    5: (1 / 23232, 7601 / 13628160, 143 / 69120, 517231 / 106536960, 106640677 / 11737571328),
    6: (
        691 / 68140800,
        13 / 57600,
        47021 / 35512320,
        9694607 / 2095994880,
        733191589 / 59609088000,
        326190917 / 11700633600,
    ),
    7: (
        1 / 345600,
        3617 / 35512320,
        745739 / 838397952,
        56399353 / 12773376000,
        25091609 / 1560084480,
        1755948832039 / 36229939200000,
        4887769399 / 37838389248,
    ),
}

MAX_ORDER = max(_COEFFICIENTS)

_TIGHT_CUTOFFS = tuple(5.0 * 2.0 ** (0.5 * k) for k in range(15))  # to 640 nm

_AGGREGATE_DENSITY = 0.25  # approximate volume fraction inside aggregates

MIN_CUTOFF = 1.0
"""Shortest useful cutoff in real space for charges in these bodies, nm."""


@dataclass(frozen=True)
class Mesh:
    """Parameters of a PPPM solver.

    Attributes
    ----------
    cutoff : float
        Cutoff of the real-space sum, nm.
    resolution : tuple of int
        Mesh points along each box vector.
    order : int
        Mesh points per charge and direction.
    splitting : float
        Ewald parameter alpha, 1/nm. It balances both errors, as HOOMD-blue does.
    """

    cutoff: float
    resolution: tuple[int, int, int]
    order: int
    splitting: float


Coulomb: TypeAlias = Mesh | CoulombCutoff
"""How an engine computes the Coulomb interaction."""


def reach(coulomb: Coulomb) -> float:
    """Distance of two charges up to which their interaction is computed pair by pair, nm."""
    return coulomb.cutoff if isinstance(coulomb, Mesh) else coulomb.range


SLAB_FACTOR = 3.0
"""Length of the mesh along z over that of the box in a slab; the rest of it is empty."""


def mesh_lengths(system: System) -> np.ndarray:
    """Edges of the box that the mesh covers, shape (3,), nm; longer along z in a slab."""
    electrostatics = system.interactions.electrostatics
    lengths = np.array(system.box[:3])
    if electrostatics is not None and electrostatics.slab:
        lengths[2] *= SLAB_FACTOR
    return lengths


def charge_square_sum(system: System) -> tuple[float, int]:
    """Sum of q^2 in kJ/mol nm (screened by the medium), and the number of charge sites."""
    if system.interactions.electrostatics is None:
        return 0.0, 0
    counts = np.bincount(system.kinds, minlength=len(system.bodies))
    squares = sum(
        int(n) * float(b.charges @ b.charges) for n, b in zip(counts, system.bodies, strict=True)
    )
    charged = sum(
        int(n) * int(np.count_nonzero(b.charges))
        for n, b in zip(counts, system.bodies, strict=True)
    )
    scale = charge_scale(system.interactions.electrostatics.relative_permittivity)
    return float(squares) * scale**2, int(charged)


def real_space_error(alpha: float, cutoff: float, q2: float, n: int, volume: float) -> float:
    """Rms force error on a charge from the cutoff (Kolafa and Perram, Mol. Sim. 9, 351, 1992)."""
    return 2.0 * q2 * math.exp(-((alpha * cutoff) ** 2)) / math.sqrt(n * cutoff * volume)


def mesh_error(
    alpha: float,
    lengths: np.ndarray,
    resolution: tuple[int, int, int],
    order: int,
    q2: float,
    n: int,
) -> float:
    """Rms force error on a charge from the mesh (Deserno and Holm 1998, equation 38)."""
    total = 0.0
    for length, points in zip(lengths, resolution, strict=True):
        ha = alpha * length / points
        series = sum(c * ha ** (2 * m) for m, c in enumerate(_COEFFICIENTS[order]))
        prefactor = q2 * ha**order / length**2
        total += (prefactor * math.sqrt(alpha * length * math.sqrt(2 * math.pi) * series / n)) ** 2
    return math.sqrt(total / 3.0)


def balanced(system: System, cutoff: float, resolution: tuple[int, int, int], order: int) -> Mesh:
    """Return the mesh with the splitting at which both errors are equal."""
    q2, n = charge_square_sum(system)
    lengths = mesh_lengths(system)

    def excess(alpha: float) -> float:
        near = real_space_error(alpha, cutoff, q2, n, system.volume)
        return mesh_error(alpha, lengths, resolution, order, q2, n) - near

    from scipy.optimize import brentq

    # The error is that of the cutoff at alpha 0, and that of the mesh at large alpha.
    upper = 10.0 * max(resolution) / float(lengths.min())
    alpha = float(brentq(excess, 1e-6, upper, xtol=1e-10))
    return Mesh(cutoff, resolution, order, alpha)


def estimated_error(system: System, mesh: Mesh) -> float:
    """Theoretical rms force error of `mesh` on a charge site, kJ/mol/nm."""
    q2, n = charge_square_sum(system)
    near = real_space_error(mesh.splitting, mesh.cutoff, q2, n, system.volume)
    lengths = mesh_lengths(system)
    return math.hypot(near, mesh_error(mesh.splitting, lengths, mesh.resolution, mesh.order, q2, n))


@cache
def smooth_numbers(limit: int) -> tuple[int, ...]:
    """Numbers of the form 2^a 3^b 5^c from 4 to `limit`, at which FFTs are fast."""
    exponents = product(range(14), range(9), range(6))
    return tuple(sorted(k for a, b, c in exponents if 4 <= (k := 2**a * 3**b * 5**c) <= limit))


def resolution_for(system: System, points: int) -> tuple[int, int, int]:
    """Mesh with `points` along the shortest box vector and the same spacing along the others."""
    lengths = mesh_lengths(system)
    wanted = points * lengths / lengths.min()
    smooth = smooth_numbers(int(4 * wanted.max()) + 16)
    x, y, z = (next(k for k in smooth if k >= w - 1e-9) for w in wanted)
    return x, y, z


def longest_cutoff(system: System, skin: float) -> float:
    """Longest cutoff for the box: opposite faces must be over 2 (cutoff + skin) apart."""
    return _cutoff_within(float(face_distances(lattice_vectors(system.box)).min()), skin)


def _cutoff_within(width: float, skin: float) -> float:
    return (0.5 * width - skin) * 0.999


def check_room(
    width: float, n_bodies: int, pairs: Iterable[Row], charged: bool, skin: float
) -> None:
    """Check that a box is large enough for the cutoffs of all interactions.

    Parameters
    ----------
    width : float
        Smallest distance of opposite faces, nm.
    n_bodies : int
        Bodies in the box.
    pairs : iterable of Row
        Rows of the pair table.
    charged : bool
        Whether there are charges, whose real-space cutoff is at least :data:`MIN_CUTOFF`.
    skin : float
        Skin of the neighbour lists, nm.

    Raises
    ------
    JanusError
        If it is too small.
    """
    needed = max([MIN_CUTOFF if charged else 0.0, *(row.cutoff for row in pairs)])
    if _cutoff_within(width, skin) < needed:
        raise JanusError(
            f"n_bodies: {n_bodies} bodies make a box of {width:.2f} nm, which must be over "
            f"{2.0 * (needed + skin):.2f} nm; use more bodies or a lower volume_fraction"
        )


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
