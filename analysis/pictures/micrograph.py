"""A synthetic transmission electron micrograph, to lay beside the experiment's.

The beam runs along the box's third axis. A body is a metal core in a shell of ligands; either takes
its share of the electrons (Lambert and Beer), and what arrives on a pixel is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.analysis.frames.neighbours import ghosts
from janus_md.analysis.order.scattering import CORE_RADIUS
from janus_md.model.body import FloatArray
from janus_md.model.box import lattice_vectors, wrap
from janus_md.model.nanocluster import WIRE_SPACING

MAX_PIXELS = 4000
"""Pixels along an edge at most."""

LIGAND_RADIUS = 0.5 * WIRE_SPACING
"""Radius of the shell of ligands, nm."""


@dataclass(frozen=True)
class Microscope:
    """How the picture is taken (model).

    Attributes
    ----------
    pixel_nm : float
        Edge of a pixel.
    dose : float
        Electrons per nm^2.
    core : float
        Attenuation of a metal core, 1/nm.
    ligand : float
        Attenuation of the ligands, 1/nm.
    blur_nm : float
        Standard deviation of the point spread.
    """

    pixel_nm: float = 0.12
    dose: float = 20000.0
    core: float = 0.12
    ligand: float = 0.012
    blur_nm: float = 0.12


def microscope_for(box: FloatArray) -> Microscope:
    """Microscope for a box: the pixels of a very wide field are larger."""
    pixel = Microscope().pixel_nm
    return Microscope(max(pixel, float(max(box[:2])) / MAX_PIXELS))


def micrograph(
    positions: FloatArray,
    box: FloatArray,
    microscope: Microscope | None = None,
    *,
    seed: int | None = 0,
) -> FloatArray:
    """Electrons that arrive on each pixel, shape (rows, columns); y grows with the row.

    The field is Lx by Ly about the origin, seen through the whole box; what lies beyond a face is
    its periodic image.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Centres, nm.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    microscope : Microscope, optional
        Settings.
    seed : int or None
        Of the counting noise (Poisson); None gives the expected counts instead.
    """
    scope = microscope or Microscope()
    depth = attenuation(positions, box, scope)
    expected = scope.dose * scope.pixel_nm**2 * np.exp(-depth)
    if seed is None:
        return np.asarray(expected)
    return np.asarray(np.random.default_rng(seed).poisson(expected), dtype=np.float64)


def attenuation(positions: FloatArray, box: FloatArray, scope: Microscope) -> FloatArray:
    """Attenuation along the beam, blurred, shape (rows, columns).

    Every body is spread over its four nearest pixels and convolved with the projection of a ball,
    ``2 sqrt(R^2 - rho^2)``, by Fourier transform.
    """
    from scipy.ndimage import gaussian_filter
    from scipy.signal import fftconvolve

    pixel = scope.pixel_nm
    margin = LIGAND_RADIUS + 5.0 * scope.blur_nm + pixel
    lattice = lattice_vectors(box)
    inside, _ = wrap(positions, lattice)
    # In a tilted box the field reaches past the cell by the tilts' share.
    tilt = float(np.abs(lattice[1:, 0]).sum() + abs(lattice[2, 1]))
    _, image, outside = ghosts(inside, lattice, margin + tilt, half=False)
    # One layer of cells: images along the beam would be the same bodies once more.
    points = np.concatenate([inside, outside[image[:, 2] == 0]])[:, :2]
    size = np.maximum(np.round(box[:2] / pixel).astype(int), 1)
    border = int(np.ceil(margin / pixel))
    shape = size + 2 * border
    # Place in pixels of the padded field; pixel k is centred on k.
    place = (points + 0.5 * box[:2]) / pixel - 0.5 + border
    low = np.floor(place).astype(int)
    within = np.all((low >= 0) & (low < shape - 1), axis=1)
    low, part = low[within], (place - low)[within]
    field = np.zeros((shape[1], shape[0]))
    for dx, wx in ((0, 1.0 - part[:, 0]), (1, part[:, 0])):
        for dy, wy in ((0, 1.0 - part[:, 1]), (1, part[:, 1])):
            np.add.at(field, (low[:, 1] + dy, low[:, 0] + dx), wx * wy)
    kernel = scope.ligand * ball(LIGAND_RADIUS, pixel) + (scope.core - scope.ligand) * ball(
        CORE_RADIUS, pixel, ball(LIGAND_RADIUS, pixel).shape[0]
    )
    depth = gaussian_filter(fftconvolve(field, kernel, mode="same"), scope.blur_nm / pixel)
    return np.asarray(np.maximum(depth[border : border + size[1], border : border + size[0]], 0.0))


def ball(radius: float, pixel: float, width: int | None = None) -> FloatArray:
    """Thickness of a ball on odd-sized square pixels, nm, scaled to its exact volume."""
    half = int(np.ceil(radius / pixel)) if width is None else width // 2
    axis = pixel * np.arange(-half, half + 1)
    square = radius**2 - axis[:, None] ** 2 - axis[None] ** 2
    thickness = 2.0 * np.sqrt(np.maximum(square, 0.0))
    return np.asarray(thickness * (4.0 / 3.0 * np.pi * radius**3 / (thickness.sum() * pixel**2)))


def scale_bar(width_nm: float) -> float:
    """Length of a scale bar: 1, 2 or 5 times a power of ten, about a fifth of the width."""
    wanted = width_nm / 5.0
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(max(step for step in (1.0, 2.0, 5.0) if step * power <= wanted) * power)
