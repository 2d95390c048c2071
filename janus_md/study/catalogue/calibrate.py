"""Calibration of the bead sizes on R-Au-Cu, and the resulting pair minima.

The reference is the distance of neighbours along a wire, 1.61 nm, the c axis of the crystal of Li
et al., ACS Cent. Sci. 2022, 8, 1258-1264. The diameters of the bead of `sphere` and of the core
beads of `bladed` are solved for that distance. `sphere_tem` has a larger bead, for the shortest
distance in the micrographs and the bond energy of the same paper. All other numbers are results and
are not fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import rowan

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.nanocluster import WIRE_SPACING, Faces
from janus_md.model.nanoclusters import narrow
from janus_md.model.nanoclusters.bladed import SIZES, BladedSizes, bladed
from janus_md.model.nanoclusters.sphere import sphere
from janus_md.model.pairs.energy import Minimum, head_to_tail_minimum, lowest, pair_energy
from janus_md.model.rotations import TURNED_OVER, turn, turn_about_z
from janus_md.study.catalogue import catalog

TEM_SPACING = 1.8
"""Shortest distance between clusters in the micrographs of nanowires, nm (Li et al. 2022)."""

MAX_OFFSET = 0.4
"""Largest shift along the axis in a side-by-side pair before relaxation, nm."""


@dataclass(frozen=True)
class SideBySide:
    """The best pair of bodies side by side with antiparallel dipoles.

    Attributes
    ----------
    energy : float
        kJ/mol.
    distance : float
        Of the centres, nm.
    angle : float
        Between the two dipoles, degrees.
    relaxed : bool
        True for a minimum with respect to all coordinates. False if the pair leaves the
        side-by-side arrangement when it is free to tilt; both axes are then kept parallel to z.
    """

    energy: float
    distance: float
    angle: float
    relaxed: bool


@dataclass(frozen=True)
class Calibration:
    """Results of :func:`calibrate`, all in vacuum.

    Attributes
    ----------
    sphere_sigma, core_sigma : float
        Diameters that put the head-to-tail minimum of R-Au-Cu at 1.61 nm, nm: of the bead of
        `sphere`, and of the core beads of `bladed`.
    sphere, meshing, opposed : Minimum
        Head to tail with the charges of R-Au-Cu and the diameters in use: `sphere`, and `bladed`
        with contacts of faces of equal and of opposite hand. The turn of `meshing` is the rotation
        of each body relative to the one before, modulo 120 degrees.
    au3cd_sphere, au3cd_bladed : Minimum
        Head to tail of Au3Cd, with the same diameters.
    side_equal, side_opposite, side_turned : SideBySide
        With the charges of R-Au-Cu: `bladed` with faces of equal hand and of opposite hand, both
        without rotation, and R-Au-Cu of the catalogue, whose negative face is rotated.
    narrow_core_sigma, narrow_meshing, narrow_opposed, narrow_side
        The same of `narrow`: diameter of the core beads, head to tail with contacts of faces of
        equal and of opposite hand, and R-Au-Cu side by side.
    tem_sigma : float
        Diameter of the bead of `sphere` that puts the head-to-tail minimum at 1.8 nm, nm.
    tem : Minimum
        Head to tail with the diameter of `sphere_tem`.
    """

    sphere_sigma: float
    core_sigma: float
    sphere: Minimum
    meshing: Minimum
    opposed: Minimum
    au3cd_sphere: Minimum
    au3cd_bladed: Minimum
    side_equal: SideBySide
    side_opposite: SideBySide
    side_turned: SideBySide
    narrow_core_sigma: float
    narrow_meshing: Minimum
    narrow_opposed: Minimum
    narrow_side: SideBySide
    tem_sigma: float
    tem: Minimum


def calibrate() -> Calibration:
    """Solve for the bead diameters and find the minima of pairs of bodies; takes seconds.

    Returns
    -------
    Calibration
        Diameters and minima.
    """
    r_au_cu = catalog.body("R-Au-Cu", "bladed")
    equal, opposite = _with_faces(1, 1), _with_faces(1, -1)
    kinds = ("sphere", "bladed")
    au3cd_sphere, au3cd_bladed = (catalog.body("Au3Cd", model) for model in kinds)
    one_bead = catalog.body("R-Au-Cu", "sphere")
    large = catalog.body("R-Au-Cu", "sphere_tem")
    slim, slim_opposite = catalog.body("R-Au-Cu", "narrow"), _with_faces(1, -1, narrow.SIZES)
    return Calibration(
        sphere_sigma=solve_diameter(_sphere_of, 1.5, 2.0),
        core_sigma=solve_diameter(_bladed_of, 1.1, 1.3),
        sphere=head_to_tail_minimum(one_bead, one_bead),
        meshing=head_to_tail_minimum(r_au_cu, r_au_cu),
        opposed=head_to_tail_minimum(opposite, opposite),
        au3cd_sphere=head_to_tail_minimum(au3cd_sphere, au3cd_sphere),
        au3cd_bladed=head_to_tail_minimum(au3cd_bladed, au3cd_bladed),
        side_equal=side_by_side_minimum(equal),
        side_opposite=side_by_side_minimum(opposite),
        side_turned=side_by_side_minimum(r_au_cu),
        narrow_core_sigma=solve_diameter(_narrow_of, 1.1, 1.3),
        narrow_meshing=head_to_tail_minimum(slim, slim),
        narrow_opposed=head_to_tail_minimum(slim_opposite, slim_opposite),
        narrow_side=side_by_side_minimum(slim),
        tem_sigma=solve_diameter(_sphere_of, 1.7, 2.0, TEM_SPACING),
        tem=head_to_tail_minimum(large, large),
    )


def solve_diameter(
    build: Callable[[float], RigidBody],
    smallest: float,
    largest: float,
    spacing: float = WIRE_SPACING,
) -> float:
    """Bead diameter at which the head-to-tail minimum of two equal bodies is at `spacing`.

    Parameters
    ----------
    build : callable
        Body of a given bead diameter (nm).
    smallest, largest : float
        Diameters between which the solution lies, nm.
    spacing : float
        Distance of the centres at the minimum, nm.

    Returns
    -------
    float
        Diameter, nm, to 1e-4.

    Raises
    ------
    ValueError
        If the solution does not lie between `smallest` and `largest`.
    """
    from scipy.optimize import brentq

    def excess(diameter: float) -> float:
        body = build(diameter)
        return head_to_tail_minimum(body, body).distance - spacing

    return float(brentq(excess, smallest, largest, xtol=1e-4))


def side_by_side_minimum(body: RigidBody, relative_permittivity: float = 1.0) -> SideBySide:
    """Lowest energy of two equal bodies side by side, dipoles antiparallel.

    In a first step the axes are kept parallel to z: the distance, the spin of each body about its
    axis and a small shift along the axis are optimised on a grid and refined. In a second step all
    coordinates are free. Its minimum is used if the pair is still side by side (the angle between
    the dipoles is above 135 degrees, and both are more than 60 degrees off the line of centres).

    Parameters
    ----------
    body : RigidBody
        The kind.
    relative_permittivity : float
        Of the medium.

    Returns
    -------
    SideBySide
        Energy, distance, angle of the dipoles.
    """
    from scipy.optimize import minimize

    def upright(points: FloatArray) -> FloatArray:
        distance, spin_a, spin_b, offset = points.T
        over = np.clip(np.abs(offset) - MAX_OFFSET, 0.0, None)
        return 1e3 * over + pair_energy(
            body,
            body,
            np.column_stack([distance, 0 * distance, offset]),
            turn_about_z(spin_a),
            rowan.multiply(turn_about_z(spin_b), TURNED_OVER),
            relative_permittivity=relative_permittivity,
        )

    # half the range of two bodies, so that their charges cannot coincide
    distances = np.linspace(body.reach, 2.4 * body.reach, 25)
    period = 2.0 * np.pi / max(body.symmetry, 1)
    spins = np.zeros(1) if body.symmetry == 0 else np.linspace(0.0, period, 20, endpoint=False)
    offsets = np.linspace(-MAX_OFFSET, MAX_OFFSET, 5)
    grid = np.stack(np.meshgrid(distances, spins, spins, offsets, indexing="ij"), -1)
    energy, point = lowest(upright, grid.reshape(-1, 4))

    def placed(x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        spin_a = rowan.multiply(turn(x[3:6]), turn_about_z(point[1]))
        spin_b = rowan.multiply(turn_about_z(point[2]), TURNED_OVER)
        return x[:3], spin_a, rowan.multiply(turn(x[6:9]), spin_b)

    def free(x: FloatArray) -> float:
        return float(
            pair_energy(body, body, *placed(x), relative_permittivity=relative_permittivity)[0]
        )

    start = np.array([point[0], 0.0, point[3], *np.full(6, 1e-3)])  # not on a saddle point
    found = minimize(free, start, method="BFGS", options={"gtol": 1e-4})
    r, q_a, q_b = placed(found.x)
    distance = float(np.linalg.norm(r))
    along_a, along_b = (rowan.to_matrix(q)[:, 2] for q in (q_a, q_b))
    apart = float(np.degrees(np.arccos(np.clip(along_a @ along_b, -1.0, 1.0))))
    off = max(abs(along_a @ r), abs(along_b @ r)) / distance
    if found.fun <= energy and apart > 135.0 and off < 0.5:
        return SideBySide(float(found.fun), distance, apart, relaxed=True)
    return SideBySide(energy, float(np.hypot(point[0], point[3])), 180.0, relaxed=False)


def _sphere_of(sigma: float) -> RigidBody:
    """R-Au-Cu as `sphere` with a bead of another diameter."""
    p = catalog.nanocluster("R-Au-Cu")
    return sphere(p.name, mass=p.mass, charge=p.charge, separation=p.charge_separation, sigma=sigma)


def _with_faces(positive: int, negative: int, sizes: BladedSizes = SIZES) -> RigidBody:
    """R-Au-Cu as a body with blades, with other hands and without rotation of the negative face."""
    p = catalog.nanocluster("R-Au-Cu")
    return bladed(
        p.name,
        mass=p.mass,
        charge=p.charge,
        separation=p.charge_separation,
        faces=Faces(positive, negative, 0.0),
        sizes=sizes,
    )


def _bladed_of(sigma: float) -> RigidBody:
    """R-Au-Cu as `bladed` with core beads of another diameter."""
    return _with_faces(1, 1, replace(SIZES, core_sigma=sigma))


def _narrow_of(sigma: float) -> RigidBody:
    """R-Au-Cu as `narrow` with core beads of another diameter."""
    return _with_faces(1, 1, replace(narrow.SIZES, core_sigma=sigma))
