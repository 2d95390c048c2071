"""Rigid bodies from beads: centre of mass, principal axes, symmetry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from janus_md.common.arrays import FloatArray
from janus_md.model.body import BondCriterion, RigidBody
from janus_md.model.solid import union

MODEL = "beads"
"""Model of bodies that consist of beads only."""

BOND_ANGLE = 35.0
"""Default of the largest angle of a head-to-tail bond, degrees."""

BOND_LENGTHS = 1.25
"""Default of the longest head-to-tail bond, in lengths of the body along its axis."""

MAX_FOLD = 24
"""Largest rotational symmetry that is detected."""

PLACE_TOLERANCE = 2e-3
"""Positions closer than this are equal when the symmetry is determined, nm; files round
coordinates."""

NO_VOLUME = "no bead has a diameter above 0, so the inertia is undefined"
"""Fault of beads that form no body."""

EQUAL_MOMENTS = 1e-3
"""Principal moments of inertia that differ by less than this fraction of the largest are equal.

Coordinates in files are rounded, and the axes of a body whose moments are equal by symmetry must
not depend on the last digit. The quadrature itself is accurate to 1e-7. What is neglected, at most
half this fraction of the largest moment off the diagonal, changes only the dynamics of rotation."""

_AXIS_TOLERANCE = 1e-6  # nm


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
    magnetic: bool = False,
) -> RigidBody:
    """Return the rigid body made of beads, with uniform density in their union.

    The origin is the centre of mass, and the coordinate axes are principal axes of inertia. The +z
    axis is the principal axis nearest to the dipole moment. Without a dipole moment, it is the one
    nearest to the direction from the beads of the first kind to those of the last kind. If that
    direction is undefined too, it is the axis of symmetry or the axis of the smallest moment.

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
        nm; by default the radius of the sphere with the volume of the union.
    bond : BondCriterion, optional
        Head-to-tail bond; by default :data:`BOND_LENGTHS` and :data:`BOND_ANGLE`.
    symmetry : int, optional
        n of the n-fold symmetry about z; found from the beads by default.
    enantiomer : str
        ``R``, ``S`` or empty.
    magnetic : bool
        Whether charges are magnetic.

    Raises
    ------
    ValueError
        If no bead has a volume.
    """
    kinds = [kind for kind, _ in beads]
    places = np.array([at for _, at in beads], float).reshape(-1, 3)
    radii = 0.5 * np.array([diameters[kind] for kind in kinds])
    if not np.any(radii > 0.0):
        raise ValueError(NO_VOLUME)
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
        magnetic=magnetic,
    )


def _direction(places: FloatArray, kinds: Sequence[str], charges: FloatArray) -> FloatArray:
    """Preferred direction of +z; zero if there is none."""
    dipole = charges @ places - charges.sum() * places.mean(axis=0)
    if np.linalg.norm(dipole) > _AXIS_TOLERANCE:
        return np.asarray(dipole)
    order = list(dict.fromkeys(kinds))
    first, last = (
        places[[kind == one for kind in kinds]].mean(axis=0) for one in (order[0], order[-1])
    )
    apart = last - first
    return apart if np.linalg.norm(apart) > _AXIS_TOLERANCE else np.zeros(3)


def principal_axes(inertia: FloatArray, towards: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Principal moments, shape (3,), and axes as rows of a rotation, shape (3, 3).

    Axes of equal moments (:data:`EQUAL_MOMENTS`) are free to rotate among themselves; the third
    axis then follows the preferred direction as closely as possible. An axis of symmetry is
    along z.

    Parameters
    ----------
    inertia : ndarray, shape (3, 3)
        About the centre of mass.
    towards : ndarray, shape (3,)
        Preferred direction of the third axis; zero for none. Without one, the third axis belongs to
        the smallest moment that differs from the others; it is z if all three are equal.
    """
    moments, columns = np.linalg.eigh(inertia)
    axes, groups = columns.T, _equal(moments)
    for group in groups:
        moments[group] = moments[group].mean()
    length = float(np.linalg.norm(towards))
    if length > 0.0:  # the vector nearest to the direction in each space of equal moments
        shadows = [(towards / length) @ axes[group].T @ axes[group] for group in groups]
        z = max(shadows, key=lambda one: float(np.linalg.norm(one)))
        z = z / np.linalg.norm(z)
    else:
        single = [axes[group[0]] for group in groups if len(group) == 1]
        z = single[0] * _sign(single[0][::-1]) if single else np.array([0.0, 0.0, 1.0])
    x = _across(inertia, moments, z)
    frame = np.stack([x, np.cross(z, x), z])
    about = np.einsum("ki,ij,kj->k", frame, inertia, frame)
    return moments[np.abs(about[:, None] - moments).argmin(axis=1)], frame


def _equal(moments: FloatArray) -> list[list[int]]:
    """Indices of equal moments, which are in ascending order."""
    groups = [[0]]
    for k in (1, 2):
        if moments[k] - moments[k - 1] < EQUAL_MOMENTS * moments[2]:
            groups[-1].append(k)
        else:
            groups.append([k])
    return groups


def _across(inertia: FloatArray, moments: FloatArray, z: FloatArray) -> FloatArray:
    """Principal axis normal to z: of the smaller moment, else the one nearest to the file's x."""
    plane = np.eye(3) - np.outer(z, z)
    tensor = plane @ inertia @ plane + 2.0 * moments[2] * np.outer(z, z)
    values, columns = np.linalg.eigh(tensor)
    if values[1] - values[0] >= EQUAL_MOMENTS * moments[2]:
        return np.asarray(columns[:, 0] * _sign(columns[:, 0]))
    x = next(plane @ unit for unit in np.eye(3) if np.linalg.norm(plane @ unit) > 0.5)
    return np.asarray(x / np.linalg.norm(x))


def _sign(vector: FloatArray) -> float:
    """Sign of the first non-zero component, which fixes the direction of an axis."""
    return float(np.sign(next(value for value in vector if abs(value) > 1e-6)))


def rotational_symmetry(places: ArrayLike, kinds: Sequence[str]) -> int:
    """Return n of the n-fold symmetry of beads about z; 0 if all are on the axis.

    Positions that differ by less than :data:`PLACE_TOLERANCE` are equal.
    """
    sites, names = np.asarray(places, float).reshape(-1, 3), np.array(kinds)
    off = np.hypot(sites[:, 0], sites[:, 1]) >= PLACE_TOLERANCE
    if not off.any():
        return 0
    alike = names[:, None] == names
    most = max(int(np.count_nonzero(off & (names == kind))) for kind in names[off])
    for n in range(min(most, MAX_FOLD), 1, -1):
        c, s = np.cos(2.0 * np.pi / n), np.sin(2.0 * np.pi / n)
        turned = sites @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
        apart = np.linalg.norm(turned[:, None] - sites[None], axis=2)
        if np.all(np.any((apart < PLACE_TOLERANCE) & alike, axis=1)):
            return n
    return 1
