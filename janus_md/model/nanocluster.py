"""Nanoclusters: their parameters, and the registry of models that build rigid bodies from them.

All models carry the fragment charges of Li et al., ACS Cent. Sci. 2022, 8, 1258-1264, on the body
axis: ``+q`` at ``+z``, ``-q`` at ``-z``. A model is one file, ``nanoclusters/NAME.py``, with an
object ``MODEL``. Every length of a model is a choice of this project, calibrated by
:mod:`janus_md.study.catalogue.calibrate` on the cluster spacing that the same paper reports.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from janus_md.common.registry import Registry
from janus_md.model.body import RigidBody

WIRE_SPACING = 1.61
"""Distance of head-to-tail neighbours in the crystal of R-Au-Cu, nm (Li et al. 2022)."""

BODY_VOLUME = 2.19
"""Volume of one body in the volume fraction (a sphere of diameter 1.61 nm), all models, nm^3."""


@dataclass(frozen=True)
class Faces:
    """Hands of the two end faces of `bladed`, and the rotation between them.

    Attributes
    ----------
    positive, negative : int
        Hand (+1 or -1) of the face at +z and at -z. Seen from outside, a blade of hand +1 rises
        with the azimuth.
    turn : float
        Angle tau by which the negative face is rotated about +z, radians.
    """

    positive: int
    negative: int
    turn: float

    def mirror(self) -> Faces:
        """Faces of the mirror image: both hands and the turn negated."""
        return Faces(-self.positive, -self.negative, -self.turn)


@dataclass(frozen=True)
class Nanocluster:
    """Parameters of a nanocluster, used by all models.

    Attributes
    ----------
    name : str
        Name of the particle.
    mass : float
        amu.
    charge : float
        Charge at +z, e; the charge at -z is its opposite.
    separation : float
        Distance of the two charges, nm.
    faces : Faces
        Hands and turn of the end faces.
    enantiomer : str
        ``R``, ``S`` or empty.
    """

    name: str
    mass: float
    charge: float
    separation: float
    faces: Faces
    enantiomer: str = ""


class NanoclusterModel(ABC):
    """A model that builds a rigid body from the parameters of a nanocluster."""

    types: tuple[str, ...]
    """Types of its sites; they cannot be names of particles."""

    @abstractmethod
    def build(self, numbers: Nanocluster) -> RigidBody:
        """Return the body, in its principal frame.

        Raises
        ------
        ValueError
            If the model cannot contain the charges, with the reason.
        """


MODELS: Registry[NanoclusterModel] = Registry(
    "model", "janus_md.nanoclusters", "MODEL", "janus_md.model.nanoclusters"
)
"""All models of nanoclusters."""
