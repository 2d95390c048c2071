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
