"""Geometry of the morphologies: from a few numbers to a rigid body in its principal frame.

Both models of a nanocluster (:func:`sphere`, :func:`bladed`) carry the fragment charges of
Li et al., ACS Cent. Sci. 2022, 8, 1258-1264, on the body axis: ``+q`` at ``+z``, ``-q`` at ``-z``.
Every length below is a choice of this project's model, calibrated by
:mod:`janus_md.study.catalogue.calibrate` on the cluster spacing that the same paper reports.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from janus_md.model.body import BondCriterion, FloatArray, RigidBody
from janus_md.model.solid import principal_moments
from janus_md.model.units import DEBYE

CORE = "core"
"""Type of the charged beads on the axis of `bladed`."""

BLADE = "blade"
"""Type of the ligand beads of `bladed`."""

CHARGE = "charge"
"""Type of the charge sites of `sphere`, which have no volume."""

SITES = (CORE, BLADE, CHARGE)
"""Types of all sites."""

SPHERE_SIGMA = 1.727
"""WCA diameter of the one bead of `sphere`, nm."""

SPHERE_SEPARATION = 0.5 * SPHERE_SIGMA
"""Distance of the charges of `sphere` at most, nm: where they are 0.9 nm apart or more, two bodies
of charge 3 fall into each other, the one's charge onto the other's."""

CORE_SIGMA = 1.21
"""WCA diameter of the core beads of `bladed`, nm."""

BLADE_SIGMA = 0.9
"""WCA diameter of the blade beads of `bladed`, nm."""

BLADE_RADIUS = 1.40
"""Distance of the blade beads from the body axis, nm."""

BLADE_HEIGHT = 0.50
"""Mean distance of the beads of a face from the plane through the centre, nm."""

BLADE_RISE = 0.25
"""Height of either bead of a blade above or below that mean, nm."""

BLADE_SPAN = 0.4
"""Azimuth of either bead of a blade from the blade's middle, radians."""

BLADES = 3
"""Blades on a face; also n of the n-fold symmetry of `bladed`."""

WIRE_SPACING = 1.61
"""Distance of head-to-tail neighbours in the crystal of R-Au-Cu, nm (Li et al. 2022)."""

BALL_RADIUS = 0.5 * WIRE_SPACING
"""Radius of the uniform ball, nm."""

BODY_VOLUME = 2.19
"""Volume of one body in the volume fraction (a sphere 1.61 nm across), both models, nm^3."""

BLADED_HYDRODYNAMIC_RADIUS = 1.12
"""Radius of the sphere that has the volume of the beads' union, nm."""


@dataclass(frozen=True)
class Faces:
    """Hands of the two end faces of `bladed`, and their turn.

    Attributes
    ----------
    positive, negative : int
        Hand (+1 or -1) of the face at +z and at -z: a blade of hand +1 rises with the azimuth
        when the face is seen from outside.
    turn : float
        Angle tau by which the negative face is turned about +z, radians.
    """

    positive: int
    negative: int
    turn: float

    def mirror(self) -> Faces:
        """Faces of the mirror image: both hands and the turn negated."""
        return Faces(-self.positive, -self.negative, -self.turn)


