"""Rigid bodies: constituent sites in the principal frame, mass, inertia, charges."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from janus_md.common.arrays import FloatArray, plain
from janus_md.model.units import DEBYE

__all__ = ["BondCriterion", "FloatArray", "RigidBody"]


@dataclass(frozen=True)
class BondCriterion:
    """Geometric criterion of a head-to-tail bond: distance of the centres and angles to the bond.

    Attributes
    ----------
    distance : float
        Largest distance of the two centres, nm.
    angle : float
        Largest angle between either dipole and the vector from one centre to the other, degrees.
    """

    distance: float
    angle: float


@dataclass(frozen=True, eq=False)  # compared and hashed by identity, as arrays cannot be
class RigidBody:
    """One kind of rigid body, in its principal frame with the centre of mass at the origin.

    A dipole moment, if there is one, points along +z.

    Attributes
    ----------
    name : str
        Name of the particle; also the type of its central particle.
    model : str
        Model used to build the body (of :data:`janus_md.model.nanocluster.MODELS`, or ``beads``).
    positions : ndarray, shape (S, 3)
        Constituent sites, nm.
    types : tuple of str, length S
        Type of each site.
    charges : ndarray, shape (S,)
        Charge of each site, e.
    diameters : dict of str to float
        WCA diameter by type, including the central type, nm; 0 for a type without volume.
    mass : float
        Mass, amu.
    inertia : ndarray, shape (3,)
        Principal moments of inertia, amu nm^2.
    hydrodynamic_radius : float
        Radius of the sphere with the same Stokes friction, nm.
    volume : float
        Volume used in the volume fraction, nm^3.
    bond : BondCriterion
        Geometric criterion of a head-to-tail bond.
    symmetry : int
        n of the n-fold rotational symmetry about z; 0 for a body of revolution.
    enantiomer : str
        ``R``, ``S``, or an empty string for a body without a hand.
    magnetic : bool
        Whether charges are magnetic. They are then in units in which magnetic charges interact in
        vacuum like electric charges in e; the medium does not screen them.
    """

    name: str
    model: str
    positions: FloatArray
    types: tuple[str, ...]
    charges: FloatArray
    diameters: dict[str, float]
    mass: float
    inertia: FloatArray
    hydrodynamic_radius: float
    volume: float
    bond: BondCriterion
    symmetry: int = 1
    enantiomer: str = ""
    magnetic: bool = False

    def __post_init__(self) -> None:
        sites = len(self.types)
        if self.positions.shape != (sites, 3) or self.charges.shape != (sites,):
            raise ValueError(
                f"body {self.name}: positions {self.positions.shape} and charges "
                f"{self.charges.shape} must be (S, 3) and (S,) with S = {sites} types"
            )
        unknown = ({*self.types, self.name}) - self.diameters.keys()
        if unknown:
            raise ValueError(f"body {self.name}: no diameter for the types {sorted(unknown)}")

    @property
    def dipole(self) -> FloatArray:
        """Dipole moment about the centre of mass, shape (3,), debye."""
        return np.asarray(self.charges @ self.positions / DEBYE)

    @property
    def polar(self) -> bool:
        """Whether the dipole moment differs from 0 by more than rounding errors."""
        scale = float(np.abs(self.charges) @ np.linalg.norm(self.positions, axis=1)) / DEBYE
        return bool(np.linalg.norm(self.dipole) > 1e-9 * scale)

    @property
    def reach(self) -> float:
        """Radius of the smallest sphere about the centre that contains all beads, nm."""
        radii = np.array([0.5 * self.diameters[t] for t in self.types])
        outer = np.linalg.norm(self.positions, axis=1) + radii
        return float(max(outer.max(initial=0.0), 0.5 * self.diameters[self.name]))

    def to_dict(self) -> dict[str, Any]:
        """Return the body as plain JSON values; :meth:`of` reads them.

        `magnetic` is omitted for bodies that are not, as in files of earlier versions.
        """
        found: dict[str, Any] = plain(self)
        if not self.magnetic:
            del found["magnetic"]
        return found

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> RigidBody:
        """Return the body described by :meth:`to_dict`.

        Equal descriptions give the same object.

        Raises
        ------
        KeyError, TypeError, ValueError
            If `data` is not such a description.
        """
        return _body(json.dumps(data, sort_keys=True))

    def mirror(self, name: str) -> RigidBody:
        """Return the mirror image (x -> -x) under another name; R and S are exchanged."""
        other = {"R": "S", "S": "R"}.get(self.enantiomer, "")
        diameters = {name if t == self.name else t: d for t, d in self.diameters.items()}
        return replace(
            self,
            name=name,
            positions=self.positions * np.array([-1.0, 1.0, 1.0]),
            diameters=diameters,
            enantiomer=other,
        )


@lru_cache(maxsize=1024)
def _body(text: str) -> RigidBody:
    """Return the body described by a text; caches of bodies depend on object identity."""
    data = json.loads(text)
    arrays = {key: np.array(data[key], float) for key in ("charges", "inertia")}
    arrays["positions"] = np.array(data["positions"], float).reshape(-1, 3)
    for array in arrays.values():
        array.flags.writeable = False
    named = {"types": tuple(data["types"]), "bond": BondCriterion(**data["bond"])}
    return RigidBody(**{**data, **arrays, **named})
