"""Pictures of the beads of a rigid body, from the side and from the top."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.pictures.styles import COLOURS, plain_style
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


def _view(axes: Axes, body: RigidBody, kinds: list[str], view: FloatArray) -> None:
    """Draw one view: each pixel shows the ball that is nearest to the reader."""
    from matplotlib.colors import to_rgb

    half = 1.08 * body.reach
    grid = (np.arange(PIXELS) + 0.5) / PIXELS * 2.0 * half - half
    x, y = np.meshgrid(grid, grid)
    depth = np.full((PIXELS, PIXELS), -np.inf)
    image = np.ones((PIXELS, PIXELS, 4))
    image[..., 3] = 0.0
    spots = list(zip(body.types, body.positions @ view.T, strict=True))
    for kind, (cx, cy, cz) in [(body.name, np.zeros(3)), *spots]:
        radius = 0.5 * body.diameters[kind]
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
        colour = "#9A9A9A" if kind == body.name else COLOURS[kinds.index(kind) % len(COLOURS)]
        image[nearer, :3] = np.clip(shade[:, None] * np.array(to_rgb(colour)), 0.0, 1.0)
        image[nearer, 3] = 1.0
    axes.imshow(image, origin="lower", extent=(-half, half, -half, half), interpolation="bilinear")
    bar = 10.0 ** np.floor(np.log10(half))
    axes.plot([-0.95 * half, -0.95 * half + bar], [-0.95 * half] * 2, color="k", lw=2)
    axes.text(-0.95 * half, -0.9 * half, f"{bar:g} nm", fontsize=8)
    axes.set_axis_off()
