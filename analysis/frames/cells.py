"""Neighbour search in cells, for systems with few bodies within the cutoff of a body.

The box is divided into cells at least as wide as the cutoff. Cells around the box contain periodic
images, so that each body has its neighbours in the same pattern of cells. Cells that follow each
other along the last axis have consecutive bodies.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janus_md.common.arrays import expanded
from janus_md.model.body import FloatArray
from janus_md.model.box import face_distances, inverse_lattice

IndexArray = NDArray[np.int64]

CELLS_PER_BODY = 4
"""Approximate maximum number of cells per body."""

BODIES_AT_ONCE = 1024
"""Bodies that are searched at a time, so that their arrays fit into the cache of the processor."""

# glibc keeps twice the size of the largest block that was freed. Without this block it would return
# the memory of each array to the system and ask for it again.
np.empty(16 << 20, dtype=np.uint8)

MARGIN = 1e-9
"""Relative margin of the cell width, larger than the rounding errors of the positions."""


class Neighbours(NamedTuple):
    """Pairs of bodies; see :class:`janus_md.analysis.frames.neighbours.Pairs`."""

    i: IndexArray
    j: IndexArray
    vectors: FloatArray
    images: IndexArray


def neighbours_in_cells(wrapped: FloatArray, lattice: FloatArray, cutoff: float) -> Neighbours:
    """Find all pairs of centres within `cutoff`, with all periodic images.

    Pairs that are farther apart by a relative :data:`MARGIN` may be among them.

    Parameters
    ----------
    wrapped : ndarray, shape (N, 3)
        Positions inside the box, nm.
    lattice : ndarray, shape (3, 3)
        Edges of the box as rows, nm.
    cutoff : float
        Maximum distance, nm.
    """
    n, faces = len(wrapped), face_distances(lattice)
    reach = (1.0 + MARGIN) * cutoff
    most = 1 + int((CELLS_PER_BODY * n) ** (1.0 / 3.0))
    shape = np.maximum(np.minimum((faces / reach).astype(np.int64), most), 1)
    border = np.ceil(reach * shape / faces).astype(np.int64)
    rows, columns, layers = (shape + 2 * border).tolist()

    place = np.ascontiguousarray((wrapped @ inverse_lattice(lattice) + 0.5).T)
    x, y, z = (
        np.minimum((along * cells).astype(np.int64), cells - 1) + outside
        for along, cells, outside in zip(place, shape.tolist(), border.tolist(), strict=True)
    )
    number = (x * columns + y) * layers + z
    cells = rows * columns * layers
    # Short integers are sorted several times faster.
    order = np.argsort(number.astype(np.min_scalar_type(cells)), kind="stable")
    number, inside = number[order], wrapped.take(order, axis=0)
    count = np.bincount(number, minlength=cells)
    first = np.cumsum(count) - count

    # Bodies of all cells, those of the images included, cell after cell.
    source, image = _periodic_cells(tuple(shape.tolist()), tuple(border.tolist()))
    count = count[source]
    stop = np.cumsum(count)
    start = stop - count
    body = expanded(first[source], count)
    images = image.repeat(count, axis=0)
    positions = inside.take(body, axis=0) + images @ lattice

    # Of two opposite cells only one is searched, and in its own cell only what follows a body.
    around = [
        dx * columns * layers + dy * layers
        for dx in range(border[0] + 1)
        for dy in range(-border[1], border[1] + 1)
        if dx > 0 or dy > 0
    ]
    following = start[number] + np.arange(n) - first[number] + 1
    depth, limit = int(border[2]), reach * reach
    # Coordinates are searched one by one: short arrays are not returned to the system.
    those, these = np.ascontiguousarray(positions.T), np.ascontiguousarray(inside.T)
    ranges = np.ones(1 + len(around), dtype=np.int64)
    found = []
    for begin in range(0, n, BODIES_AT_ONCE):
        part = slice(begin, begin + BODIES_AT_ONCE)
        column = number[part, None] + np.array([0, *around])
        low, high = start[column - depth], stop[column + depth]
        low[:, 0] = following[part]
        high -= low
        other = expanded(low.ravel(), high.ravel())
        one = np.repeat(np.arange(begin, begin + len(low)), high @ ranges)
        x, y, z = (a.take(other) - b.take(one) for a, b in zip(those, these, strict=True))
        near = np.flatnonzero(x * x + y * y + z * z <= limit)
        found.append([one.take(near), other.take(near), x.take(near), y.take(near), z.take(near)])
    one, other, *apart = (np.concatenate(parts) for parts in zip(*found, strict=True))
    vectors = np.stack(apart, axis=1)
    return Neighbours(order[one], order[body[other]], vectors, images.take(other, axis=0))


@lru_cache(maxsize=1)  # the boxes of most runs do not change
def _periodic_cells(
    shape: tuple[int, ...], border: tuple[int, ...]
) -> tuple[IndexArray, IndexArray]:
    """Return, for each cell with the border, the cell of the box of which it is an image.

    Also returns the image, shape (cells, 3), in lattice vectors.
    """
    ranges = [np.arange(-b, s + b) for s, b in zip(shape, border, strict=True)]
    image = np.empty((*(len(r) for r in ranges), 3), dtype=np.int64)
    number = np.zeros(1, dtype=np.int64)
    for axis, along in enumerate(ranges):
        shift, inside = np.divmod(along, shape[axis])
        image[..., axis] = shift.reshape([-1 if k == axis else 1 for k in range(3)])
        number = (number[:, None] * len(along) + (inside + border[axis])).ravel()
    return number, image.reshape(-1, 3)
