"""Patchy sphere: a ball with round patches of another kind."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from janus_md.common.arrays import FloatArray
from janus_md.common.settings import Positive, Settings
from janus_md.model.shape import Layout, Shape, around_core
from janus_md.model.sphere_points import fibonacci, shell_beads, threefold


class PatchySphereSettings(Settings):
    """Ball of beads B with patches A, around a core C."""

    diameter: Positive
    """Diameter of the ball, nm."""
    bead_diameter: Positive
    """Diameter of the beads of its surface, nm."""
    patches: Annotated[int, Field(ge=1, le=12)]
    """Number of patches, at the largest possible distance from each other."""
    half_angle: Annotated[float, Field(gt=0, lt=180)]
    """Angle between the middle and the edge of a patch, degrees."""
    roughness: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Depth of the deepest hole between the beads, over the radius of the ball."""


class PatchySphere(Shape):
    """The first patch points along +z; n patches of half angle t cover n (1 - cos t) / 2."""

    settings = PatchySphereSettings

    def layout(self, given: PatchySphereSettings) -> Layout:
        """Return core and surface."""
        middles = directions(given.patches)
        if given.patches > 1:
            apart = np.clip(middles @ middles.T, -1.0, 1.0)[~np.eye(given.patches, dtype=bool)]
            most = 0.5 * math.degrees(math.acos(float(apart.max())))
            if given.half_angle > most:
                raise ValueError(
                    f"half_angle: {given.half_angle:g} is not allowed; {given.patches} patches "
                    f"overlap above {most:.4g}"
                )
        number = shell_beads(0.5 * given.diameter, 0.5 * given.bead_diameter, given.roughness)
        points = threefold(number)
        inside = (points @ middles.T).max(axis=1) >= math.cos(math.radians(given.half_angle))
        if not inside.any():
            raise ValueError(
                f"half_angle: {given.half_angle:g} is not allowed; no bead of the {number} is in a "
                "patch, use a larger angle or a smaller roughness"
            )
        surface = [
            ("A" if patch else "B", point)
            for point, patch in zip(points.tolist(), inside, strict=True)
        ]
        surface.sort(key=lambda one: one[0], reverse=True)  # B first: A is at the top
        return around_core(given.diameter, given.bead_diameter, surface)


def directions(n: int) -> FloatArray:
    """Unit vectors as far apart as possible, the first along +z, shape (n, 3).

    Exact for 1 to 4, 6 and 12 (pole, poles, triangle, tetrahedron, octahedron, icosahedron: the
    solutions of Tammes' problem); for others points of a golden-angle spiral.
    """
    from scipy.spatial.transform import Rotation

    golden = 0.5 * (1.0 + math.sqrt(5.0))
    known = {
        1: [[0, 0, 1]],
        2: [[0, 0, 1], [0, 0, -1]],
        3: [[0, 0, 1], [math.sqrt(0.75), 0, -0.5], [-math.sqrt(0.75), 0, -0.5]],
        4: [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]],
        6: [[0, 0, 1], [0, 0, -1], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]],
        12: [
            p for s in (1, -1) for t in (golden, -golden) for p in ([0, s, t], [s, t, 0], [t, 0, s])
        ],
    }
    found = np.array(known[n], float) if n in known else fibonacci(n)
    found = found / np.linalg.norm(found, axis=1)[:, None]
    up, _ = Rotation.align_vectors([[0.0, 0.0, 1.0]], found[:1])
    return np.asarray(up.apply(found))


SHAPE = PatchySphere()
