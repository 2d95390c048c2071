"""What is whole of a GSD file that was cut off.

GSD refuses a file whose index reaches beyond its end. Its data lie as they are, though, and the
index is a plain list of where each chunk of each frame begins, of which older, shorter copies stay
in the file. The file layout is that of GSD 1 and 2 (its documentation, "File layer: file format").
"""

from __future__ import annotations

import mmap
import shutil
from pathlib import Path

import numpy as np

MAGIC = 0x65DF65DF65DF65DF

HEADER = np.dtype(
    [
        ("magic", "<u8"),
        ("index_location", "<u8"),
        ("index_allocated", "<u8"),
        ("names_location", "<u8"),
        ("names_allocated", "<u8"),
        ("rest", "V216"),
    ]
)

ENTRY = np.dtype(
    [
        ("frame", "<u8"),
        ("rows", "<u8"),
        ("location", "<i8"),
        ("columns", "<u4"),
        ("name", "<u2"),
        ("type", "u1"),
        ("flags", "u1"),
    ]
)

SIZES = np.array([0, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 1])
"""Bytes of a value by GSD's number of its type."""

NAME = 64
"""Bytes of a chunk's name."""


def salvage(path: Path, copy: Path) -> int:
    """Write the whole frames of a cut-off GSD file to `copy`.

    Parameters
    ----------
    path : Path
        The file that GSD refuses.
    copy : Path
        Where to write; it is not written where nothing is whole.

    Returns
    -------
    int
        Number of whole frames.
    """
    if path.stat().st_size < HEADER.itemsize:
        return 0
    data = np.memmap(path, dtype=np.uint8, mode="r")
    header = data[: HEADER.itemsize].copy().view(HEADER)
    names_end = int(header["names_location"][0]) + int(header["names_allocated"][0]) * NAME
    if header["magic"][0] != MAGIC or names_end > len(data):
        return 0
    entries = max(
        (_whole_entries(data, begin) for begin in _index_copies(path, data, header)),
        key=len,
        default=np.empty(0, ENTRY),
    )
    if len(entries) == 0:
        return 0
    # The new index goes behind the data; one entry of zeros tells where it ends.
    header["index_location"], header["index_allocated"] = len(data), len(entries) + 1
    shutil.copyfile(path, copy)
    with copy.open("r+b") as file:
        file.write(header.tobytes())
        file.seek(len(data))
        file.write(entries.tobytes())
        file.write(np.zeros(1, ENTRY).tobytes())
    return int(entries["frame"][-1]) + 1


def _index_copies(path: Path, data: np.ndarray, header: np.ndarray) -> list[int]:
    """Where the index and its older copies begin: all begin with the same first entry."""
    stated = int(header["index_location"][0])
    candidates = [
        begin for begin in (stated, HEADER.itemsize) if begin + ENTRY.itemsize <= len(data)
    ]
    whole = [begin for begin in candidates if len(_whole_entries(data, begin))]
    if not whole:
        return []
    first = data[whole[0] : whole[0] + ENTRY.itemsize].tobytes()
    found, begin = [], -1
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        while (begin := text.find(first, begin + 1)) >= 0:
            found.append(begin)
    return found


def _whole_entries(data: np.ndarray, begin: int) -> np.ndarray:
    """Entries from `begin` of the frames that are whole."""
    count = max(len(data) - begin, 0) // ENTRY.itemsize
    if count == 0:
        return np.empty(0, ENTRY)
    entries = data[begin : begin + count * ENTRY.itemsize].copy().view(ENTRY)
    known = (entries["type"] > 0) & (entries["type"] < len(SIZES)) & (entries["location"] > 0)
    known &= np.concatenate([[True], np.diff(entries["frame"].astype(np.int64)) >= 0])
    ended = np.flatnonzero(~known)
    listed = entries[: ended[0]] if len(ended) else entries
    if len(listed) == 0 or listed["frame"][0] != 0:
        return np.empty(0, ENTRY)
    size = SIZES[listed["type"]] * listed["rows"].astype(np.int64) * listed["columns"]
    cut = listed["frame"][listed["location"] + size > len(data)]
    # A list that breaks off, rather than ends in zeros, may lack entries of its last frame.
    full = len(ended) > 0 and not entries[ended[0]].tobytes().strip(b"\0")
    limit = listed["frame"][-1] + (1 if full else 0)
    if len(cut):
        limit = min(limit, cut.min())
    return listed[listed["frame"] < limit]
