"""Bodies with sites that join them, as the recognition of aggregates needs them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.model.body import FloatArray, RigidBody

MAIN_SHARE = 0.4
"""Share of a body's volume from which its largest bead sets the scale; one lobe of a dumbbell has
0.5 or more."""


@dataclass(frozen=True)
class Bodies:
    """The bodies of a frame that have sites that join them.

    Attributes
    ----------
    heads : ndarray, shape (N, 3)
        Middle of each body's largest beads that do not attract, or its centre where all do.
    tails : ndarray, shape (N, 3)
        Middle of each body's attractive sites, in the same periodic image as the head.
    axes : ndarray, shape (N, 3), or None
        Unit vectors u: the z axes of the bodies, towards their attractive sites. None where the
        directions of the bodies are not known.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    """

    heads: FloatArray
    tails: FloatArray
    axes: FloatArray | None
    box: FloatArray

    def __len__(self) -> int:
        return len(self.heads)


def diameter_of(body: RigidBody) -> float:
    """Diameter of a body, nm: the scale of the distances between bodies that touch.

    That of its largest bead, where this bead has at least :data:`MAIN_SHARE` of the body's volume:
    the core of an amphiphile, or a lobe of a dumbbell. Otherwise, as in shells and discs of many
    beads, that of the sphere with the volume of the body. 0 for a body without a volume.
    """
    largest = max(body.diameters.values(), default=0.0)
    if largest**3 * np.pi / 6.0 >= MAIN_SHARE * body.volume:
        return largest
    return float((6.0 * body.volume / np.pi) ** (1.0 / 3.0))


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
