"""Which particles of a frame are bodies, and which are constituents of them."""

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
    """Particles that HOOMD-blue's ``body`` tag assigns to the bodies of a frame.

    Attributes
    ----------
    positions : ndarray, shape (P, 3)
        Each in the periodic image that is nearest to its body, nm.
    kinds : ndarray of int, shape (P,)
        Index into the type names of the frame.
    owner : ndarray of int, shape (P,)
        Index of the body among the bodies of the frame.
    """

    positions: FloatArray
    kinds: IndexArray
    owner: IndexArray


def bodies_among(particles: Any, types: Sequence[str] | None, where: str) -> IndexArray:
    """Numbers of the particles that are bodies: those of some types, or all but constituents.

    Parameters
    ----------
    particles : object
        Particles of a frame of GSD, or of a snapshot of HOOMD-blue.
    types : sequence of str or None
        Types that are bodies; None: every particle, except the constituents of rigid bodies
        (whose ``body`` names another particle).
    where : str
        Beginning of a refusal.

    Raises
    ------
    JanusError
        If there are none, one of the types is unknown, or `types` is None and ``body`` does not
        tell the bodies from their constituents.
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
                f"{where} particle/body does not tell bodies from constituents: that of particle "
                f"{strange} is {body[strange]}, and the numbers are not those of central particles "
                "of this frame, as in a file of some of the particles only; name the types that "
                f"are bodies with --types; it has {', '.join(particles.types)}"
            )
    else:
        names = list(particles.types)
        if unknown := sorted(set(types) - set(names)):
            raise JanusError(f"{where} there is no type {unknown[0]}; it has {', '.join(names)}")
        chosen = np.flatnonzero(np.isin(particles.typeid, [names.index(name) for name in types]))
    if len(chosen) == 0:
        raise JanusError(f"{where} there are no bodies in it; at least one is needed")
    return chosen


def constituents_of(
    particles: Any, chosen: IndexArray, box: FloatArray, where: str
) -> Constituents | None:
    """Find the constituents of the bodies that were chosen; None where the frame has none.

    Parameters
    ----------
    particles : object
        Particles of a frame of GSD.
    chosen : ndarray of int, shape (N,)
        Numbers of the particles that are bodies.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    where : str
        Beginning of a refusal.

    Raises
    ------
    JanusError
        If the position of one is not a finite number.
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
    """Whether ``body`` holds numbers of particles of this frame.

    It does where every particle that it names is its own centre, and where no type stands both for
    centres and for constituents, as HOOMD-blue demands of rigid bodies. It does not where only some
    of the particles were written: they keep the numbers that they had among all.
    """
    body = np.asarray(particles.body, dtype=np.int64)
    rigid = np.flatnonzero(body >= 0)
    named = body[rigid]
    if np.any(named >= len(body)) or np.any(body[named] != named):
        return False
    kinds = np.asarray(particles.typeid)
    return not np.intersect1d(kinds[rigid[named == rigid]], kinds[rigid[named != rigid]]).size


def selection_note(particles: Any, types: Sequence[str] | None) -> str | None:
    """What the user should know of the choice of :func:`bodies_among`; None where it is plain."""
    if types is not None or tags_are_numbers(particles):
        return None
    return (
        "particles/body names particles that are not in the file, as a filtered write leaves them; "
        f"no two particles are of one body, so all {len(particles.body)} count as bodies "
        "(--types takes some)"
    )


def _all_different(body: IndexArray) -> bool:
    """Whether no two particles belong to one rigid body."""
    rigid = body[body >= 0]
    return len(np.unique(rigid)) == len(rigid)
