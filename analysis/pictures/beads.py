"""Last frames of trajectories drawn with all beads, one colour for heads and one for tails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.pictures.body import LIGHT
from janus_md.analysis.pictures.snapshot import balls, last_frame, pieces, view
from janus_md.analysis.pictures.styles import COLOURS, plain_style
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.common.arrays import FloatArray
from janus_md.common.files import written_whole
from janus_md.model.box import inverse_lattice, lattice_vectors, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIXELS = 330
"""Width and height of a picture."""

SHADES = 64
"""Colours of the file, which keeps it small."""

FOG = 0.6
"""Share of white in the colour of the beads that are farthest away."""


def draw_beads(frames: Sequence[tuple[str, Path]], out: Path, *, cut: bool = False) -> None:
    """Write a PNG with the last frames of trajectories side by side, each with its title.

    Beads that attract have the second colour, others the first one. The largest aggregate (or wire,
    of dipolar bodies) is in the middle. Bodies are shown whole, also across a face of the box.

    Parameters
    ----------
    frames : sequence of (str, Path)
        Title and trajectory of each picture.
    out : Path
        File to be written.
    cut : bool
        Whether bodies in front of the middle of the box are left out, which opens a vesicle.

    Raises
    ------
    JanusError
        If a trajectory cannot be read.
    """
    images = [(title, _image(last_frame(path), cut)) for title, path in frames]
    with plain_style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(3.3 * len(images), 3.6), dpi=100, layout="constrained")
        panels = figure.subplots(1, len(images), squeeze=False)[0]
        for axes, (title, image) in zip(panels, images, strict=True):
            axes.imshow(image, interpolation="bilinear")
            axes.set_title(title, fontsize=9)
            axes.set_axis_off()
        _save(figure, out)


def _save(figure: Figure, out: Path) -> None:
    """Write a figure as a PNG with a palette."""
    import io

    from PIL import Image

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    buffer.seek(0)
    palette = Image.open(buffer).convert("RGB").quantize(SHADES, dither=Image.Dither.NONE)
    with written_whole(out) as partial:
        palette.save(partial, format="png", optimize=True)


def _image(context: FrameContext, cut: bool) -> FloatArray:
    """RGB of a frame, (PIXELS, PIXELS, 3): each pixel shows the bead nearest to the reader."""
    from matplotlib.colors import to_rgb

    context = _centred(context)
    found = balls(context, np.arange(len(context.positions)))
    spots, radii, colours = found.positions @ view(), found.radius, found.attractive.astype(int)
    if cut:
        front = spots[:, 2] > 0.0
        spots, radii, colours = spots[~front], radii[~front], colours[~front]
    half = 0.5 * float(np.abs(lattice_vectors(context.box).sum(axis=0)).max()) * 1.05
    pixel = 2.0 * half / PIXELS
    image = np.ones((PIXELS, PIXELS, 3))
    depth = np.full((PIXELS, PIXELS), -np.inf)
    far, near = spots[:, 2].min(), max(spots[:, 2].max(), spots[:, 2].min() + 1e-9)
    palette = np.array([to_rgb(one) for one in COLOURS[:2]])
    for (x, y, z), radius, colour in zip(spots, radii, colours, strict=True):
        rows, dy = _window(-y, radius, half, pixel)
        columns, dx = _window(x, radius, half, pixel)
        inside = radius**2 - dx[None, :] ** 2 - dy[:, None] ** 2
        rise = np.sqrt(np.clip(inside, 0.0, None))
        here = depth[rows, columns]
        nearer = (inside > 0.0) & (z + rise > here)
        here[nearer] = (z + rise)[nearer]
        sides = (
            np.broadcast_to(dx[None, :], rise.shape),
            np.broadcast_to(-dy[:, None], rise.shape),
        )
        normal = np.stack([*sides, rise], axis=-1)[nearer] / radius
        shade = 0.45 + 0.55 * np.clip(normal @ LIGHT, 0.0, None)
        fog = FOG * (1.0 - (z - far) / (near - far))
        lit = np.clip(shade[:, None] * palette[colour], 0.0, 1.0)
        image[rows, columns][nearer] = lit * (1.0 - fog) + fog
    return image


def _window(at: float, radius: float, half: float, pixel: float) -> tuple[slice, FloatArray]:
    """Pixels that a ball covers along one side of the picture, and their distances from it, nm."""
    first = max(0, int((at - radius + half) / pixel))
    last = max(first, min(PIXELS, int((at + radius + half) / pixel) + 1))
    return slice(first, last), np.asarray((np.arange(first, last) + 0.5) * pixel - half - at)


def _centred(context: FrameContext) -> FrameContext:
    """Return a frame with its largest aggregate (or wire) in the middle of the box."""
    label, sizes, _ = pieces(context)
    lattice = lattice_vectors(context.box)
    largest = context.positions[label == int(np.argmax(sizes))]
    angle = 2.0 * np.pi * (largest @ inverse_lattice(lattice))
    # mean on a circle, as the aggregate may be across a face of the box
    middle = np.arctan2(np.sin(angle).mean(axis=0), np.cos(angle).mean(axis=0)) / (2.0 * np.pi)
    moved = wrap(context.positions - middle @ lattice, lattice)[0]
    return FrameContext(replace(context.frame, positions=moved), context.settings, context.setup)
