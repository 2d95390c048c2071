"""Bodies as shaded spheres in an image: shapes as they are, a colour for each half of a body."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.analysis.pictures.body import LIGHT, PATCH
from janus_md.analysis.pictures.sites import halves
from janus_md.common.arrays import FloatArray
from janus_md.model.body import RigidBody

RADIUS = 0.8
"""Radius of bodies whose sites have no volume, nm."""

INSIDE = 0.01
"""Largest distance of a bead inside another from its surface, nm, to count as touching it."""

FOG = 0.5
"""Share of white in the colour of the farthest spheres."""

RIM = 0.35
"""Brightness of the outline of a sphere."""

FINE = 2
"""Rays along the edge of a pixel, for smooth edges."""

Palette = Callable[[int], FloatArray]
"""Function that returns the colours of a body by the number of the half, shape (halves + 1, 3)."""


@dataclass(frozen=True)
class Ball:
    """A sphere of a body.

    Attributes
    ----------
    arm : ndarray, shape (3,)
        Place in the frame of the body, nm.
    radius : float
        nm.
    half : int
        Half whose colour the sphere has (:func:`janus_md.analysis.pictures.sites.halves`); 0 for a
        central particle.
    spots : ndarray, shape (K, 3)
        Points relative to the centre of the sphere that colour its surface.
    spot_halves : ndarray of int, shape (K,)
        Half of each of these points.
    reach : ndarray, shape (K,)
        Distance up to which a point colours the surface, nm; infinite if the surface has the colour
        of the nearest point.
    """

    arm: FloatArray
    radius: float
    half: int
    spots: FloatArray
    spot_halves: IndexArray
    reach: FloatArray


def balls_of(body: RigidBody) -> list[Ball]:
    """Return the spheres of a body: its beads, or one sphere if its sites have no volume.

    The surface of the one sphere has the colour of the nearest site. A bead inside another bead
    that touches its surface is a patch on it.
    """
    number = np.asarray(halves(body), dtype=int)
    wide = np.array([0.5 * body.diameters[kind] for kind in body.types])
    middle = 0.5 * body.diameters[body.name]
    centre = np.zeros(3)
    if not wide.any():
        reach = np.full(len(wide), np.inf)
        return [Ball(centre, middle or RADIUS, 0, body.positions, number, reach)]
    beads = [(centre, middle, 0)] if middle > 0.0 else []
    beads += [
        (arm, float(radius), int(half))
        for arm, radius, half in zip(body.positions, wide, number, strict=True)
        if radius > 0.0
    ]
    found: list[Ball] = []
    hidden: set[tuple[tuple[float, ...], float]] = set()
    for arm, radius, half in beads:
        depth = radius - wide - np.linalg.norm(body.positions - arm, axis=1)
        inside = np.flatnonzero((wide > 0.0) & (wide < radius) & (np.abs(depth) < INSIDE))
        hidden.update((tuple(body.positions[k]), wide[k]) for k in inside)
        found.append(
            Ball(arm, radius, half, body.positions[inside] - arm, number[inside],
                 PATCH * wide[inside])
        )  # fmt: skip
    return [one for one in found if (tuple(one.arm), one.radius) not in hidden]


@dataclass(frozen=True)
class Scene:
    """Spheres on the page.

    Attributes
    ----------
    page : ndarray, shape (M, 3)
        Centres, nm: right, up and towards the viewer.
    owner : ndarray of int, shape (M,)
        Body of each sphere.
    turn : ndarray, shape (M, 3, 3)
        Rotation from the frame of the body to the page.
    balls : sequence of Ball, length M
        Shape and colour of each.
    """

    page: FloatArray
    owner: IndexArray
    turn: FloatArray
    balls: Sequence[Ball]


def draw(
    scene: Scene, low: FloatArray, high: FloatArray, pixels: int, palette: Palette
) -> FloatArray:
    """Return an RGBA image of a scene, from the bottom row upwards, transparent where it is empty.

    Parameters
    ----------
    scene : Scene
        The spheres.
    low, high : ndarray, shape (2,)
        Corners of the image on the page, nm.
    pixels : int
        Pixels along the longer side.
    palette : callable
        Colours of the halves of each body.
    """
    scale = FINE * pixels / float((high - low).max())
    width, height = (round(scale * side / FINE) * FINE for side in high - low)
    depth = np.full((height, width), -np.inf, dtype=np.float32)
    image = np.zeros((height, width, 4), dtype=np.float32)
    near, far = (
        float(end(scene.page[:, 2])) if len(scene.page) else 0.0 for end in (np.max, np.min)
    )
    deep = max(near - far, 1e-9)
    for (x, y, z), owner, turn, ball in zip(
        scene.page, scene.owner, scene.turn, scene.balls, strict=True
    ):
        column, row = (x - low[0]) * scale, (y - low[1]) * scale
        size = ball.radius * scale
        columns = slice(max(0, int(column - size)), max(0, int(column + size) + 2))
        rows = slice(max(0, int(row - size)), max(0, int(row + size) + 2))
        here = depth[rows, columns]
        dy, dx = np.mgrid[: here.shape[0], : here.shape[1]]
        dx, dy = (dx + columns.start + 0.5 - column) / size, (dy + rows.start + 0.5 - row) / size
        inside = 1.0 - dx**2 - dy**2
        rise = np.sqrt(np.clip(inside, 0.0, None))
        nearer = (inside > 0.0) & (z + ball.radius * rise > here)
        if not nearer.any():
            continue
        here[nearer] = (z + ball.radius * rise)[nearer]
        normal = np.stack([dx, dy, rise], axis=-1)[nearer]
        colour = palette(int(owner))[surface_halves(ball, normal @ turn)]
        fog = FOG * (near - z) / deep
        image[rows, columns, :3][nearer] = _shaded(colour, normal) * (1.0 - fog) + fog
        image[rows, columns, 3][nearer] = 1.0
    blocks = image.reshape(height // FINE, FINE, width // FINE, FINE, 4)
    opaque = blocks[..., 3:].sum(axis=(1, 3))
    paint = (blocks[..., :3] * blocks[..., 3:]).sum(axis=(1, 3)) / np.maximum(opaque, 1.0)
    return np.concatenate([np.clip(paint, 0.0, 1.0), opaque / FINE**2], axis=-1)


def surface_halves(ball: Ball, normal: FloatArray) -> IndexArray:
    """Return the half at points of the surface of a sphere.

    Parameters
    ----------
    ball : Ball
        The sphere.
    normal : ndarray, shape (P, 3)
        Unit vectors from its centre to the points, in the frame of the body.
    """
    found = np.full(len(normal), ball.half)
    if not len(ball.spots):
        return found
    apart = np.linalg.norm(ball.radius * normal[:, None] - ball.spots[None], axis=2)
    nearest = np.argmin(apart, axis=1)
    close = apart[np.arange(len(normal)), nearest] < ball.reach[nearest]
    found[close] = ball.spot_halves[nearest[close]]
    return found


def _shaded(colour: FloatArray, normal: FloatArray) -> FloatArray:
    """Return colours with diffuse light, a highlight and a dark outline."""
    light = LIGHT / np.linalg.norm(LIGHT)
    diffuse = 0.55 + 0.5 * np.clip(normal @ light, 0.0, None)
    halfway = light + np.array([0.0, 0.0, 1.0])
    shine = 0.35 * np.clip(normal @ (halfway / np.linalg.norm(halfway)), 0.0, None) ** 40
    rim = RIM + (1.0 - RIM) * np.clip(normal[:, 2] / 0.35, 0.0, 1.0)
    return colour * (diffuse * rim)[:, None] + shine[:, None]
