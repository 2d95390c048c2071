"""Chunks of HOOMD's schema: shape and type, and comparison with an index."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from janus_md.common.gsd.layout import SIZES, TYPES, Layout

NUMBER = "particles/N"

OF_PARTICLES = {
    "particles/typeid": (1, "iu"),
    "particles/mass": (1, "f"),
    "particles/charge": (1, "f"),
    "particles/diameter": (1, "f"),
    "particles/body": (1, "iu"),
    "particles/moment_inertia": (3, "f"),
    "particles/position": (3, "f"),
    "particles/orientation": (4, "f"),
    "particles/velocity": (3, "f"),
    "particles/angmom": (4, "f"),
    "particles/image": (3, "iu"),
}
"""Chunks with a row for each particle: number of columns, and kind codes of NumPy."""

OF_FRAME = {
    "configuration/step": (1, "iu"),
    "configuration/dimensions": (1, "iu"),
    "configuration/box": (6, "f"),
    NUMBER: (1, "iu"),
}
"""Chunks with a fixed number of values."""

TEXTS = ("particles/types", "particles/type_shapes")
"""Chunks with a row of characters for each text."""

_OTHERS = ("bonds", "angles", "dihedrals", "impropers", "constraints", "pairs")
_FREE = ("log/", "state/", *(f"{group}/" for group in _OTHERS))

_KINDS = np.array([np.dtype(name).kind if name else "" for name in TYPES])


def strange(names: tuple[str, ...]) -> list[str]:
    """Return names that are not in the schema."""
    known = {*OF_PARTICLES, *OF_FRAME, *TEXTS}
    return [name for name in names if name not in known and not name.startswith(_FREE)]


def misfits(
    entries: np.ndarray, layout: Layout, value: Callable[[np.void], int]
) -> tuple[np.ndarray, str]:
    """Find entries of an index whose chunks do not match their names.

    Parameters
    ----------
    entries : ndarray
        Entries that lie inside the file, sorted by frame.
    layout : Layout
        Layout of the file.
    value : callable
        Function that reads a chunk with a single number.

    Returns
    -------
    ndarray of bool
        Whether an entry does not match.
    str
        Fault of the first of them.
    """
    bad = np.zeros(len(entries), dtype=bool)
    number = {name: k for k, name in reversed(list(enumerate(layout.names)))}
    types = entries["type"]
    of_name = {
        name: np.flatnonzero(entries["name"] == number[name])
        for name in (*OF_FRAME, *OF_PARTICLES, *TEXTS)
        if name in number
    }
    for name, (rows, allowed) in OF_FRAME.items():
        mine = of_name.get(name, np.empty(0, int))
        fits = entries["rows"][mine] * entries["columns"][mine] == rows
        bad[mine] = ~(fits & np.isin(_KINDS, list(allowed))[types[mine]])
    stated = of_name.get(NUMBER, np.empty(0, int))
    stated = stated[~bad[stated]]
    counts = np.array([value(entries[k]) for k in stated], dtype=np.float64)
    particles = _particles(entries, stated, counts)
    for name, (columns, allowed) in OF_PARTICLES.items():
        mine = of_name.get(name, np.empty(0, int))
        fits = (entries["rows"][mine] == particles[mine]) & (entries["columns"][mine] == columns)
        bad[mine] = ~(fits & np.isin(_KINDS, list(allowed))[types[mine]])
    for name in TEXTS:
        mine = of_name.get(name, np.empty(0, int))
        bad[mine] = SIZES[types[mine]] != 1
    if not bad.any():
        return bad, ""
    first = int(np.flatnonzero(bad)[0])
    one = entries[first]
    return bad, (
        f"frame {one['frame']}: {layout.names[one['name']]} has {one['rows']} times "
        f"{one['columns']} values of type {TYPES[one['type']].strip('<')}, for "
        f"{particles[first]:.0f} particles"
    )


def _particles(entries: np.ndarray, stated: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Number of particles in the frame of each entry; by default that of frame 0."""
    frames = entries["frame"]
    first = counts[0] if len(stated) and frames[stated[0]] == 0 else 0.0
    particles = np.full(len(entries), first)
    if len(stated):
        place = np.searchsorted(frames[stated], frames)
        inside = np.minimum(place, len(stated) - 1)
        own = frames[stated][inside] == frames
        particles[own] = counts[inside[own]]
    return particles
