"""Criterion for head-to-tail bonds: taken from the file, or a default."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.model.body import BondCriterion, RigidBody
from janus_md.model.setup import Setup

DEFAULT_CRITERION = BondCriterion(distance=2.05, angle=35.0)
"""Criterion for files that do not describe their bodies."""


def bond_criterion(setup: Setup | None) -> BondCriterion:
    """Return the criterion of a file (:func:`widest`), or the default."""
    return widest(setup.bodies) if setup is not None and setup.bodies else DEFAULT_CRITERION


def widest(bodies: Sequence[RigidBody]) -> BondCriterion:
    """Return a common criterion: the largest distance and the largest angle of these bodies."""
    return BondCriterion(
        max(body.bond.distance for body in bodies), max(body.bond.angle for body in bodies)
    )


def check_criterion(criterion: BondCriterion) -> None:
    """Check that a criterion is valid.

    Raises
    ------
    JanusError
        If the distance is not positive or the angle is not between 0 and 90 degrees.
    """
    if not criterion.distance > 0.0 or not np.isfinite(criterion.distance):
        raise JanusError(f"bond distance is {criterion.distance} nm; it must be a positive number")
    if not 0.0 < criterion.angle < 90.0:
        raise JanusError(
            f"bond angle is {criterion.angle} degrees; it must be above 0 and below 90"
        )
