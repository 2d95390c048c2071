"""Synthetic transmission electron micrographs for comparison with experiments.

The beam is parallel to the third axis of the box. A body is a metal core in a shell of ligands.
Both attenuate the beam according to the Beer-Lambert law. Each pixel counts the transmitted
electrons.
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
"""Maximum number of pixels along an edge."""

LIGAND_RADIUS = 0.5 * WIRE_SPACING
"""Outer radius of the ligand shell, nm."""


@dataclass(frozen=True)
class Microscope:
    """Parameters of the imaging model.

    Attributes
    ----------
    pixel_nm : float
        Edge length of a pixel, nm.
    dose : float
        Electrons per nm^2.
    core : float
        Attenuation coefficient of a metal core, 1/nm.
    ligand : float
        Attenuation coefficient of the ligands, 1/nm.
    blur_nm : float
        Standard deviation of the point spread function, nm.
    """

    pixel_nm: float = 0.06
    dose: float = 2e5
    core: float = 0.12
    ligand: float = 0.012
    blur_nm: float = 0.1


COVERED = 0.15
"""Share of a micrograph that metal cores cover, if the section has the right thickness: more cores
hide each other, and wires are not recognised."""


def section(positions: FloatArray, box: FloatArray) -> tuple[FloatArray, float]:
    """Return the bodies of a section across the beam through the middle of the box.

    Returns
    -------
    positions : ndarray, shape (M, 3)
        Bodies whose centres are in the section, nm.
    thickness : float
        Of the section, nm: cores cover :data:`COVERED` of the image, or all of the box is in it.
    """
    inside, _ = wrap(positions, lattice_vectors(box))
    covered = len(inside) * np.pi * CORE_RADIUS**2 / float(box[0] * box[1])
    height = float(box[2])
    thickness = height * min(1.0, COVERED / covered) if len(inside) else height
    return inside[np.abs(inside[:, 2]) <= 0.5 * thickness], thickness


def described(scope: Microscope | None = None) -> str:
    """Return a sentence with the parameters of the imaging model."""
    one = scope or Microscope()
    return f"Dose {one.dose:,.0f} electrons per nm², pixels of {one.pixel_nm:g} nm."


def microscope_for(box: FloatArray) -> Microscope:
    """Return the microscope for a box, with larger pixels for a very wide field of view."""
    pixel = Microscope().pixel_nm
    return Microscope(max(pixel, float(max(box[:2])) / MAX_PIXELS))


def micrograph(
    positions: FloatArray,
    box: FloatArray,
    microscope: Microscope | None = None,
    *,
    seed: int | None = 0,
) -> FloatArray:
    """Return the electrons on each pixel, shape (rows, columns); y increases with the row.

    The field of view is Lx by Ly about the origin and extends through the whole box, with periodic
    images of the bodies.

    Parameters
    ----------
    positions : ndarray, shape (N, 3)
        Centres, nm.
    box : ndarray, shape (6,)
        Lx, Ly, Lz, xy, xz, yz.
    microscope : Microscope, optional
        Parameters of the imaging model.
    seed : int or None
        Seed of the Poisson noise. None returns the expected counts without noise.
    """
    scope = microscope or Microscope()
    depth = attenuation(positions, box, scope)
    expected = scope.dose * scope.pixel_nm**2 * np.exp(-depth)
    if seed is None:
        return np.asarray(expected)
    return np.asarray(np.random.default_rng(seed).poisson(expected), dtype=np.float64)


def attenuation(positions: FloatArray, box: FloatArray, scope: Microscope) -> FloatArray:
    """Return the attenuation along the beam, blurred, shape (rows, columns).

    Each body is distributed over the four nearest pixels and convolved with the projection of a
    sphere, ``2 sqrt(R^2 - rho^2)``, by Fourier transform.
    """
    from scipy.ndimage import gaussian_filter
    from scipy.signal import fftconvolve

    pixel = scope.pixel_nm
    margin = LIGAND_RADIUS + 5.0 * scope.blur_nm + pixel
    lattice = lattice_vectors(box)
    inside, _ = wrap(positions, lattice)
    # In a triclinic box, the field of view extends beyond the cell.
    tilt = float(np.abs(lattice[1:, 0]).sum() + abs(lattice[2, 1]))
    _, image, outside = ghosts(inside, lattice, margin + tilt, half=False)
    # Use one layer of cells: images along the beam are the same bodies again.
    points = np.concatenate([inside, outside[image[:, 2] == 0]])[:, :2]
    size = np.maximum(np.round(box[:2] / pixel).astype(int), 1)
    border = int(np.ceil(margin / pixel))
    shape = size + 2 * border
    # Positions in pixels of the padded field of view; pixel k is centred on k.
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
    """Return the thickness of a sphere on an odd number of square pixels, nm, with exact volume."""
    half = int(np.ceil(radius / pixel)) if width is None else width // 2
    axis = pixel * np.arange(-half, half + 1)
    square = radius**2 - axis[:, None] ** 2 - axis[None] ** 2
    thickness = 2.0 * np.sqrt(np.maximum(square, 0.0))
    return np.asarray(thickness * (4.0 / 3.0 * np.pi * radius**3 / (thickness.sum() * pixel**2)))


def scale_bar(width_nm: float) -> float:
    """Return the length of a scale bar: 1, 2 or 5 times a power of ten, about width / 5."""
    wanted = width_nm / 5.0
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(max(step for step in (1.0, 2.0, 5.0) if step * power <= wanted) * power)
