"""The last frame of a run with all beads, a colour for each kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from janus_md.analysis.aggregates.morphology.graph import join
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.analysis.pictures.body import LIGHT
from janus_md.analysis.pictures.figures.styles import COLOURS
from janus_md.analysis.pictures.snapshot import last_frame, pieces, view
from janus_md.analysis.pictures.spheres import INSIDE
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.common.arrays import FloatArray
from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole
from janus_md.model.body import RigidBody
from janus_md.model.box import wrap

PIXELS = 480
"""Width and height of the picture."""

FOG = 0.6
"""Share of white in the colour of the farthest beads."""

SWOLLEN = 1.25
"""Radius at which such a bead is drawn, in units of its own; it is not visible otherwise."""

SHADES = 64
"""Colours of the file, which keeps it small."""


SIDE = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""Rotation to the page for a view along y, with z up; columns as those of ``snapshot.view``."""


def draw_beads(
    trajectory: Path,
    path: Path,
    least: int = 1,
    *,
    cut: bool = False,
    side: bool = False,
    width: float = np.inf,
) -> None:
    """Write a PNG of the last frame; colours are those of the pictures of the bodies.

    Parameters
    ----------
    trajectory, path : Path
        The GSD file of the run, and the picture.
    least : int
        Bodies in the smallest aggregate that is drawn.
    cut : bool
        Whether beads in front of the middle of the picture are left out, which opens a vesicle.
    side : bool
        Whether the view is along y with z up, for fields, walls and interfaces across z. Bodies are
        where the box has them; otherwise aggregates are in one piece.
    width : float
        Length along x, nm, of the middle part of the box that is drawn.

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
    spots, radii, colours, poles = [], [], [], []
    turned = SIDE if side else view()
    label, sizes, _ = pieces(context)
    centres = context.positions if side else _whole(context, label, len(sizes))
    drawn = (sizes[label] >= least) & (np.abs(centres[:, 0]) <= 0.5 * width)
    for index, name in enumerate(context.names):
        who = np.flatnonzero((context.kinds == index) & drawn)
        body = context.setup.body(name)
        if body is None or not len(who):
            continue
        if body.diameters[name] > 0.0:  # a central bead, with a colour for each half
            spots.append(centres[who])
            radii.append(np.full(len(who), 0.5 * body.diameters[name]))
            colours.append(np.tile([to_rgb(one) for one in COLOURS[:2]], (len(who), 1, 1)))
            poles.append(_turned(context.orientations[who], np.array([0.0, 0.0, 1.0])))
        kinds = list(dict.fromkeys(body.types))
        for kind, arm in zip(body.types, body.positions, strict=True):
            if body.diameters[kind] > 0.0:
                spots.append(centres[who] + _turned(context.orientations[who], arm))
                radii.append(np.full(len(who), _shown_radius(body, kind, arm)))
                shown = (kinds.index(kind) + 2 * index) % len(COLOURS)
                colours.append(np.tile(to_rgb(COLOURS[shown]), (len(who), 2, 1)))
                poles.append(np.zeros((len(who), 3)))
    if not spots:
        raise JanusError(f"{trajectory}: the last frame has no aggregate of {least} bodies")
    page, wide, paint, up = (
        np.concatenate(spots) @ turned,
        np.concatenate(radii),
        np.concatenate(colours),
        np.concatenate(poles) @ turned,
    )
    if cut:
        behind = page[:, 2] <= 0.5 * (page[:, 2].min() + page[:, 2].max())
        page, wide, paint, up = page[behind], wide[behind], paint[behind], up[behind]
    image = _image(page, wide, paint, up)
    small = Image.fromarray((255.0 * image[::-1]).astype(np.uint8)).quantize(SHADES)
    with written_whole(path) as partial:
        small.save(partial, format="PNG", optimize=True)


def _shown_radius(body: RigidBody, kind: str, arm: FloatArray) -> float:
    """Radius at which a bead is drawn, nm: larger if it touches a larger bead's surface inside."""
    radius = 0.5 * body.diameters[kind]
    for other, place in zip(body.types, body.positions, strict=True):
        around = 0.5 * body.diameters[other]
        depth = around - radius - float(np.linalg.norm(arm - place))
        if around > radius and abs(depth) < INSIDE:
            return SWOLLEN * radius
    return radius


def _whole(context: FrameContext, label: IndexArray, count: int) -> FloatArray:
    """Centres of the bodies, shape (N, 3): aggregates in one piece, with the middle in the box."""
    places, found = context.positions.copy(), context.contacts
    if found is not None:
        joined = join(found.pairs, found.sites, found.owner, len(found.body), context.lattice)
        places[found.body] += joined.offset @ context.lattice
    members = np.bincount(label, minlength=count)[:, None].clip(1)
    sums = np.stack([np.bincount(label, places[:, k], minlength=count) for k in range(3)], axis=1)
    middle = sums / members
    return np.asarray(places + (wrap(middle, context.lattice)[0] - middle)[label])


def _turned(orientations: FloatArray, arm: FloatArray) -> FloatArray:
    import rowan

    return np.asarray(rowan.rotate(orientations, arm) if arm.any() else np.zeros((1, 3)))


def _image(
    page: FloatArray, radii: FloatArray, colours: FloatArray, poles: FloatArray
) -> FloatArray:
    """RGB of each pixel, which shows the bead that is nearest to the reader.

    A bead has two colours, shape (N, 2, 3): of the half at its pole and of the other half.
    """
    low, high = page[:, :2].min(axis=0), page[:, :2].max(axis=0)
    page = page - np.append(0.5 * (low + high), 0.0)
    half = float(0.5 * (high - low).max() + radii.max())
    grid = (np.arange(PIXELS) + 0.5) / PIXELS * 2.0 * half - half
    depth = np.full((PIXELS, PIXELS), -np.inf)
    image = np.ones((PIXELS, PIXELS, 3))
    near, far = float(page[:, 2].max()), float(page[:, 2].min())
    for (x, y, z), radius, halves, pole in zip(page, radii, colours, poles, strict=True):
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
        colour = np.where((normal @ pole >= 0.0)[:, None], halves[0], halves[1])
        image[rows, columns][nearer] = shade[:, None] * colour * (1.0 - fog) + fog
    return image
