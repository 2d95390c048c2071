"""Bound pairs of bodies of different particles, such as a key in a lock.

Two bodies are bound where the energy of the two alone is below half of the lowest energy that two
such bodies can have. This applies to particles between whose kinds of site the file states an
attraction.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.aggregates.contacts import attractions
from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.frames.neighbours import IndexArray
    from janus_md.analysis.pipeline.context import FrameContext
    from janus_md.model.setup import Setup

SHARE = 0.5
"""A pair is bound below this share of its lowest energy."""


def partners(context: FrameContext) -> IndexArray | None:
    """Count the bound partners of each body of the particle with the fewest bodies.

    Of particles with equal numbers, it is the first by name.

    Returns
    -------
    ndarray of int, shape (bodies of this particle,), or None
        None where no two different particles attract each other.

    Raises
    ------
    JanusError
        If the box is too small for the range of the interactions.
    """
    setup, present = context.setup, context.names_present
    thresholds = {
        names: SHARE * lowest
        for names, lowest in _lowest_energies(setup).items()
        if set(names) <= present and lowest < 0.0
    }
    if setup is None or not thresholds:
        return None
    bound = np.zeros(len(context.kinds), dtype=np.int64)
    numbers = {name: int((context.kinds == context.names.index(name)).sum()) for name in present}
    rarest = min(sorted({name for names in thresholds for name in names}), key=numbers.__getitem__)
    for names, threshold in thresholds.items():
        for one in _bound_pairs(context, setup, names, threshold):
            bound += np.bincount(one, minlength=len(bound))
    return bound[context.kinds == context.names.index(rarest)]


def _bound_pairs(
    context: FrameContext, setup: Setup, names: tuple[str, str], threshold: float
) -> tuple[IndexArray, IndexArray]:
    """Bodies of the first and of the second particle, pair after pair."""
    from janus_md.analysis.frames.neighbours import pairs_within
    from janus_md.model.pairs.energy import pair_energy, reach_of_beads

    first, second = (body for name in names for body in [setup.body(name)] if body is not None)
    table = setup.interactions.pairs
    near = pairs_within(context.positions, context.box, reach_of_beads(first, second, table))
    kinds = [context.names.index(name) for name in names]
    i, j = context.kinds[near.i], context.kinds[near.j]
    parts = []
    for source, target, sign, chosen in (
        (near.i, near.j, 1.0, (i == kinds[0]) & (j == kinds[1])),
        (near.j, near.i, -1.0, (j == kinds[0]) & (i == kinds[1])),
    ):
        met = np.flatnonzero(chosen)
        if not len(met):
            continue
        energy = pair_energy(
            first,
            second,
            sign * near.vectors[met],
            context.orientations[source[met]],
            context.orientations[target[met]],
            relative_permittivity=setup.relative_permittivity or 1.0,
            pairs=table,
        )
        low = met[energy < threshold]
        parts.append((source[low], target[low]))
    none = np.zeros(0, np.int64)
    return (
        np.concatenate([none, *(a for a, _ in parts)]),
        np.concatenate([none, *(b for _, b in parts)]),
    )


def _lowest_energies(setup: Setup | None) -> dict[tuple[str, str], float]:
    """Lowest energy of each two different particles that attract each other, kJ/mol."""
    if setup is None:
        return {}
    from janus_md.model.pairs.minima import lowest_energy

    bodies = {body.name: body for body in setup.bodies}
    owner = {kind: body.name for body in setup.bodies for kind in (body.name, *body.types)}
    attracted = {frozenset((owner[a], owner[b])) for a, b, _ in attractions(setup.interactions)}
    return {
        (a, b): lowest_energy(
            bodies[a],
            bodies[b],
            relative_permittivity=setup.relative_permittivity or 1.0,
            pairs=setup.interactions.pairs,
        )
        for a, b in combinations(sorted(bodies), 2)
        if frozenset((a, b)) in attracted
    }


def compute(context: FrameContext) -> dict[str, float]:
    """Mean number of bound partners, and share of the bodies with at least one."""
    found = partners(context)
    if found is None:
        return dict.fromkeys((column.name for column in OBSERVABLE.columns), float("nan"))
    return {
        "mean_partners": float(found.mean()),
        "share_with_partner": float(np.count_nonzero(found) / len(found)),
    }


OBSERVABLE = Observable(
    (
        Column(
            "mean_partners",
            "mean number of bodies of another particle that are bound to a body of the particle "
            "with the fewest bodies (the first by name, if equal); bound: the energy of the two is "
            "below half of the lowest that two such bodies can have; null where no different "
            "particles attract each other",
            "bodies",
            averaged=True,
            heading=("partners", "of a body"),
            in_query=True,
            source="janus_md.analysis.observables.partners",
        ),
        Column(
            "share_with_partner",
            "share of the bodies of that particle with at least one bound partner; null where "
            "mean_partners is",
            averaged=True,
            heading=("share with", "partner"),
            in_query=True,
        ),
    ),
    compute,
    place=85,
)
