"""The criterion of a head-to-tail bond: what a file states, or a default."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.model.body import BondCriterion, RigidBody
from janus_md.model.setup import Setup

DEFAULT_CRITERION = BondCriterion(distance=2.05, angle=35.0)
"""For a file that names neither particle nor model."""


def bond_criterion(setup: Setup | None) -> BondCriterion:
    """Criterion that the file states (:func:`widest`); the default where there is none."""
    return widest(setup.bodies) if setup is not None and setup.bodies else DEFAULT_CRITERION


def widest(bodies: Sequence[RigidBody]) -> BondCriterion:
    """Criterion for all bonds of some bodies: of different criteria, the largest numbers."""
    return BondCriterion(
        max(body.bond.distance for body in bodies), max(body.bond.angle for body in bodies)
    )


def check_criterion(criterion: BondCriterion) -> None:
    """Refuse a criterion that no bond can have.

    Raises
    ------
    JanusError
        If the distance is not positive or the angle not between 0 and 90 degrees.
    """
    if not criterion.distance > 0.0 or not np.isfinite(criterion.distance):
        raise JanusError(f"bond distance is {criterion.distance} nm; it must be a positive number")
    if not 0.0 < criterion.angle < 90.0:
        raise JanusError(
            f"bond angle is {criterion.angle} degrees; it must be above 0 and below 90"
        )
