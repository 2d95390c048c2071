"""Custom action for HOOMD-blue scripts that detects wires; its values can be logged.

::

    from janus_md.analysis.pipeline.hoomd_action import WireDetector

    wires = WireDetector(distance=2.1, angle=35.0)
    simulation.operations.writers.append(hoomd.write.CustomWriter(action=wires, trigger=1000))
    logger.add(wires)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hoomd
import numpy as np

from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION, check_criterion
from janus_md.analysis.frames.selection import bodies_among
from janus_md.analysis.frames.source import unit_axis
from janus_md.analysis.pipeline.observer import wire_lengths
from janus_md.common.errors import JanusError
from janus_md.model.body import BondCriterion


class WireDetector(hoomd.custom.Action):
    """Detect the wires of the current configuration; their lengths are loggable.

    Parameters
    ----------
    distance : float
        Maximum distance of bonded centres, in the unit of length of the script.
    angle : float
        Maximum angle between either dipole and the bond, degrees.
    types : sequence of str, optional
        Types of the bodies; by default, all particles except constituents of rigid bodies.
    axis : sequence of 3 floats
        Direction of the dipole in the body frame.

    Raises
    ------
    JanusError
        If the criterion or the axis is invalid; during the run, if the box is 2D or no particle is
        a body.
    """

    def __init__(
        self,
        distance: float = DEFAULT_CRITERION.distance,
        angle: float = DEFAULT_CRITERION.angle,
        types: Sequence[str] | None = None,
        axis: Sequence[float] = (0.0, 0.0, 1.0),
    ) -> None:
        super().__init__()
        self._criterion = BondCriterion(distance, angle)
        check_criterion(self._criterion)
        self._types = None if types is None else tuple(types)
        self._axis = unit_axis(axis)
        self._lengths: dict[str, float | int] = {}

    def act(self, timestep: int) -> None:
        """Detect the wires of the current configuration; called by HOOMD-blue."""
        snapshot = self._state.get_snapshot()
        if snapshot.communicator.rank != 0:
            return
        where = f"step {timestep}:"
        if snapshot.configuration.dimensions == 2:
            raise JanusError(f"{where} the box is 2D; only 3D boxes can be analysed")
        particles = snapshot.particles
        chosen = bodies_among(particles, self._types, where)
        self._lengths = wire_lengths(
            np.asarray(particles.position, dtype=np.float64)[chosen],
            np.asarray(particles.orientation, dtype=np.float64)[chosen],
            np.asarray(snapshot.configuration.box, dtype=np.float64),
            self._criterion,
            self._axis,
        )

    def _value(self, name: str) -> Any:
        return self._lengths.get(name, float("nan"))

    @hoomd.logging.log
    def mean_n(self) -> Any:
        """Mean length by number, bodies."""
        return self._value("mean_n")

    @hoomd.logging.log
    def mean_w(self) -> Any:
        """Mean length by weight, bodies."""
        return self._value("mean_w")

    @hoomd.logging.log
    def longest(self) -> Any:
        """Length of the longest wire, bodies."""
        return self._value("longest")

    @hoomd.logging.log
    def n_wires(self) -> Any:
        """Number of wires, including single bodies."""
        return self._value("n_wires")

    @hoomd.logging.log
    def share_in_wires_of_3(self) -> Any:
        """Share of bodies in wires of three or more."""
        return self._value("share_in_wires_of_3")
