"""Pictures of a frame, drawn off screen with PyVista: shapes as they are, colours by half."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from janus_md.analysis.pictures.snapshot import colours, half_colours, view
from janus_md.analysis.pictures.spheres import balls_of, surface_halves
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.common.arrays import FloatArray
from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole
from janus_md.model.body import RigidBody
from janus_md.model.box import lattice_vectors, wrap

PIXELS = 900
"""Width and height of the picture."""


def render(context: FrameContext, path: Path, *, by_wire: bool = False) -> None:
    """Write a PNG or SVG of the bodies of a frame, with the edges of the box.

    Beads are spheres of their diameter. A body whose sites have no volume is one sphere, whose
    surface has the colour of the nearest site.

    Parameters
    ----------
    context : FrameContext
        The frame; its file must describe the bodies.
    path : Path
        The picture; the suffix determines the format. An SVG holds the bodies as a raster image.
    by_wire : bool
        Whether each wire has a colour of its own; wires of fewer than 3 bodies are grey.

    Raises
    ------
    JanusError
        If PyVista is not installed, or a body is not described.
    """
    try:
        import pyvista as pv
    except ImportError as error:
        raise JanusError(
            "view: PyVista is not installed; install it with: pip install 'janus-md[view]'"
        ) from error
    import rowan

    plotter = pv.Plotter(off_screen=True, window_size=(PIXELS, PIXELS))
    plotter.set_background("white")
    places = wrap(context.positions, context.lattice)[0]
    wire = colours(context.wires.n)[context.wires.label]
    ball = pv.Sphere(radius=1.0, theta_resolution=24, phi_resolution=24)
    triangles = ball.faces.reshape(-1, 4)
    for index, name in enumerate(context.names):
        who = np.flatnonzero(context.kinds == index)
        if not len(who):
            continue
        body = None if context.setup is None else context.setup.body(name)
        if body is None:
            raise JanusError(f"view: the file does not describe the body {name!r}")
        points, paint, count = _shape(body, np.asarray(ball.points, dtype=float))
        turned = rowan.rotate(context.orientations[who][:, None], points[None])
        mesh_points = (places[who][:, None] + turned).reshape(-1, 3)
        shift = len(ball.points) * np.arange(count * len(who))
        faces = np.tile(triangles, (len(shift), 1))
        faces[:, 1:] += np.repeat(shift, len(triangles))[:, None]
        mesh = pv.PolyData(mesh_points, faces.ravel())
        rgb = np.tile(paint, (len(who), 1))
        if by_wire:
            rgb = np.repeat(wire[who], len(points), axis=0)
        mesh.point_data["rgb"] = np.rint(255.0 * rgb).astype(np.uint8)
        plotter.add_mesh(mesh, scalars="rgb", rgb=True, smooth_shading=True)
    plotter.add_mesh(_box(pv, lattice_vectors(context.box)), color="grey", line_width=1)
    turned_page = view()
    plotter.camera_position = [tuple(turned_page[:, 2]), (0.0, 0.0, 0.0), tuple(turned_page[:, 1])]
    plotter.enable_parallel_projection()
    plotter.reset_camera()
    try:
        with written_whole(path) as partial:
            if path.suffix == ".svg":
                written = partial.with_name(partial.name + ".svg")
                plotter.save_graphic(str(written))
                written.replace(partial)
            else:
                from PIL import Image

                Image.fromarray(plotter.screenshot(None, return_img=True)).save(
                    partial, format="PNG"
                )
    finally:
        plotter.close()


def _shape(body: RigidBody, ball: FloatArray) -> tuple[FloatArray, FloatArray, int]:
    """Return the points of the spheres of a body, their RGB, and the number of spheres."""
    points, paint, palette = [], [], half_colours(body)
    for one in balls_of(body):
        points.append(one.arm + one.radius * ball)
        paint.append(palette[surface_halves(one, ball)])
    return np.concatenate(points), np.concatenate(paint), len(points)


def _box(pv, lattice: FloatArray):  # type: ignore[no-untyped-def]
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) - 0.5
    lines = [(2, a, a | bit) for a in range(8) for bit in (1, 2, 4) if not a & bit]
    return pv.PolyData(corners @ lattice, lines=np.array(lines).ravel())
