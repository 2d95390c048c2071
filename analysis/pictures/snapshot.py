"""Snapshots of a frame with coloured wires or aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.pictures.figures.wires import new_figure
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.body import FloatArray
from janus_md.model.box import lattice_vectors, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RADIUS = 0.8
"""Radius of drawn bodies with a dipole, nm; other bodies are drawn with their beads."""

SHOWN = 4000
"""Maximum number of drawn bodies; those in the longest wires or largest aggregates come first."""

BEADS = 20_000
"""Maximum number of drawn beads; if there are more, each body is drawn as one sphere."""

DARKER = 0.45
"""Brightness of attractive beads relative to the other beads of the body."""

TURN = np.deg2rad(22.0)
TILT = np.deg2rad(18.0)


def view() -> FloatArray:
    """Return the rotation to the page; the columns point right, up and towards the viewer."""
    c, s = np.cos(TURN), np.sin(TURN)
    about_y = np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
    c, s = np.cos(TILT), np.sin(TILT)
    return np.asarray(about_y @ np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]]))


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
    colour[sizes < 3] = 0.78
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


@dataclass(frozen=True)
class Balls:
    """Spheres that represent bodies in the picture.

    Attributes
    ----------
    positions : ndarray, shape (B, 3)
        nm.
    owner : ndarray of int, shape (B,)
        Body of each sphere.
    radius : ndarray, shape (B,)
        nm.
    attractive : ndarray of bool, shape (B,)
        Whether the sphere is a site that joins bodies to aggregates.
    """

    positions: FloatArray
    owner: np.ndarray
    radius: FloatArray
    attractive: np.ndarray


def balls(context: FrameContext, chosen: np.ndarray) -> Balls:
    """Return the spheres that represent the bodies with these indices.

    Each body is drawn with its beads. It is drawn as one sphere if bodies have a dipole, are not
    described in the file, or have too many beads.
    """
    import rowan

    centres = wrap(context.positions, context.lattice)[0]
    setup = context.setup
    parts = []
    kinds = context.settings.clusters.kinds if context.settings.clusters is not None else ()
    for k in np.unique(context.kinds[chosen]):
        who = chosen[context.kinds[chosen] == k]
        body = None if setup is None or setup.dipolar else setup.body(context.names[k])
        beads = [] if body is None else [(body.name, np.zeros(3))]
        beads += [] if body is None else list(zip(body.types, body.positions, strict=True))
        for kind, arm in beads:
            assert body is not None
            if body.diameters[kind] > 0.0:
                turned = rowan.rotate(context.orientations[who], arm) if arm.any() else 0.0
                radius = np.full(len(who), 0.5 * body.diameters[kind])
                joins = np.full(len(who), kind in kinds)
                parts.append(Balls(centres[who] + turned, who, radius, joins))
    found = [np.concatenate(one) for one in zip(*map(_arrays, parts), strict=True)]
    if not found or len(found[0]) > BEADS or len(np.unique(found[1])) < len(chosen):
        none = np.zeros(len(chosen), dtype=bool)
        return Balls(centres[chosen], chosen, np.full(len(chosen), RADIUS), none)
    return Balls(*found)


def _arrays(one: Balls) -> tuple[np.ndarray, ...]:
    return one.positions, one.owner, one.radius, one.attractive


def draw(axes: Axes, path: Path, title: str) -> None:
    """Draw the last frame of a trajectory into `axes`; distant bodies are paler."""
    from matplotlib.collections import EllipseCollection, LineCollection

    context = last_frame(path)
    frame, (label, sizes, name) = context.frame, pieces(context)
    lattice = lattice_vectors(frame.box)
    turned = view()
    drawn = balls(context, np.argsort(-sizes[label], kind="stable")[:SHOWN])
    colour = colours(sizes)[label[drawn.owner]]
    colour[drawn.attractive] *= DARKER
    page = drawn.positions @ turned
    order = np.argsort(page[:, 2])
    page, colour, radius = page[order], colour[order], drawn.radius[order]

    depth = (page[:, 2] - page[:, 2].min()) / max(float(np.ptp(page[:, 2])), 1e-9)
    far = (1.0 - depth[:, None]) * 0.55
    colour = colour * (1.0 - far) + far
    # Rim, fill and highlight of each sphere are adjacent, so that nearer spheres cover others.
    centre = np.repeat(page[:, :2], 3, axis=0)
    centre[2::3] += np.array([-0.25, 0.28]) * radius[:, None]
    shade = np.repeat(colour, 3, axis=0)
    shade[0::3] *= 0.55
    shade[2::3] = 0.45 * shade[2::3] + 0.55
    width = (np.array([2.0, 1.8, 0.55]) * radius[:, None]).ravel()
    edges = _edges(lattice, turned)
    axes.add_collection(LineCollection(list(edges), colors="0.75", linewidths=0.7, zorder=0))
    axes.add_collection(
        EllipseCollection(
            width, width, 0.0, units="xy", offsets=centre, offset_transform=axes.transData,
            facecolors=shade, linewidths=0.0,
        )
    )  # fmt: skip
    corners = edges.reshape(-1, 2)
    axes.set(
        xlim=(corners[:, 0].min() - 1.0, corners[:, 0].max() + 1.0),
        ylim=(corners[:, 1].min() - 1.0, corners[:, 1].max() + 1.0),
        aspect="equal",
    )
    axes.axis("off")
    axes.set_title(f"{title}\n{name} {sizes.max()} of {len(frame.kinds)}", fontsize=9)


def snapshots(trajectories: Sequence[tuple[str, Path]]) -> Figure:
    """Draw last frames in rows of three, each with a title."""
    columns = min(3, len(trajectories))
    rows = -(-len(trajectories) // columns)
    figure, axes = new_figure(3.4 * columns, 3.7 * rows)
    axes[0].remove()
    for k, (title, path) in enumerate(trajectories):
        draw(figure.add_subplot(rows, columns, k + 1), path, title)
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
