"""`sphere`: one bead and two charge sites; a fast model without chirality."""

from __future__ import annotations

import numpy as np

from janus_md.model.body import BondCriterion, RigidBody
from janus_md.model.nanocluster import BODY_VOLUME, WIRE_SPACING, Nanocluster, NanoclusterModel
from janus_md.model.units import DEBYE

CHARGE = "charge"
"""Type of the charge sites of `sphere`, which have no volume."""

SPHERE_SIGMA = 1.727
"""WCA diameter of the bead of `sphere`, nm."""

SPHERE_SEPARATION = 0.5 * SPHERE_SIGMA
"""Largest distance of the charges of `sphere`, nm. At 0.9 nm or more, two bodies of charge 3
collapse: a charge of one reaches a charge of the other."""

BALL_RADIUS = 0.5 * WIRE_SPACING
"""Radius of the uniform ball, nm."""


def sphere(
    name: str,
    *,
    mass: float,
    charge: float,
    separation: float,
    enantiomer: str = "",
    sigma: float = SPHERE_SIGMA,
    model: str = "sphere",
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
        Charge of the site at +z, e; the charge at -z is its opposite.
    separation : float
        Distance of the two charges, nm.
    enantiomer : str
        ``R``, ``S`` or empty.
    sigma : float
        WCA diameter of the bead, nm.
    model : str
        Name of the model.

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
            f"model {model} they must be at most {SPHERE_SEPARATION:.3f} nm apart, or those of two "
            "bodies meet"
        )
    half = 0.5 * separation
    return RigidBody(
        name=name,
        model=model,
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


class Sphere(NanoclusterModel):
    """Model of one bead at the central particle with two charges inside.

    Parameters
    ----------
    name : str
        Name of the model.
    sigma : float
        WCA diameter of the bead, nm.
    """

    types = (CHARGE,)

    def __init__(self, name: str = "sphere", sigma: float = SPHERE_SIGMA) -> None:
        self._name, self._sigma = name, sigma

    def build(self, numbers: Nanocluster) -> RigidBody:
        """Return the body (:func:`sphere`)."""
        return sphere(
            numbers.name,
            mass=numbers.mass,
            charge=numbers.charge,
            separation=numbers.separation,
            enantiomer=numbers.enantiomer,
            sigma=self._sigma,
            model=self._name,
        )


MODEL = Sphere()
