"""The engine-neutral system: bodies, box and interactions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import rowan

from janus_md.common.arrays import FloatArray, IntArray
from janus_md.model.body import RigidBody
from janus_md.model.box import lattice_vectors
from janus_md.model.environment import AppliedField
from janus_md.model.interactions.table import Interactions

__all__ = ["IntArray", "System"]


@dataclass(frozen=True)
class System:
    """Rigid bodies in a periodic box.

    Attributes
    ----------
    bodies : tuple of RigidBody
        The distinct kinds.
    kinds : ndarray of int, shape (N,)
        Index into `bodies` for each body.
    box : ndarray, shape (6,)
        Lx, Ly, Lz in nm and the tilt factors xy, xz, yz (HOOMD-blue's convention); the box is
        centred on the origin.
    positions : ndarray, shape (N, 3)
        Centres of mass, nm, inside the box.
    orientations : ndarray, shape (N, 4)
        Unit quaternions (w, x, y, z) from the principal frame to the laboratory frame.
    interactions : Interactions
        Pair table and electrostatics.
    images : ndarray of int, shape (N, 3)
        Periodic images of the centres.
    velocities : ndarray, shape (N, 3), or None
        Velocities of the centres, nm/ps; None if not drawn yet.
    angular_momenta : ndarray, shape (N, 3), or None
        About the centres, in the principal frame, amu nm^2/ps.
    environment : tuple of AppliedField
        External fields.
    """

    bodies: tuple[RigidBody, ...]
    kinds: IntArray
    box: FloatArray
    positions: FloatArray
    orientations: FloatArray
    interactions: Interactions
    images: IntArray = field(default_factory=lambda: np.zeros((0, 3), np.int32))
    velocities: FloatArray | None = None
    angular_momenta: FloatArray | None = None
    environment: tuple[AppliedField, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.kinds)
        if len(self.images) == 0:
            object.__setattr__(self, "images", np.zeros((n, 3), np.int32))
        shapes = (self.positions.shape, self.orientations.shape, self.images.shape, self.box.shape)
        if shapes != ((n, 3), (n, 4), (n, 3), (6,)):
            raise ValueError(f"system of {n} bodies: arrays of the wrong shape {shapes}")

    @property
    def n_bodies(self) -> int:
        """Number of bodies N."""
        return len(self.kinds)

    @property
    def unwrapped(self) -> FloatArray:
        """Unwrapped positions of the centres, shape (N, 3), nm."""
        return np.asarray(self.positions + self.images @ lattice_vectors(self.box))

    @property
    def axes(self) -> FloatArray:
        """+z axis of each body in the laboratory frame, unit vectors, shape (N, 3)."""
        return np.asarray(rowan.rotate(self.orientations, np.array([0.0, 0.0, 1.0])))

    @property
    def volume(self) -> float:
        """Volume of the box, nm^3."""
        return float(self.box[:3].prod())
