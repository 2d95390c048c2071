"""Selection of the particles that are bodies, and of their constituents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray
from janus_md.model.box import inverse_lattice, lattice_vectors


@dataclass(frozen=True)
class Constituents:
    """Constituent particles of the rigid bodies of a frame, by HOOMD-blue's ``body``.

    Attributes
    ----------
    positions : ndarray, shape (P, 3)
        Positions, nm, in the periodic image nearest to the body.
    kinds : ndarray of int, shape (P,)
        Index into the type names of the frame.
    owner : ndarray of int, shape (P,)
        Index of the body among the bodies of the frame.
    """

    positions: FloatArray
    kinds: IndexArray
    owner: IndexArray


def bodies_among(particles: Any, types: Sequence[str] | None, where: str) -> IndexArray:
    """Return the indices of the particles that are bodies.

    Parameters
    ----------
    particles : object
        Particles of a GSD frame or of a HOOMD-blue snapshot.
    types : sequence of str or None
        Types of the bodies. None: all particles except the constituents of rigid bodies, whose
        ``body`` is the index of another particle.
    where : str
        Beginning of the error message.

    Raises
    ------
    JanusError
        If there are no bodies, a type is unknown, or `types` is None and ``body`` does not
        distinguish bodies from constituents.
    """
    if types is None:
        body = np.asarray(particles.body, dtype=np.int64)
        if tags_are_numbers(particles):
            chosen = np.flatnonzero((body < 0) | (body == np.arange(len(body))))
        elif _all_different(body):
            chosen = np.arange(len(body))
        else:
            strange = int(np.flatnonzero(body >= 0)[0])
            raise JanusError(
                f"{where} particles/body does not distinguish bodies from constituents: particle "
                f"{strange} has {body[strange]}, which is not a central particle of this frame; "
                "the file may contain only some of the particles; select the types of the bodies "
                f"with --types; the file has {', '.join(particles.types)}"
            )
    else:
        names = list(particles.types)
        if unknown := sorted(set(types) - set(names)):
            raise JanusError(
                f"{where} there is no type {unknown[0]}; the types are {', '.join(names)}"
            )
        chosen = np.flatnonzero(np.isin(particles.typeid, [names.index(name) for name in types]))
    if len(chosen) == 0:
        raise JanusError(f"{where} there are no bodies; at least one is needed")
    return chosen


def constituents_of(
    particles: Any, chosen: IndexArray, box: FloatArray, where: str
) -> Constituents | None:
    """Return the constituents of the selected bodies; None if the frame has none.

    Parameters
    ----------
    particles : object
        Particles of a GSD frame.
    chosen : ndarray of int, shape (N,)
        Indices of the particles that are bodies.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    where : str
        Beginning of the error message.

    Raises
    ------
    JanusError
        If the position of a constituent is not finite.
    """
    body = np.asarray(particles.body, dtype=np.int64)
    if not (body >= 0).any() or not tags_are_numbers(particles):
        return None
    place = np.full(len(body), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    others = np.flatnonzero((body >= 0) & (place < 0) & (place[body] >= 0))
    if not len(others):
        return None
    every = np.asarray(particles.position, dtype=np.float64)
    positions, centres = every[others], every[body[others]]
    if len(bad := np.flatnonzero(~np.isfinite(positions).all(axis=1))):
        raise JanusError(
            f"{where} the position of particle {others[bad[0]]} is {positions[bad[0]].tolist()}; "
            "all must be finite numbers"
        )
    lattice = lattice_vectors(box)
    images = np.rint((positions - centres) @ inverse_lattice(lattice))
    kinds = np.asarray(particles.typeid, dtype=np.int64)[others]
    return Constituents(positions - images @ lattice, kinds, place[body[others]])


def tags_are_numbers(particles: Any) -> bool:
    """Return whether the values of ``body`` are particle indices of this frame.

    They are if each particle that ``body`` refers to is its own centre, and no type is used for
    both centres and constituents, as HOOMD-blue requires for rigid bodies. They are not if only a
    subset of the particles was written, since ``body`` then has the indices in the full system.
    """
    body = np.asarray(particles.body, dtype=np.int64)
    rigid = np.flatnonzero(body >= 0)
    if not len(rigid):
        return True
    named = body[rigid]
    if np.any(named >= len(body)) or np.any(body[named] != named):
        return False
    kinds = np.asarray(particles.typeid)
    return not np.intersect1d(kinds[rigid[named == rigid]], kinds[rigid[named != rigid]]).size


def selection_note(particles: Any, types: Sequence[str] | None) -> str | None:
    """Return a note if :func:`bodies_among` had to guess which particles are bodies, else None."""
    if types is not None or tags_are_numbers(particles):
        return None
    return (
        "particles/body refers to particles that are not in the file, which may contain only some "
        f"of the particles; no two belong to one body, so all {len(particles.body)} count as "
        "bodies (--types selects some)"
    )


def _all_different(body: IndexArray) -> bool:
    """Return whether no two particles belong to the same rigid body."""
    rigid = body[body >= 0]
    return len(np.unique(rigid)) == len(rigid)
