"""Detection of the intact frames of a GSD file.

The index of a GSD file lists the location of each chunk of each frame. GSD does not check it: a
flipped bit can make it read a chunk of another frame or allocate any amount of memory, and a
truncated file is rejected although most of its data are there. Here the index is compared with the
file before anything is read. The first inconsistent entry ends the file; the frames before it are
intact. If the index itself is lost, an older and shorter copy is used, which GSD leaves behind when
it moves the index.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from janus_md.common.gsd.layout import ENTRY, HEADER, SIZES, TYPES, Layout, sizes
from janus_md.common.gsd.schema import misfits
from janus_md.common.gsd.space import loose_bytes, overlapping

_BLOCK = 1 << 16  # entries read at a time
_COPIES = 64  # largest number of older copies of an index to check
_SCANNED = 1 << 20  # bytes searched at a time for them


@dataclass(frozen=True)
class Index:
    """Entries of the intact frames of a file.

    Attributes
    ----------
    entries : ndarray
        Sorted by frame, then by name.
    frames : int
        Number of intact frames.
    trouble : str, optional
        Fault of the file after them.
    loose : int
        Number of bytes that belong to no frame.
    """

    entries: np.ndarray
    frames: int
    trouble: str | None
    loose: int


def read_index(descriptor: int, layout: Layout) -> Index:
    """Compare the index of an open file with the file."""
    stated = _whole(descriptor, layout, layout.index_location, layout.index_allocated)
    if stated.trouble is None and stated.frames:
        return stated
    others = [
        _whole(descriptor, layout, begin, None)
        for begin in _copies(descriptor, layout)
        if begin != layout.index_location
    ]
    best = max([stated, *others], key=lambda one: one.frames)
    if best is stated:
        return best
    return Index(best.entries, best.frames, stated.trouble or "the index is empty", best.loose)


def _whole(descriptor: int, layout: Layout, begin: int, allocated: int | None) -> Index:
    """Intact frames from the list of entries at a location; None: its length is unknown."""
    room = max(layout.size - begin, 0) // ENTRY.itemsize if begin >= HEADER.itemsize else 0
    cut = allocated is not None and allocated > room
    most = room if allocated is None else min(allocated, room)
    entries, end, broken = _listed(descriptor, begin, most)
    if _begins_late(descriptor, entries, layout, begin):
        return Index(np.empty(0, ENTRY), 0, "the header places its index too late", 0)
    ends: list[tuple[int, str]] = []  # incomplete frame and reason
    if end == "full" and (cut or allocated is None):
        ends.append((_last(entries), "it is truncated"))
    elif end == "hole":
        ends.append((_last(entries), "a part of its index is blank"))
    elif end == "broken":
        limit = broken if broken == _last(entries) + 1 else _last(entries)
        ends.append((limit, f"the index is invalid at frame {limit}"))
    elif cut:
        ends.append((_last(entries) + 1, "it is truncated"))
    entries = _in_order(entries, layout, allocated, ends)
    if len(entries):
        bad, why = misfits(entries, layout, lambda one: _value(descriptor, one))
        if bad.any():
            ends.append((int(entries["frame"][bad].min()), why))
        bad = overlapping(entries, layout, begin)
        if bad.any():
            frame = int(entries["frame"][bad].min())
            ends.append((frame, f"chunks of frame {frame} overlap with others"))
    if ends:
        limit, trouble = min(ends)
        entries = entries[entries["frame"] < limit]
    else:
        trouble = None
    loose = loose_bytes(descriptor, entries, layout, begin, len(entries) + 1 if cut else most)
    if (found := _unfinished(entries, layout, loose)) is not None:
        kept, why = found
        entries, trouble = entries[:kept], trouble or why
    return Index(entries, _last(entries) + 1 if len(entries) else 0, trouble, loose)


def _last(entries: np.ndarray) -> int:
    return int(entries["frame"][-1]) if len(entries) else 0


def _listed(descriptor: int, begin: int, most: int) -> tuple[np.ndarray, str, int]:
    """Entries up to the first invalid one, how the list ends, and the frame of that entry.

    ``zeros``: unused entries follow; ``full``: all entries are used; ``hole``: entries follow
    unused ones; ``broken``: an entry is invalid.
    """
    found = [np.empty(0, ENTRY)]
    end = "full"
    for block in _blocks(descriptor, begin, most):
        good = _plausible(block)
        if end == "full":
            stop = len(block) if good.all() else int(np.argmin(good))
            found.append(block[:stop])
            if stop == len(block):
                continue
            if block[stop].tobytes().strip(b"\0"):
                return np.concatenate(found), "broken", int(block["frame"][stop])
            end, good = "zeros", good[stop:]
        if good.any():
            return np.concatenate(found), "hole", 0
    return np.concatenate(found), end, 0


def _begins_late(descriptor: int, entries: np.ndarray, layout: Layout, begin: int) -> bool:
    """Whether an entry of frame 0 precedes the first one of a list."""
    if len(entries) == 0 or begin < HEADER.itemsize + ENTRY.itemsize:
        return False
    before = np.frombuffer(os.pread(descriptor, ENTRY.itemsize, begin - ENTRY.itemsize), ENTRY)
    return bool(
        _plausible(before)[0]
        and before["frame"][0] == 0
        and before["location"][0] + sizes(before)[0] <= layout.size
        and (before["name"][0] < entries["name"][0] or not layout.sorted_names)
    )


def _blocks(descriptor: int, begin: int, most: int) -> Iterator[np.ndarray]:
    for first in range(0, most, _BLOCK):
        count = min(_BLOCK, most - first)
        raw = os.pread(descriptor, count * ENTRY.itemsize, begin + first * ENTRY.itemsize)
        yield np.frombuffer(raw[: len(raw) // ENTRY.itemsize * ENTRY.itemsize], ENTRY)


def _plausible(entries: np.ndarray) -> np.ndarray:
    known = (entries["type"] > 0) & (entries["type"] < len(TYPES)) & (entries["flags"] == 0)
    return np.asarray(known & (entries["location"] >= HEADER.itemsize))


def _in_order(
    entries: np.ndarray, layout: Layout, allocated: int | None, ends: list[tuple[int, str]]
) -> np.ndarray:
    """Entries before the first that is out of order or outside the file, added to `ends`."""
    if len(entries) == 0:
        return entries
    frames = entries["frame"].astype(np.float64)
    names = entries["name"].astype(np.int64)
    beyond = entries["location"] + sizes(entries) > layout.size
    outside = beyond | (names >= len(layout.names))
    outside |= frames >= max(len(entries) if allocated is None else allocated, 128)
    back = np.zeros(len(entries), dtype=bool)
    back[0] = frames[0] != 0
    back[1:] = frames[1:] < frames[:-1]
    if layout.sorted_names:
        back[1:] |= (frames[1:] == frames[:-1]) & (names[1:] <= names[:-1])
    wrong = np.flatnonzero(outside | back)
    if len(wrong) == 0:
        return _sorted(entries, layout)
    first = int(wrong[0])
    here, before = int(entries["frame"][first]), _last(entries[:first])
    if back[first]:
        # Either of two neighbours may be wrong.
        limit = _last(entries[: max(first - 1, 0)])
    else:
        limit = here if first and before <= here <= before + 1 else before
    if beyond[first] and (np.count_nonzero(beyond) > 1 or first == len(entries) - 1):
        ends.append((limit, "it is truncated"))
    else:
        ends.append((limit, f"the index is invalid at frame {limit}"))
    return _sorted(entries[:first], layout)


def _sorted(entries: np.ndarray, layout: Layout) -> np.ndarray:
    """Entries by frame and name; GSD 1 sorts them by frame only."""
    if layout.sorted_names:
        return entries
    return entries[np.lexsort((entries["name"], entries["frame"]))]


def _unfinished(entries: np.ndarray, layout: Layout, loose: int) -> tuple[int, str] | None:
    """Number of entries without final frames that lack a chunk of all other frames, and why.

    A chunk may be absent because its value is that of frame 0. It is lost if the file has bytes
    that belong to no frame, or if the frames before it are empty.
    """
    kept, why = len(entries), None
    while kept:
        frames = entries["frame"][:kept]
        last = int(frames[-1])
        begin, first = np.searchsorted(frames, (last, 1))
        if not 1 <= first < begin:
            break
        others = len(np.unique(frames[first:begin]))
        count = np.bincount(entries["name"][first:begin], minlength=len(layout.names))
        lost = np.setdiff1d(np.flatnonzero(count == others), entries["name"][begin:kept])
        empty = last > int(frames[begin - 1]) + 1
        if len(lost) == 0 or not (loose or empty):
            break
        kept, loose = int(begin), loose + 1
        why = f"frame {last} has no {layout.names[lost[0]]}"
    return None if why is None else (kept, why)


def _value(descriptor: int, entry: np.void) -> int:
    """Read a chunk that contains a single number."""
    kind = int(entry["type"])
    raw = os.pread(descriptor, int(SIZES[kind]), int(entry["location"]))
    return int(np.frombuffer(raw, TYPES[kind])[0])


def _copies(descriptor: int, layout: Layout) -> list[int]:
    """Possible locations of copies of the index, which all begin with the same entry."""
    begins = []
    for place in {layout.index_location, HEADER.itemsize}:
        if not HEADER.itemsize <= place <= layout.size - ENTRY.itemsize:
            continue
        first = np.frombuffer(os.pread(descriptor, ENTRY.itemsize, place), ENTRY)
        if _plausible(first)[0] and first["frame"][0] == 0:
            begins += _occurrences(descriptor, first.tobytes(), layout.size)
    return sorted({HEADER.itemsize, *begins})[:_COPIES]


def _occurrences(descriptor: int, what: bytes, size: int) -> list[int]:
    """Locations of a byte sequence in a file."""
    found: list[int] = []
    for begin in range(0, size, _SCANNED):
        block = os.pread(descriptor, _SCANNED + len(what) - 1, begin)
        place = block.find(what)
        while place >= 0 and len(found) < _COPIES:
            found.append(begin + place)
            place = block.find(what, place + 1)
    return found
