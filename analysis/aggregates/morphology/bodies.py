"""Bodies with attractive sites, as the recognition of aggregates needs them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.common.errors import JanusError
from janus_md.model.body import FloatArray, RigidBody


@dataclass(frozen=True)
class Bodies:
    """The bodies of a frame that have attractive sites.

    Attributes
    ----------
    heads : ndarray, shape (N, 3)
        Middle of each body's largest beads that do not attract, or its centre where all do.
    tails : ndarray, shape (N, 3)
        Middle of each body's attractive sites, in the same periodic image as the head.
    axes : ndarray, shape (N, 3)
        Unit vectors u: the z axes of the bodies, towards their attractive sites.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    """

    heads: FloatArray
    tails: FloatArray
    axes: FloatArray
    box: FloatArray

    def __len__(self) -> int:
        return len(self.heads)


def largest_bead(bodies: Sequence[RigidBody]) -> float:
    """Diameter of the largest bead among these bodies, the unit of length S, nm.

    Raises
    ------
    JanusError
        If none of them has a bead with a volume.
    """
    found = max((max(one.diameters.values()) for one in bodies), default=0.0)
    if not found > 0.0:
        raise JanusError("aggregates: no body has a bead with a diameter, so there is no scale")
    return found


def head_of(body: RigidBody, attractive: Collection[str]) -> FloatArray:
    """Middle of the largest beads of a body that do not attract, shape (3,), nm.

    The body's own centre where it has no such bead or is the largest itself.
    """
    others = [kind for kind in body.types if kind not in attractive]
    largest = max((body.diameters[kind] for kind in others), default=0.0)
    if largest <= body.diameters[body.name] or largest <= 0.0:
        return np.zeros(3)
    chosen = [
        place
        for place, kind in zip(body.positions, body.types, strict=True)
        if kind not in attractive and body.diameters[kind] == largest
    ]
    return np.asarray(np.mean(chosen, axis=0))


def side_of(body: RigidBody, attractive: Collection[str]) -> float:
    """Return 1 where a body's attractive sites do not lie at lower z than its head, and -1 else.

    The +z axis of a particle file's body points to its last kind of bead, attractive or not.
    """
    chosen = np.array([kind in attractive for kind in body.types], dtype=bool)
    if not chosen.any():
        return 1.0
    middle = float(body.positions[chosen, 2].mean())
    return -1.0 if middle < head_of(body, attractive)[2] - 1e-9 else 1.0


def tails_of(sites: FloatArray, body: IndexArray, n: int) -> FloatArray:
    """Mean of the sites of each of n bodies, shape (n, 3); each has at least one."""
    count = np.bincount(body, minlength=n)
    sums = [np.bincount(body, weights=sites[:, k], minlength=n) for k in range(3)]
    return np.stack(sums, axis=1) / count[:, None]
