"""Layout of GSD files: header, list of names, index.

The layout is that of GSD 1 and 2 (documentation of GSD, "File layer: file format"). Locations
outside the file are never used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

MAGIC = 0x65DF65DF65DF65DF

HEADER = np.dtype(
    [
        ("magic", "<u8"),
        ("index_location", "<u8"),
        ("index_allocated", "<u8"),
        ("names_location", "<u8"),
        ("names_allocated", "<u8"),
        ("schema_version", "<u4"),
        ("gsd_version", "<u4"),
        ("application", "S64"),
        ("schema", "S64"),
        ("reserved", "V80"),
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

TYPES: tuple[str, ...] = (
    "", "u1", "<u2", "<u4", "<u8", "i1", "<i2", "<i4", "<i8", "<f4", "<f8", "i1",
)  # fmt: skip
"""NumPy type by type number of GSD; the last one is a character."""

SIZES = np.array([np.dtype(name).itemsize if name else 0 for name in TYPES])
"""Bytes of a value by type number of GSD."""

NAME = 64
"""Unit of allocation of the list of names, bytes; in GSD 1, the size of each name."""

MAX_NAMES = 65535
"""Largest number of names in an index."""


class Damaged(Exception):
    """A fault of a file, as the end of a sentence that begins with its name."""


@dataclass(frozen=True)
class Layout:
    """Header and names of a GSD file.

    Attributes
    ----------
    size : int
        Bytes of the file.
    index_location, index_allocated : int
        Stated location of the index, and its number of entries, including unused ones.
    names_location, names_allocated, names_end : int
        Location of the list of names, its allocated bytes, and the end of the last name.
    sorted_names : bool
        Whether the entries of a frame are sorted by name (GSD 2).
    application, schema : str
        Application that wrote the file, and the name of its schema.
    schema_version : tuple of 2 int
        Version of the schema.
    names : tuple of str
        Names of the chunks by number.
    """

    size: int
    index_location: int
    index_allocated: int
    names_location: int
    names_allocated: int
    names_end: int
    sorted_names: bool
    application: str
    schema: str
    schema_version: tuple[int, int]
    names: tuple[str, ...]


def read_layout(descriptor: int) -> Layout:
    """Read header and names of an open file.

    Raises
    ------
    Damaged
        If it is not a GSD file, or its version is unknown.
    """
    size = os.fstat(descriptor).st_size
    raw = os.pread(descriptor, HEADER.itemsize, 0)
    if len(raw) < HEADER.itemsize:
        raise Damaged(f"has {len(raw)} bytes; a GSD file has {HEADER.itemsize} at least")
    header = np.frombuffer(raw, HEADER)[0]
    if header["magic"] != MAGIC:
        raise Damaged("does not begin as GSD files do")
    major, minor = _version(header["gsd_version"])
    if major not in (1, 2) and (major, minor) != (0, 3):
        raise Damaged(f"is of version {major}.{minor} of GSD; 1 and 2 can be read")
    location, length = int(header["names_location"]), int(header["names_allocated"]) * NAME
    if not HEADER.itemsize <= location <= location + length <= size:
        raise Damaged("states a location beyond its end for its list of names")
    raw = os.pread(descriptor, min(length, MAX_NAMES * NAME), location)
    names, used = _names(raw, fixed=major < 2)
    return Layout(
        size,
        int(header["index_location"]),
        int(header["index_allocated"]),
        location,
        length,
        location + used,
        major >= 2,
        _text(header["application"]),
        _text(header["schema"]),
        _version(header["schema_version"]),
        names,
    )


def sizes(entries: np.ndarray) -> np.ndarray:
    """Sizes of the chunks of entries, as floats: a damaged entry may have any value."""
    known = np.where(entries["type"] < len(SIZES), entries["type"], 0)
    return entries["rows"].astype(np.float64) * entries["columns"] * SIZES[known]


def _names(raw: bytes, *, fixed: bool) -> tuple[tuple[str, ...], int]:
    """Names and their size in bytes; an empty name ends the list."""
    found: list[str] = []
    begin = 0
    while begin < len(raw) and raw[begin] and len(found) < MAX_NAMES:
        limit = begin + NAME if fixed else len(raw)
        end = raw.find(b"\0", begin, limit)
        end = limit if end < 0 else end
        found.append(_text(raw[begin:end]))
        begin = limit if fixed else end + 1
    return tuple(found), begin


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "backslashreplace")


def _version(number: int) -> tuple[int, int]:
    return int(number) >> 16, int(number) & 0xFFFF
