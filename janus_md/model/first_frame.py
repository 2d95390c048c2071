"""A stored frame in which a run starts: positions and orientations of its bodies."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass

import numpy as np

from janus_md.common.arrays import FloatArray, IntArray

DIGITS = 12
"""Number of hexadecimal digits of a digest."""


@dataclass(frozen=True, eq=False)
class FirstFrame:
    """Positions and orientations of the bodies of a frame.

    Attributes
    ----------
    names : tuple of str
        Names of the kinds of bodies, sorted.
    kinds : ndarray of int, shape (N,)
        Index into `names` of each body.
    box : ndarray, shape (3,)
        Edges of the box, nm.
    positions : ndarray, shape (N, 3)
        Centres, nm.
    orientations : ndarray, shape (N, 4)
        Unit quaternions (w, x, y, z).
    """

    names: tuple[str, ...]
    kinds: IntArray
    box: FloatArray
    positions: FloatArray
    orientations: FloatArray

    @property
    def n_bodies(self) -> int:
        """Number of bodies N."""
        return len(self.kinds)

    def counts(self) -> dict[str, int]:
        """Return the number of bodies of each kind, by name."""
        number = Counter(self.kinds.tolist())
        return {name: number[k] for k, name in enumerate(self.names)}

    def digest(self) -> str:
        """Return a digest of all values, in single precision as in GSD files: 12 digits."""
        found = hashlib.sha256(json.dumps(self.names).encode())
        found.update(np.ascontiguousarray(self.kinds, "<i4").tobytes())
        for values in (self.box, self.positions, self.orientations):
            found.update(np.ascontiguousarray(values, "<f4").tobytes())
        return found.hexdigest()[:DIGITS]