def sphere(
    name: str,
    *,
    mass: float,
    charge: float,
    separation: float,
    enantiomer: str = "",
    sigma: float = SPHERE_SIGMA,
) -> RigidBody:
    """One bead on the central particle and two charge sites on the axis; no chirality.

    Mass distribution: uniform ball of radius 0.805 nm, ``I = 2/5 m R^2`` about every axis.

    Parameters
    ----------
    name : str
        Name of the particle.
    mass : float
        amu.
    charge : float
        Charge of the site at +z, e; the one at -z has its opposite.
    separation : float
        Distance of the two charges, nm.
    enantiomer : str
        ``R``, ``S`` or empty.
    sigma : float
        WCA diameter of the bead, nm.

    Returns
    -------
    RigidBody
        Two sites, infinite symmetry (0).

    Raises
    ------
    ValueError
        If the charges are further apart than :data:`SPHERE_SEPARATION`.
    """
    if separation > SPHERE_SEPARATION:
        moment = charge * separation / DEBYE
        raise ValueError(
            f"{moment:.4g} debye puts charges of {charge:g} e {separation:.3f} nm apart; in the "
            f"model sphere they must be at most {SPHERE_SEPARATION:.3f} nm apart, or those of two "
            "bodies meet"
        )
    half = 0.5 * separation
    return RigidBody(
        name=name,
        model="sphere",
        positions=np.array([[0.0, 0.0, half], [0.0, 0.0, -half]]),
        types=(CHARGE, CHARGE),
        charges=np.array([charge, -charge]),
        diameters={name: sigma, CHARGE: 0.0},
        mass=mass,
        inertia=np.full(3, 0.4 * mass * BALL_RADIUS**2),
        hydrodynamic_radius=BALL_RADIUS,
        volume=BODY_VOLUME,
        bond=BondCriterion(2.1, 35.0),
        symmetry=0,
        enantiomer=enantiomer,
    )


def _face(hand: int) -> FloatArray:
    """Blade beads of a face that looks along +z, shape (2 BLADES, 3), nm."""
    middle = np.repeat(2.0 * math.pi / BLADES * np.arange(BLADES), 2)
    side = np.tile([-1.0, 1.0], BLADES)
    azimuth = middle + side * BLADE_SPAN
    height = BLADE_HEIGHT + side * hand * BLADE_RISE
    return np.column_stack([BLADE_RADIUS * np.cos(azimuth), BLADE_RADIUS * np.sin(azimuth), height])


def bladed(
    name: str,
    *,
    mass: float,
    charge: float,
    separation: float,
    faces: Faces,
    enantiomer: str = "",
    core_sigma: float = CORE_SIGMA,
    blade_sigma: float = BLADE_SIGMA,
) -> RigidBody:
    """Two charged core beads on the axis and three tilted blades of two beads on each end face.

    The negative face is the positive one seen from its own outside: turned over by half a turn
    about x, which keeps a hand, and then by ``faces.turn`` about +z.

    Mass distribution: point masses, the mass shared among the 14 beads by volume (sigma^3). The
    heights of a face add up to the same for either hand, so the centre of mass is the origin, and
    the threefold symmetry makes z a principal axis and the other two moments equal.

    Parameters
    ----------
    name, mass, charge, separation, enantiomer
        As for :func:`sphere`.
    faces : Faces
        Hands and turn.
    core_sigma, blade_sigma : float
        WCA diameters, nm.

    Returns
    -------
    RigidBody
        14 sites (the two cores first), threefold symmetry.
    """
    half = 0.5 * separation
    cosine, sine = math.cos(faces.turn), math.sin(faces.turn)
    about_z = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    turned_over = _face(faces.negative) * np.array([1.0, -1.0, -1.0])
    cores = np.array([[0.0, 0.0, half], [0.0, 0.0, -half]])
    positions = np.vstack([cores, _face(faces.positive), turned_over @ about_z.T])
    sigma = np.array([core_sigma] * 2 + [blade_sigma] * (4 * BLADES))
    masses = mass * sigma**3 / np.sum(sigma**3)
    return RigidBody(
        name=name,
        model="bladed",
        positions=positions,
        types=(CORE,) * 2 + (BLADE,) * (4 * BLADES),
        charges=np.array([charge, -charge] + [0.0] * (4 * BLADES)),
        diameters={name: 0.0, CORE: core_sigma, BLADE: blade_sigma},
        mass=mass,
        inertia=principal_moments(positions, masses),
        hydrodynamic_radius=BLADED_HYDRODYNAMIC_RADIUS,
        volume=BODY_VOLUME,
        bond=BondCriterion(2.4, 35.0),
        symmetry=BLADES,
        enantiomer=enantiomer,
    )
