"""How bodies follow each other in wires: R and S, turn, handedness, direction of the bonds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Average over all bonds of a frame; NaN where a value is not defined."""
    from janus_md.analysis.aggregates import chirality

    bonds, settings = context.bonds, context.settings
    properties = settings.properties(context.frame)
    one_group = np.zeros(len(bonds), np.int64)
    turn = handedness = np.full(1, np.nan)
    if properties.fold:
        angles = chirality.screw_angles(context.orientations, bonds, settings.axis)
        turn, _, handedness = chirality.circular_means(angles, one_group, 1, properties.fold)
        period = 360.0 / properties.fold
        turn = np.rad2deg(turn) % period % period  # the first of a tiny negative number is `period`
    unbranched = np.flatnonzero(context.wires.unbranched[context.wires.bond_wire])
    follower = chirality.next_bonds(len(context.positions), bonds, unbranched)
    first = np.flatnonzero(follower >= 0)
    second = follower[first]
    cosine = np.einsum("ij,ij->i", bonds.vectors[first], bonds.vectors[second])
    cosine /= bonds.lengths[first] * bonds.lengths[second]
    return {
        "opposite_bonds": float(chirality.alternation(properties.hands, bonds, one_group, 1)[0]),
        "turn_deg": float(turn[0]) if len(bonds) else float("nan"),
        "handedness": float(handedness[0]),
        "bond_cosine": float(cosine.mean()) if len(cosine) else float("nan"),
    }


OBSERVABLE = Observable(
    (
        Column(
            "opposite_bonds",
            "share of bonds between R and S among the bonds between chiral bodies; null without "
            "such bonds",
            averaged=True,
            heading=("R-S bonds", "of all"),
            narrow=("R-S", "bonds"),
            in_query=True,
            if_any=True,
            source="janus_md.analysis.aggregates.chirality",
        ),
        Column(
            "turn_deg",
            "rotation from body to body about the dipole, a circular mean over the bonds (and "
            "over the frames); from 0 to the `period` of 360/n for bodies of n-fold symmetry; null "
            "for bodies of revolution",
            "degrees",
            averaged=True,
            heading=("turn", "/ degrees"),
            narrow=("turn", "/ °"),
            in_query=True,
            source="Mardia and Jupp, Directional Statistics (2000), section 2.2",
        ),
        Column(
            "handedness",
            "mean sine of n times this rotation over the bonds; changes sign under reflection",
            averaged=True,
            heading=("handedness", "of the turn"),
            narrow=("handed-", "ness"),
            in_query=True,
            source="janus_md.analysis.aggregates.chirality",
        ),
        Column(
            "bond_cosine",
            "mean cosine between consecutive bonds in unbranched wires; null without such bonds",
            averaged=True,
            source="janus_md.analysis.observables.chains",
        ),
    ),
    compute,
    place=85,
    of_wires=True,
)
