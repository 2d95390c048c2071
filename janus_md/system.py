"""The engine-neutral system: bodies, box, interactions, and the thermal bath."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from janus_md.bodies import FloatArray, RigidBody
from janus_md.interactions import Interactions

if TYPE_CHECKING:
    from janus_md.statepoint import StatePoint

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


def build(point: StatePoint) -> System:
    """Return the first state of `point`: box, places, orientations and thermal velocities.

    Everything random follows from the state point's seed.

    Raises
    ------
    JanusError
        Where the bodies find no room.
    """
    from janus_md.interactions import Electrostatics, wca_table
    from janus_md.placement import place_at_random, place_on_lattice
    from janus_md.units import thermal_energy

    bodies = point.bodies()
    counts = point.counts()
    rng = np.random.default_rng(point.seed())
    kinds = rng.permutation(np.repeat(np.arange(len(bodies)), counts)).astype(np.int32)
    occupied = sum(n * body.volume for n, body in zip(counts, bodies, strict=True))
    length = (occupied / point.volume_fraction) ** (1 / 3)
    pairs = wca_table(bodies)
    place = place_on_lattice if point.start == "lattice" else place_at_random
    positions, orientations = place(bodies, kinds, length, pairs, rng)
    kT = thermal_energy(point.temperature)
    mass = np.array([body.mass for body in bodies])[kinds]
    inertia = np.array([body.inertia for body in bodies])[kinds]
    electrostatics = None
    if point.electrostatics.method != "none":
        electrostatics = Electrostatics(
            point.relative_permittivity, point.electrostatics.force_error
        )
    return System(
        bodies=bodies,
        kinds=kinds,
        box=np.array([length, length, length, 0.0, 0.0, 0.0]),
        positions=positions,
        orientations=orientations,
        interactions=Interactions(pairs, electrostatics),
        velocities=rng.normal(size=(len(kinds), 3)) * np.sqrt(kT / mass)[:, None],
        angular_momenta=rng.normal(size=(len(kinds), 3)) * np.sqrt(kT * inertia),
    )
