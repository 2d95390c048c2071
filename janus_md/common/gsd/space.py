"""Use of space in a GSD file: overlapping chunks, and unassigned bytes."""

from __future__ import annotations

import os

import numpy as np

from janus_md.common.gsd.layout import ENTRY, HEADER, Layout, sizes

_GAPS = 1000  # largest number of gaps to check
_BLANK = 1 << 16  # bytes of an index or a list of names that was moved while empty


def overlapping(entries: np.ndarray, layout: Layout, index: int) -> np.ndarray:
    """Entries whose chunks overlap with other chunks, the header, the names or the index.

    GSD writes chunks to separate locations. If two overlap, one of the entries is damaged.
    """
    begins, ends = _places(entries)
    used = ends > begins
    bad = np.zeros(len(entries), dtype=bool)
    for low, high in (
        (0, HEADER.itemsize),
        (layout.names_location, layout.names_end),
        (index, index + len(entries) * ENTRY.itemsize),
    ):
        bad |= used & (begins < high) & (ends > low)
    order = np.argsort(begins[used], kind="stable")
    chosen = np.flatnonzero(used)[order]
    if len(chosen) < 2:
        return bad
    reached = np.maximum.accumulate(ends[chosen])
    farthest = np.maximum.accumulate(
        np.where(ends[chosen] == reached, np.arange(len(chosen)), 0)
    )  # chunk with the largest end so far
    late = np.flatnonzero(reached[:-1] > begins[chosen][1:])
    bad[chosen[late + 1]] = True
    bad[chosen[farthest[late]]] = True
    return bad


def loose_bytes(
    descriptor: int, entries: np.ndarray, layout: Layout, index: int, allocated: int
) -> int:
    """Bytes that belong neither to a chunk nor to an older copy of the index or the names.

    Parameters
    ----------
    descriptor : int
        Descriptor of the open file.
    entries : ndarray
        Entries that lie inside the file.
    layout : Layout
        Of the file.
    index, allocated : int
        Location of the index, and its number of entries, including unused ones.
    """
    if len(entries) == 0:
        return 0
    begins, ends = _places(entries)
    names_end = max(layout.names_end, layout.names_location + layout.names_allocated)
    begins = np.concatenate([[0, layout.names_location, index, layout.size], begins])
    ends = np.concatenate(
        [[HEADER.itemsize, names_end, index + allocated * ENTRY.itemsize, layout.size], ends]
    )
    order = np.argsort(begins, kind="stable")
    begins, reached = begins[order], np.maximum.accumulate(ends[order])
    gaps = np.flatnonzero(begins[1:] > reached[:-1])
    first = entries[:1].tobytes()
    name = layout.names[0].encode() + b"\0" if layout.names else first
    loose = 0
    for gap in gaps[:_GAPS]:
        low, high = int(reached[gap]), int(begins[gap + 1])
        head = os.pread(descriptor, min(high - low, _BLANK), low)
        unused = len(head) == high - low and not head.strip(b"\0")
        if not unused and not head.startswith((first, name)):
            loose += high - low
    return loose


def _places(entries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Begin and end of chunks."""
    begins = entries["location"].astype(np.int64)
    return begins, begins + sizes(entries).astype(np.int64)
