"""Damage to GSD files: a flipped bit, a zeroed range, a counterfeit number, a cut, anywhere."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

MAGIC = (0x65DF65DF65DF65DF).to_bytes(8, "little")
HEADER = struct.Struct("<QQQQQ")
ENTRY = struct.Struct("<QQqIHBB")
WIDTH = (0, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 1)
COUNTERFEIT = (0, 1, 255, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 10**12, 2**40, 2**62, 2**63 - 1)


@dataclass(frozen=True)
class Harm:
    """What was done to a file.

    Attributes
    ----------
    region : str
        Part of the file.
    how : str
        What was done.
    place : int
        Where.
    structural : bool
        Whether every value that a chunk holds is as it was.
    """

    region: str
    how: str
    place: int
    structural: bool


def regions(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """Where header, index, names and the data of each kind of chunk lie, as (begin, end)."""
    if not data.startswith(MAGIC):
        return {"header": [(0, 40)], "file": [(0, len(data))]}
    _, index, allocated, names, names_allocated = HEADER.unpack_from(data)
    found: dict[str, list[tuple[int, int]]] = {
        "header": [(0, 40), (40, 48), (112, 176)],
        "names": [(names, names + 64 * names_allocated)],
    }
    texts = data[names : names + 64 * names_allocated].split(b"\0")
    used = 0
    for k in range(allocated):
        _, rows, location, columns, name, kind, _ = ENTRY.unpack_from(data, index + k * ENTRY.size)
        if location == 0:
            break
        used += 1
        chunk = texts[name].decode()
        found.setdefault(chunk, []).append((location, location + rows * columns * WIDTH[kind]))
    middle = index + ENTRY.size * used
    found["index"] = [(index, middle)]
    found["end of index"] = [(middle - 4 * ENTRY.size, middle)]
    found["unused index"] = [(middle, index + ENTRY.size * allocated)]
    return found


STRUCTURE = ("header", "names", "index", "end of index", "unused index")


def harm(data: bytes, rng: np.random.Generator) -> tuple[bytes, Harm]:
    """Damage a file once, in a region drawn at random."""
    where = regions(data)
    structure = [name for name in where if name in STRUCTURE]
    chunks = [name for name in where if name not in STRUCTURE]
    region = str(rng.choice(structure if rng.random() < 0.6 else chunks))
    parts = where[region]
    begin, end = parts[rng.integers(len(parts))]
    place = int(rng.integers(begin, max(end, begin + 1)))
    how = str(rng.choice(["flip", "flip", "flips", "zeros", "counterfeit", "cut", "noise"]))
    new = bytearray(data)
    last = place + 1
    if how == "flip":
        new[place] ^= 1 << int(rng.integers(8))
    elif how == "flips":
        for k in rng.integers(begin, max(end, begin + 1), 4):
            new[k] ^= 1 << int(rng.integers(8))
        last = end
    elif how in ("zeros", "noise"):
        last = min(place + int(rng.choice([4, 32, 100, 512, 4096])), len(new))
        blank = how == "zeros"
        new[place:last] = bytes(last - place) if blank else rng.bytes(last - place)
    elif how == "counterfeit":
        # Numbers of header and entries lie at multiples of 4 bytes.
        place = begin + (place - begin) // 4 * 4
        width = int(rng.choice([4, 8]))
        number = COUNTERFEIT[rng.integers(len(COUNTERFEIT))] % 2 ** (8 * width)
        last = min(place + width, len(new))
        new[place:last] = number.to_bytes(width, "little")[: last - place]
    else:
        del new[place:]
    inside = how == "cut" or not any(
        low < last and place < high for name in chunks for low, high in where[name]
    )
    return bytes(new), Harm(region, how, place, region in STRUCTURE and inside)
