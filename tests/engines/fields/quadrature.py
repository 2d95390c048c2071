"""Boltzmann averages of a single body at a liquid interface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import rowan

from janus_md.model.environment import FIELDS
from janus_md.model.system import System
from janus_md.model.units import thermal_energy
from tests.engines.conftest import ROOM

KT = thermal_energy(ROOM)


def quadrature(system: System, most: float) -> tuple[float, float]:
    """Mean cosine and rms height of a body within `most` nm of the lower interface.

    The Boltzmann average over height, angle and turn about the axis of the body with its points.
    """
    parameters = system.environment[0].parameters
    middle = -0.25 * float(system.box[2])
    nodes, weights = np.polynomial.legendre.leggauss(32)
    height, at_height = most * nodes, weights
    cosine, at_cosine = nodes, weights
    spin = np.arange(6) * np.pi / 3.0
    sums = np.zeros(3)
    for turn in spin:
        for c, w in zip(cosine, at_cosine, strict=True):
            about = rowan.from_axis_angle([0.0, 0.0, 1.0], turn)
            tilt = rowan.multiply(rowan.from_axis_angle([1.0, 0.0, 0.0], np.arccos(c)), about)
            n = len(height)
            places = np.column_stack([np.zeros((n, 2)), middle + height])
            one = replace(
                system,
                kinds=np.zeros(n, np.int32),
                positions=places,
                images=np.zeros((n, 3), np.int32),
                orientations=np.tile(tilt, (n, 1)),
                velocities=None,
                angular_momenta=None,
            )
            boltzmann = (
                w * at_height * np.exp(-FIELDS.get("interface").energy(one, parameters) / KT)
            )
            sums += [boltzmann.sum(), (boltzmann * c).sum(), (boltzmann * height**2).sum()]
    return sums[1] / sums[0], float(np.sqrt(sums[2] / sums[0]))
