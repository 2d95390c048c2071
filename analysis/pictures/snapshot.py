"""Snapshots of a frame: bodies in the colours of their halves, or of their wires or aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.pictures.figures.axes import new_figure
from janus_md.analysis.pictures.figures.replicas import NotDrawnError
from janus_md.analysis.pictures.figures.styles import COLOURS, StatePointStyles
from janus_md.analysis.pictures.sites import halves
from janus_md.analysis.pictures.spheres import RADIUS, Ball, Palette, Scene, balls_of
from janus_md.analysis.pictures.spheres import draw as draw_spheres
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.box import lattice_vectors, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = 4000
"""Maximum number of drawn bodies; those in the longest wires or largest aggregates come first."""

BEADS = 40_000
"""Maximum number of drawn beads; if there are more, each body is drawn as one sphere."""

CENTRAL = "#9A9A9A"
"""Colour of a central particle beside beads with volume."""

TONES = (1.0, 1.0, 0.72, 0.86)
"""Brightness of the halves, by number, where the colour stands for the wire; then the last one."""

COLOURED = 3
"""Bodies of the smallest wire or aggregate with a colour; smaller ones are grey."""

MARGIN = 0.2
"""Room about the box and the bodies, nm."""

WIDTH = 3.4
"""Width of a panel, inches."""

TURN = np.deg2rad(22.0)
TILT = np.deg2rad(18.0)


def view() -> FloatArray:
    """Return the rotation to the page; the columns point right, up and towards the viewer."""
    c, s = np.cos(TURN), np.sin(TURN)
    about_y = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
    c, s = np.cos(TILT), np.sin(TILT)
    return np.asarray(about_y @ np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]]))


def half_colours(body: RigidBody) -> FloatArray:
    """Return the RGB colours of the halves of a body by number, shape (halves + 1, 3).

    The first one is that of the central particle.
    """
    from matplotlib.colors import to_rgb

    count = max(halves(body), default=0)
    return np.array([to_rgb(CENTRAL)] + [to_rgb(COLOURS[k % len(COLOURS)]) for k in range(count)])


def colours(sizes: np.ndarray) -> np.ndarray:
    """Return the RGB colour of each wire or aggregate, shape (W, 3).

    Those of 3 or more bodies have hues separated by the golden angle; smaller ones are grey.
    """
    from matplotlib.colors import hsv_to_rgb

    rank = np.empty(len(sizes), dtype=int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    hue = (0.58 + rank * 0.381966) % 1.0
    value = np.where(rank % 2 == 0, 0.86, 0.70)
    colour = hsv_to_rgb(np.stack([hue, np.full(len(hue), 0.72), value], axis=1))
    colour[sizes < COLOURED] = 0.78
    return np.asarray(colour)


def last_frame(path: Path) -> FrameContext:
    """Read the last frame of a trajectory.

    Raises
    ------
    JanusError
        If it cannot be read.
    """
    with GsdSource(path) as source:
        setup = source.setup()
        frame = source.frame(len(source) - 1)
    return FrameContext(frame, Settings.of(bond_criterion(setup), setup), setup)


def pieces(context: FrameContext) -> tuple[np.ndarray, np.ndarray, str]:
    """Return the wire of each body, the size of each wire, and the word for the longest.

    If no body has a dipole, aggregates take the place of wires. A body without attractive sites is
    an aggregate of one.
    """
    found = None
    if context.setup is not None and not context.setup.dipolar:
        found = context.aggregates
    if found is None:
        return context.wires.label, context.wires.n, "longest wire"
    others = len(context.positions) - len(found.body)
    label = np.full(len(context.positions), -1)
    label[found.body] = found.label
    label[label < 0] = len(found) + np.arange(others)
    return label, np.append(found.n, np.ones(others, dtype=found.n.dtype)), "largest aggregate"


def scene(context: FrameContext, chosen: np.ndarray, turned: FloatArray) -> Scene:
    """Return the spheres of the bodies with these indices, turned to the page.

    A body is one grey sphere if the file does not describe it or the bodies have too many beads.
    """
    import rowan

    centres = wrap(context.positions, context.lattice)[0]
    shapes = [_balls(context, name) for name in context.names]
    beads = sum(len(shapes[kind]) for kind in context.kinds[chosen])
    page, owner, turn, drawn = [], [], [], []
    for kind in np.unique(context.kinds[chosen]):
        who = chosen[context.kinds[chosen] == kind]
        # Rows of the matrix are the axes of the body on the page: page = turn @ vector.
        matrices = turned.T @ rowan.to_matrix(context.orientations[who])
        shape = shapes[kind] if beads <= BEADS else [_plain(shapes[kind])]
        for ball in shape:
            page.append(centres[who] @ turned + matrices @ ball.arm)
            owner.append(who)
            turn.append(matrices)
            drawn += [ball] * len(who)
    return Scene(np.concatenate(page), np.concatenate(owner), np.concatenate(turn), drawn)


def _balls(context: FrameContext, name: str) -> list[Ball]:
    body = None if context.setup is None else context.setup.body(name)
    none = np.zeros((0, 3)), np.zeros(0, dtype=int), np.zeros(0)
    return [Ball(np.zeros(3), RADIUS, 0, *none)] if body is None else balls_of(body)


def _plain(balls: Sequence[Ball]) -> Ball:
    """Return one sphere about the centre, as wide as the body."""
    reach = max(float(np.linalg.norm(one.arm)) + one.radius for one in balls)
    none = np.zeros((0, 3)), np.zeros(0, dtype=int), np.zeros(0)
    return Ball(np.zeros(3), reach, balls[0].half, *none)


def _palette(context: FrameContext, of_pieces: FloatArray | None) -> Palette:
    """Return the colours of each body: those of its halves, or shades of its wire or aggregate."""
    setup = context.setup
    bodies = [None if setup is None else setup.body(name) for name in context.names]
    grey = np.full((1, 3), 0.75)
    tables = [grey if body is None else half_colours(body) for body in bodies]
    if of_pieces is None:
        return lambda owner: tables[context.kinds[owner]]
    tones = [
        np.array([TONES[min(k, len(TONES) - 1)] for k in range(len(table))])[:, None]
        for table in tables
    ]
    single = np.ptp(of_pieces, axis=1) == 0.0  # grey in all parts
    return lambda owner: (
        (
            np.ones_like(tones[context.kinds[owner]])
            if single[owner]
            else tones[context.kinds[owner]]
        )
        * of_pieces[owner]
    )


def draw(axes: Axes, context: FrameContext, pixels: int, *, by_piece: bool) -> str:
    """Draw a frame into `axes`; return the size of its longest wire or largest aggregate in words.

    Parameters
    ----------
    axes : Axes
        A panel.
    context : FrameContext
        The frame.
    pixels : int
        Pixels along the longer side of the image.
    by_piece : bool
        Whether colours stand for wires or aggregates; otherwise they stand for halves.
    """
    from matplotlib.collections import LineCollection

    label, sizes, name = pieces(context)
    turned = view()
    chosen = np.argsort(-sizes[label], kind="stable")[:SHOWN]
    edges = _edges(lattice_vectors(context.box), turned)
    corners = edges.reshape(-1, 2)
    palette = _palette(context, colours(sizes)[label] if by_piece else None)
    shown = scene(context, chosen, turned)
    radii = np.array([[ball.radius] for ball in shown.balls])
    low = np.minimum(corners.min(axis=0), (shown.page[:, :2] - radii).min(axis=0)) - MARGIN
    high = np.maximum(corners.max(axis=0), (shown.page[:, :2] + radii).max(axis=0)) + MARGIN
    image = draw_spheres(shown, low, high, pixels, palette)
    axes.add_collection(LineCollection(list(edges), colors="0.7", linewidths=0.7, zorder=0))
    axes.imshow(
        image,
        origin="lower",
        extent=(low[0], high[0], low[1], high[1]),
        interpolation="antialiased",
    )
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    axes.axis("off")
    return f"{name} {sizes.max()} of {len(context.kinds)}"


def snapshots(
    trajectories: Sequence[tuple[str, Path]],
    styles: StatePointStyles,
    dpi: float,
    *,
    by_piece: bool = False,
) -> Figure:
    """Draw last frames in rows of three, each with the label of its state point in its colour.

    Parameters
    ----------
    trajectories : sequence of (label, path)
        The state points.
    styles : StatePointStyles
        Colours of the labels.
    dpi : float
        Resolution of the images.
    by_piece : bool
        As in :func:`draw`.

    Raises
    ------
    NotDrawnError
        If there are no trajectories, or no wires or aggregates of 3 bodies that have a colour.
    """
    frames = [(title, last_frame(path)) for title, path in trajectories]
    if not frames:
        raise NotDrawnError("there are no trajectories")
    if by_piece and max(int(pieces(frame)[1].max()) for _, frame in frames) < COLOURED:
        raise NotDrawnError("the last frames have no wire or aggregate of three bodies or more")
    columns = 2 if len(frames) == 4 else min(3, len(frames))
    rows = -(-len(frames) // columns)
    figure, axes = new_figure(WIDTH * columns, (WIDTH + 0.3) * rows, columns, rows)
    for one in axes[len(frames) :]:
        one.remove()
    for one, (title, frame) in zip(axes, frames, strict=False):
        told = draw(one, frame, round(WIDTH * dpi), by_piece=by_piece)
        styles.title(one, title, f"\n{told}" if by_piece else "")
    return figure


def _edges(lattice: FloatArray, turned: FloatArray) -> FloatArray:
    """Return the edges of the box on the page, shape (12, 2, 2)."""
    corners = np.array(list(product((-0.5, 0.5), repeat=3)))
    ends = [
        (a, b)
        for a in range(8)
        for b in range(a + 1, 8)
        if np.count_nonzero(corners[a] != corners[b]) == 1
    ]
    page = (corners @ lattice @ turned)[:, :2]
    return np.array([[page[a], page[b]] for a, b in ends])
