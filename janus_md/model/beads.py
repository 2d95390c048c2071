"""From beads anywhere to a rigid body in its principal frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from janus_md.common.arrays import FloatArray
from janus_md.model.body import BondCriterion, RigidBody
from janus_md.model.solid import union

MODEL = "beads"
"""Model of bodies that are made of beads alone."""

BOND_ANGLE = 35.0
"""Largest angle of a head-to-tail bond where none is stated, degrees."""

BOND_LENGTHS = 1.25
"""Longest head-to-tail bond where none is stated, in lengths of the body along its axis."""

MOST_FOLD = 12
"""Largest rotational symmetry that is looked for."""

_SAME = 1e-6  # nm


def body_of_beads(
    name: str,
    beads: Sequence[tuple[str, Sequence[float]]],
    diameters: Mapping[str, float],
    charges: Mapping[str, float],
    mass: float,
    *,
    hydrodynamic_radius: float | None = None,
    bond: BondCriterion | None = None,
    symmetry: int | None = None,
    enantiomer: str = "",
) -> RigidBody:
    """Return the rigid body of some beads, its mass spread evenly over their union.

    The origin is the centre of mass, and the coordinate axes are principal axes of inertia. Of
    these, +z is the one nearest to the dipole moment; without a dipole moment, to the direction
    from the beads of the first kind to those of the last; without that, the one of the least
    moment.

    Parameters
    ----------
    name : str
        Name of the particle; types of sites are ``NAME.KIND``.
    beads : sequence of (str, (float, float, float))
        Kind and position of each bead, nm, in any frame.
    diameters, charges : mapping
        By kind, nm and e; a kind with diameter 0 is a site without volume.
    mass : float
        g/mol.
    hydrodynamic_radius : float, optional
        nm; by default that of the ball with the volume of the union.
    bond : BondCriterion, optional
        Head-to-tail bond; by default :data:`BOND_LENGTHS` and :data:`BOND_ANGLE`.
    symmetry : int, optional
        n of the n-fold symmetry about z; found from the beads by default.
    enantiomer : str
        ``R``, ``S`` or empty.

    Raises
    ------
    ValueError
        If no bead has a volume.
    """
    kinds = [kind for kind, _ in beads]
    places = np.array([at for _, at in beads], float).reshape(-1, 3)
    radii = 0.5 * np.array([diameters[kind] for kind in kinds])
    if not np.any(radii > 0.0):
        raise ValueError("no bead has a diameter above 0, and so there is no inertia")
    solid = union(places[radii > 0.0], radii[radii > 0.0])
    places = places - solid.centre
    q = np.array([charges.get(kind, 0.0) for kind in kinds])
    moments, axes = principal_axes(solid.inertia(mass), _direction(places, kinds, q))
    places = places @ axes.T
    places[np.abs(places) < 1e-12] = 0.0
    length = float((places[:, 2] + radii).max() - (places[:, 2] - radii).min())
    return RigidBody(
        name=name,
        model=MODEL,
        positions=places,
        types=tuple(f"{name}.{kind}" for kind in kinds),
        charges=q,
        diameters={name: 0.0, **{f"{name}.{kind}": diameters[kind] for kind in kinds}},
        mass=mass,
        inertia=moments,
        hydrodynamic_radius=hydrodynamic_radius or float((0.75 * solid.volume / np.pi) ** (1 / 3)),
        volume=solid.volume,
        bond=bond or BondCriterion(BOND_LENGTHS * length, BOND_ANGLE),
        symmetry=rotational_symmetry(places, kinds) if symmetry is None else symmetry,
        enantiomer=enantiomer,
    )


def _direction(places: FloatArray, kinds: Sequence[str], charges: FloatArray) -> FloatArray:
    """Direction that +z is to be near to; zero where there is none."""
    dipole = charges @ places - charges.sum() * places.mean(axis=0)
    if np.linalg.norm(dipole) > _SAME:
        return np.asarray(dipole)
    order = list(dict.fromkeys(kinds))
    first, last = (
        places[[kind == one for kind in kinds]].mean(axis=0) for one in (order[0], order[-1])
    )
    apart = last - first
    return apart if np.linalg.norm(apart) > _SAME else np.zeros(3)


def principal_axes(inertia: FloatArray, towards: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Principal moments, shape (3,), and axes as rows of a rotation, shape (3, 3).

    Parameters
    ----------
    inertia : ndarray, shape (3, 3)
        About the centre of mass.
    towards : ndarray, shape (3,)
        Direction that the third axis is to be near to; zero for none.
    """
    length, scale = float(np.linalg.norm(towards)), float(np.trace(inertia))
    if length > 0.0:
        z = towards / length
        along = inertia @ z
        if np.linalg.norm(along - (along @ z) * z) < 1e-7 * scale:  # it is a principal axis
            across = np.linalg.svd(z[None])[2][1:]  # and any two that are at right angles to it
            moments, turn = np.linalg.eigh(across @ inertia @ across.T)
            return _right_handed(np.array([*moments, along @ z]), np.vstack([turn.T @ across, z]))
    moments, columns = np.linalg.eigh(inertia)
    axes = columns.T
    third = int(np.argmax(np.abs(axes @ towards))) if length > 0.0 else 0
    order = [k for k in range(3) if k != third] + [third]
    axes, moments = axes[order], moments[order]
    if axes[2] @ towards < 0.0:
        axes[2] = -axes[2]
    return _right_handed(moments, axes)


def _right_handed(moments: FloatArray, axes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fix the signs of the first two axes, of which the frame does not depend otherwise."""
    first = axes[0] * np.sign(axes[0][np.argmax(np.abs(axes[0]))])
    return moments, np.stack([first, np.cross(axes[2], first), axes[2]])


def rotational_symmetry(places: FloatArray, kinds: Sequence[str]) -> int:
    """Return n of the n-fold symmetry of beads about z; 0 where all are on the axis."""
    if np.all(np.hypot(places[:, 0], places[:, 1]) < _SAME):
        return 0
    number = np.unique(np.array(kinds), return_inverse=True)[1]
    alike = number[:, None] == number
    for n in range(MOST_FOLD, 1, -1):
        angle = 2.0 * np.pi / n
        turned = places[:, :2] @ np.array(
            [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        )
        moved = np.column_stack([turned, places[:, 2]])
        apart = np.linalg.norm(moved[:, None] - places[None], axis=2)
        if np.all(np.any((apart < 1e-4) & alike, axis=1)):
            return n
    return 1
