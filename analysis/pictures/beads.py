"""The last frame of a run with all beads, a colour for each kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from janus_md.analysis.pictures.body import LIGHT
from janus_md.analysis.pictures.snapshot import last_frame, pieces, view
from janus_md.analysis.pictures.styles import COLOURS
from janus_md.common.arrays import FloatArray
from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole
from janus_md.model.box import lattice_vectors, wrap

PIXELS = 480
"""Width and height of the picture."""

FOG = 0.6
"""Share of white in the colour of the farthest beads."""

SHADES = 64
"""Colours of the file, which keeps it small."""


def draw_beads(trajectory: Path, path: Path, least: int = 1) -> None:
    """Write a PNG of the last frame; colours are those of the pictures of the bodies.

    Parameters
    ----------
    trajectory, path : Path
        The GSD file of the run, and the picture.
    least : int
        Bodies in the smallest aggregate that is drawn.

    Raises
    ------
    JanusError
        If the trajectory cannot be read, or does not describe its bodies.
    """
    from matplotlib.colors import to_rgb
    from PIL import Image

    context = last_frame(trajectory)
    if context.setup is None:
        raise JanusError(f"{trajectory}: the file does not describe its bodies")
    spots, radii, colours = [], [], []
    turned = view()
    centres = wrap(context.positions, lattice_vectors(context.box))[0]
    label, sizes, _ = pieces(context)
    drawn = sizes[label] >= least
    for index, name in enumerate(context.names):
        who = np.flatnonzero((context.kinds == index) & drawn)
        body = context.setup.body(name)
        if body is None or not len(who):
            continue
        kinds = list(dict.fromkeys(body.types))
        for kind, arm in zip(body.types, body.positions, strict=True):
            if body.diameters[kind] > 0.0:
                spots.append(centres[who] + _turned(context.orientations[who], arm))
                radii.append(np.full(len(who), 0.5 * body.diameters[kind]))
                shown = (kinds.index(kind) + 2 * index) % len(COLOURS)
                colours.append(np.tile(to_rgb(COLOURS[shown]), (len(who), 1)))
    if not spots:
        raise JanusError(f"{trajectory}: the last frame has no aggregate of {least} bodies")
    page = np.concatenate(spots) @ turned
    image = _image(page, np.concatenate(radii), np.concatenate(colours))
    small = Image.fromarray((255.0 * image[::-1]).astype(np.uint8)).quantize(SHADES)
    with written_whole(path) as partial:
        small.save(partial, format="PNG", optimize=True)


def _turned(orientations: FloatArray, arm: FloatArray) -> FloatArray:
    import rowan

    return np.asarray(rowan.rotate(orientations, arm) if arm.any() else np.zeros((1, 3)))


def _image(page: FloatArray, radii: FloatArray, colours: FloatArray) -> FloatArray:
    """RGB of each pixel, which shows the bead that is nearest to the reader."""
    half = float(np.abs(page[:, :2]).max() + radii.max())
    grid = (np.arange(PIXELS) + 0.5) / PIXELS * 2.0 * half - half
    depth = np.full((PIXELS, PIXELS), -np.inf)
    image = np.ones((PIXELS, PIXELS, 3))
    near, far = float(page[:, 2].max()), float(page[:, 2].min())
    for (x, y, z), radius, colour in zip(page, radii, colours, strict=True):
        columns = slice(*np.searchsorted(grid, (x - radius, x + radius)))
        rows = slice(*np.searchsorted(grid, (y - radius, y + radius)))
        dx, dy = np.meshgrid(grid[columns] - x, grid[rows] - y)
        inside = radius**2 - dx**2 - dy**2
        rise = np.sqrt(np.clip(inside, 0.0, None))
        nearer = (inside > 0.0) & (z + rise > depth[rows, columns])
        normal = np.stack([dx, dy, rise], axis=-1)[nearer] / radius
        shade = 0.45 + 0.55 * np.clip(normal @ LIGHT, 0.0, None)
        fog = FOG * (near - z) / max(near - far, 1e-9)
        depth[rows, columns][nearer] = (z + rise)[nearer]
        image[rows, columns][nearer] = shade[:, None] * colour * (1.0 - fog) + fog
    return image
