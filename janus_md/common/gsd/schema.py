"""Chunks of HOOMD's schema: their shape and kind of number, and where an index disagrees."""

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
"""Chunks with a row for each particle: columns, and kinds of number as NumPy abbreviates them."""

OF_FRAME = {
    "configuration/step": (1, "iu"),
    "configuration/dimensions": (1, "iu"),
    "configuration/box": (6, "f"),
    NUMBER: (1, "iu"),
}
"""Chunks with so many values."""

TEXTS = ("particles/types", "particles/type_shapes")
"""Chunks with a row of characters for each text."""

_OTHERS = ("bonds", "angles", "dihedrals", "impropers", "constraints", "pairs")
_FREE = ("log/", "state/", *(f"{group}/" for group in _OTHERS))

_KINDS = np.array([np.dtype(name).kind if name else "" for name in TYPES])


def strange(names: tuple[str, ...]) -> list[str]:
    """Names that the schema does not have."""
    known = {*OF_PARTICLES, *OF_FRAME, *TEXTS}
    return [name for name in names if name not in known and not name.startswith(_FREE)]


def misfits(
    entries: np.ndarray, layout: Layout, value: Callable[[np.void], int]
) -> tuple[np.ndarray, str]:
    """Entries of an index whose chunks cannot be what their name says.

    Parameters
    ----------
    entries : ndarray
        Entries that lie inside the file, sorted by frame.
    layout : Layout
        Of the file.
    value : callable
        Reads the only number of a chunk.

    Returns
    -------
    ndarray of bool
        Whether an entry does not fit.
    str
        What is wrong with the first of them.
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
    """Particles of the frame of each entry: as it states, or else as frame 0 does."""
    frames = entries["frame"]
    first = counts[0] if len(stated) and frames[stated[0]] == 0 else 0.0
    particles = np.full(len(entries), first)
    if len(stated):
        place = np.searchsorted(frames[stated], frames)
        inside = np.minimum(place, len(stated) - 1)
        own = frames[stated][inside] == frames
        particles[own] = counts[inside[own]]
    return particles
