"""Pictures of the beads of a rigid body, from the side and from the top."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.pictures.figures.styles import COLOURS, plain_style
from janus_md.common.arrays import FloatArray
from janus_md.common.files import written_whole
from janus_md.model.body import RigidBody

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PIXELS = 500
"""Width of each view in pixels."""

LIGHT = np.array([-0.4, 0.5, 0.77])
"""Direction to the light source, at the upper left in front of the page."""

VIEWS = {
    "from the side": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),
    "from the top": np.eye(3),
}
"""Rotation matrices; the rows point right, up and towards the viewer."""

SITE = 0.06
"""Radius of sites without volume in the picture, in widths of the body."""


KINDS = {"A": COLOURS[1], "B": COLOURS[0], "J": COLOURS[0], "C": "#9A9A9A"}
"""Colours of kinds in small pictures."""

CENTRAL = "#9A9A9A"
"""Colour of the central particle."""

SMALL = 120
"""Width of a small picture, pixels."""

PATCH = 1.2
"""Distance from a bead inside a ball to the edge of its patch on the surface, in radii."""

_TILT = np.deg2rad(30.0)
ABOVE = np.array(
    [
        [1.0, 0.0, 0.0],
        [0.0, np.sin(_TILT), np.cos(_TILT)],
        [0.0, -np.cos(_TILT), np.sin(_TILT)],
    ]
)
"""View from 30 degrees above the side; rows as in :data:`VIEWS`."""


def draw_body(body: RigidBody, path: Path) -> None:
    """Write a picture of a body; the suffix of `path` determines the format.

    Beads are shaded spheres with one colour per kind. Sites without volume are small spheres.

    Raises
    ------
    JanusError
        If matplotlib cannot be imported.
    OSError
        If the file cannot be written.
    """
    with plain_style():
        from matplotlib.figure import Figure
        from matplotlib.lines import Line2D

        figure = Figure(figsize=(7.2, 4.2), dpi=150, layout="constrained")
        panels = figure.subplots(1, len(VIEWS))
        kinds = list(dict.fromkeys(body.types))
        for axes, (title, view) in zip(panels, VIEWS.items(), strict=True):
            _view(axes, body, kinds, view)
            axes.set_title(title, fontsize=10)
        labels = [
            f"{kind.removeprefix(f'{body.name}.')}, {body.diameters[kind]:g} nm" for kind in kinds
        ]
        handles = [
            Line2D([], [], marker="o", ls="", color=COLOURS[k % len(COLOURS)], label=label)
            for k, label in enumerate(labels)
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
        figure.suptitle(body.name)
        with written_whole(path) as partial:
            figure.savefig(partial)


def draw_small(body: RigidBody, path: Path) -> None:
    """Write a small PNG of a body, seen from above its side, with its +z axis up.

    Kinds A, B, C and J have the same colours in all pictures. Beads inside another ball that touch
    its surface are patches on it. Charged sites of one kind with charges of both signs have the
    colours of A (positive) and B. A black bar is as long as the power of ten, in nm, below half the
    width of the picture.

    Raises
    ------
    JanusError
        If matplotlib cannot be imported.
    OSError
        If nothing can be written.
    """
    with plain_style():
        from matplotlib.image import imsave

        half = 1.08 * body.reach
        names = list(dict.fromkeys(bare for bare in map(_bare, body.types) if bare not in KINDS))
        palette = KINDS | {name: COLOURS[2 + k % 6] for k, name in enumerate(names)}
        colours = [palette[_bare(kind)] for kind in body.types]
        for kind in dict.fromkeys(body.types):
            same = [k for k, one in enumerate(body.types) if one == kind]
            if min(body.charges[same]) < 0.0 < max(body.charges[same]):
                for k in same:
                    colours[k] = KINDS["A" if body.charges[k] > 0.0 else "B"]
        fine = _image(body, colours, ABOVE, 4 * SMALL, half)
        blocks = fine.reshape(SMALL, 4, SMALL, 4, 4)
        opaque = blocks[..., 3:].sum(axis=(1, 3))
        colour = (blocks[..., :3] * blocks[..., 3:]).sum(axis=(1, 3)) / np.maximum(opaque, 1.0)
        picture = colour * opaque / 16.0 + (1.0 - opaque / 16.0)  # on white
        bar = round(10.0 ** np.floor(np.log10(half)) / (2.0 * half) * SMALL)
        picture[2:5, 2 : 2 + bar] = 0.0
        with written_whole(path) as partial:
            imsave(partial, picture, origin="lower", format="png")


def _bare(kind: str) -> str:
    return kind.rpartition(".")[2]


def _view(axes: Axes, body: RigidBody, kinds: list[str], view: FloatArray) -> None:
    """Draw one view with a scale bar."""
    half = 1.08 * body.reach
    colours = [COLOURS[kinds.index(kind) % len(COLOURS)] for kind in body.types]
    image = _image(body, colours, view, PIXELS, half)
    axes.imshow(image, origin="lower", extent=(-half, half, -half, half), interpolation="bilinear")
    bar = 10.0 ** np.floor(np.log10(half))
    axes.plot([-0.95 * half, -0.95 * half + bar], [-0.95 * half] * 2, color="k", lw=2)
    axes.text(-0.95 * half, -0.9 * half, f"{bar:g} nm", fontsize=8)
    axes.set_axis_off()


def _image(
    body: RigidBody, colours: list[str], view: FloatArray, pixels: int, half: float
) -> FloatArray:
    """RGBA image of a body, shape (pixels, pixels, 4), from the bottom row upwards.

    Each pixel shows the ball that is nearest to the reader.
    """
    from matplotlib.colors import to_rgb

    grid = (np.arange(pixels) + 0.5) / pixels * 2.0 * half - half
    x, y = np.meshgrid(grid, grid)
    depth = np.full((pixels, pixels), -np.inf)
    image = np.ones((pixels, pixels, 4))
    image[..., 3] = 0.0
    radii = [0.5 * body.diameters[kind] for kind in body.types]
    spots = list(zip(body.types, colours, radii, body.positions @ view.T, strict=True))
    middle = (body.name, CENTRAL, 0.5 * body.diameters[body.name], np.zeros(3))
    for kind, colour, radius, (cx, cy, cz) in [middle, *spots]:
        if radius == 0.0:
            if kind == body.name:
                continue
            radius = SITE * half
        inside = radius**2 - (x - cx) ** 2 - (y - cy) ** 2
        rise = np.sqrt(np.clip(inside, 0.0, None))
        nearer = (inside > 0.0) & (cz + rise > depth)
        depth[nearer] = (cz + rise)[nearer]
        normal = np.stack([x - cx, y - cy, rise], axis=-1)[nearer] / radius
        shade = 0.45 + 0.55 * np.clip(normal @ LIGHT, 0.0, None)
        paint = np.tile(to_rgb(colour), (len(shade), 1))
        surface = np.array([cx, cy, cz]) + radius * normal
        for _, patch, small, at in spots:
            inside_by = radius - small - np.linalg.norm(at - (cx, cy, cz))
            if 0.0 < small < radius and -1e-6 < inside_by < 0.1 * small:  # it touches from inside
                paint[np.linalg.norm(surface - at, axis=1) < PATCH * small] = to_rgb(patch)
        image[nearer, :3] = np.clip(shade[:, None] * paint, 0.0, 1.0)
        image[nearer, 3] = 1.0
    return image
