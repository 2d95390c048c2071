"""`bladed`: charged cores and three tilted ligand blades on each end face, with their hands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from janus_md.model.body import BondCriterion, FloatArray, RigidBody
from janus_md.model.nanocluster import BODY_VOLUME, Faces, Nanocluster, NanoclusterModel
from janus_md.model.solid import principal_moments

CORE = "core"
"""Type of the charged beads on the axis of `bladed`."""

BLADE = "blade"
"""Type of the ligand beads of `bladed`."""

BLADES = 3
"""Blades on a face; also n of the n-fold symmetry of `bladed`."""


@dataclass(frozen=True)
class BladedSizes:
    """Sizes of a body with blades.

    Attributes
    ----------
    core_sigma, blade_sigma : float
        WCA diameters of core and blade beads, nm.
    radius : float
        Distance of the blade beads from the body axis, nm.
    height : float
        Mean distance of the beads of a face from the plane through the centre, nm.
    rise : float
        Distance of each bead of a blade from that mean, nm.
    span : float
        Azimuth of each bead of a blade relative to the middle of the blade, radians.
    hydrodynamic_radius : float
        Radius of the sphere with the volume of the union of the beads, nm.
    """

    core_sigma: float
    blade_sigma: float
    radius: float
    height: float
    rise: float
    span: float
    hydrodynamic_radius: float


SIZES = BladedSizes(
    core_sigma=1.21,
    blade_sigma=0.9,
    radius=1.40,
    height=0.50,
    rise=0.25,
    span=0.4,
    hydrodynamic_radius=1.12,
)
"""Sizes of the model `bladed`."""


def bladed(
    name: str,
    *,
    mass: float,
    charge: float,
    separation: float,
    faces: Faces,
    enantiomer: str = "",
    sizes: BladedSizes = SIZES,
    model: str = "bladed",
) -> RigidBody:
    """Two charged core beads on the axis and three tilted blades of two beads on each end face.

    The negative face is the positive one rotated by 180 degrees about x, which keeps the hand,
    and then by ``faces.turn`` about +z.

    Mass distribution: point masses; the mass is divided among the 14 beads by volume (sigma^3).
    The sum of the heights of a face is the same for both hands, so the centre of mass is the
    origin. By the threefold symmetry, z is a principal axis and the other two moments are equal.

    Parameters
    ----------
    name, mass, charge, separation, enantiomer
        As of :class:`~janus_md.model.nanocluster.Nanocluster`.
    faces : Faces
        Hands and turn.
    sizes : BladedSizes
        Sizes of cores and blades.
    model : str
        Name of the model.

    Returns
    -------
    RigidBody
        14 sites (the two cores first), threefold symmetry.
    """
    half = 0.5 * separation
    cosine, sine = math.cos(faces.turn), math.sin(faces.turn)
    about_z = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    turned_over = _face(faces.negative, sizes) * np.array([1.0, -1.0, -1.0])
    cores = np.array([[0.0, 0.0, half], [0.0, 0.0, -half]])
    positions = np.vstack([cores, _face(faces.positive, sizes), turned_over @ about_z.T])
    sigma = np.array([sizes.core_sigma] * 2 + [sizes.blade_sigma] * (4 * BLADES))
    masses = mass * sigma**3 / np.sum(sigma**3)
    return RigidBody(
        name=name,
        model=model,
        positions=positions,
        types=(CORE,) * 2 + (BLADE,) * (4 * BLADES),
        charges=np.array([charge, -charge] + [0.0] * (4 * BLADES)),
        diameters={name: 0.0, CORE: sizes.core_sigma, BLADE: sizes.blade_sigma},
        mass=mass,
        inertia=principal_moments(positions, masses),
        hydrodynamic_radius=sizes.hydrodynamic_radius,
        volume=BODY_VOLUME,
        bond=BondCriterion(2.4, 35.0),
        symmetry=BLADES,
        enantiomer=enantiomer,
    )


def _face(hand: int, sizes: BladedSizes) -> FloatArray:
    """Blade beads of a face that points along +z, shape (2 BLADES, 3), nm."""
    middle = np.repeat(2.0 * math.pi / BLADES * np.arange(BLADES), 2)
    side = np.tile([-1.0, 1.0], BLADES)
    azimuth = middle + side * sizes.span
    height = sizes.height + side * hand * sizes.rise
    x, y = sizes.radius * np.cos(azimuth), sizes.radius * np.sin(azimuth)
    return np.column_stack([x, y, height])


class Bladed(NanoclusterModel):
    """Model of fourteen beads, in which the threefold faces of two bodies interlock."""

    types = (CORE, BLADE)

    def build(self, numbers: Nanocluster) -> RigidBody:
        """Return the body (:func:`bladed`)."""
        return bladed(
            numbers.name,
            mass=numbers.mass,
            charge=numbers.charge,
            separation=numbers.separation,
            faces=numbers.faces,
            enantiomer=numbers.enantiomer,
        )


MODEL = Bladed()
