"""The engine-neutral system: bodies, box, interactions, and the thermal bath."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import Interactions

IntArray = NDArray[np.int32]


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
        Unit quaternions (w, x, y, z) that turn the principal frame into the laboratory's.
    interactions : Interactions
        Pair table and electrostatics.
    images : ndarray of int, shape (N, 3)
        Periodic images of the centres.
    velocities : ndarray, shape (N, 3), or None
        Of the centres, nm/ps; None where they are still to be drawn.
    angular_momenta : ndarray, shape (N, 3), or None
        About the centres, in the principal frame, amu nm^2/ps.
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
    def volume(self) -> float:
        """Volume of the box, nm^3."""
        return float(self.box[:3].prod())


@dataclass(frozen=True)
class Bath:
    """Thermal bath: temperature and friction.

    Attributes
    ----------
    kT : float
        Thermal energy, kJ/mol.
    method : str
        ``langevin``, ``brownian`` or ``nve`` (no bath).
    gamma : ndarray, shape (K,)
        Translational friction of each kind, amu/ps.
    gamma_r : ndarray, shape (K, 3)
        Rotational friction of each kind about its principal axes, amu nm^2/ps.
    """

    kT: float
    method: str
    gamma: FloatArray
    gamma_r: FloatArray
