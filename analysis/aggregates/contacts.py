"""Contacts of sites that join bodies: what the file states as attractive, or a distance.

Two bodies are joined where a site of one is closer to a site of the other than a distance that
belongs to their kinds. Where the file states an attraction between kinds of site, their distance is
1.5 sigma.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.model.interactions.table import LENNARD_JONES

if TYPE_CHECKING:
    from janus_md.analysis.frames.neighbours import IndexArray, Pairs
    from janus_md.analysis.pipeline.context import FrameContext
    from janus_md.model.body import FloatArray
    from janus_md.model.interactions.table import Interactions
    from janus_md.model.setup import Setup

JOINED_BELOW = 1.5
"""Distance below which attractive sites join their bodies, in units of sigma."""

MINIMUM = 2.0 ** (1.0 / 6.0)
"""Distance of the Lennard-Jones minimum, in units of sigma: a longer cutoff leaves attraction."""


@dataclass(frozen=True)
class ClusterCriterion:
    """When two bodies are joined.

    Attributes
    ----------
    distances : dict of (str, str) to float
        Distance below which sites of two kinds join their bodies, nm; each pair in sorted order.
        The centre of a body is a site, whose kind is the name of the body.
    diameter : float, optional
        Diameter of a body, the unit of length of the criteria for the kinds of aggregate, nm;
        without it, that of the bodies that the file describes, and else the longest distance over
        :data:`JOINED_BELOW`.
    """

    distances: Mapping[tuple[str, str], float]
    diameter: float | None = None

    @property
    def kinds(self) -> list[str]:
        """Kinds of site that join bodies, sorted."""
        return sorted({kind for pair in self.distances for kind in pair})


def attractions(interactions: Interactions) -> Iterator[tuple[str, str, float]]:
    """Kinds and sigma (nm) of each attractive Lennard-Jones row; what knows the pair table here."""
    for (a, b), rows in sorted(interactions.pairs.items()):
        for row in rows:
            if row.form == LENNARD_JONES and row.cutoff > MINIMUM * row["sigma"] * (1.0 + 1e-9):
                yield a, b, row["sigma"]


def cluster_criterion(
    setup: Setup | None,
    names: Sequence[str],
    distance: float | None = None,
    kinds: Sequence[str] | None = None,
    diameter: float | None = None,
    constituents: Sequence[str] = (),
) -> ClusterCriterion | None:
    """Build the criterion from the arguments, or else from what the file states.

    Parameters
    ----------
    setup : Setup, optional
        What the file states of its bodies.
    names : sequence of str
        Names of the kinds of body in the file.
    distance : float, optional
        Distance for all kinds, nm; without it, 1.5 sigma of the attractive pairs.
    kinds : sequence of str, optional
        Kinds of site; of a name such as ``amphiphile.A`` the last part is enough. Without it,
        those of the attractive pairs, and the centres where there are none.
    diameter : float, optional
        As of :class:`ClusterCriterion`.
    constituents : sequence of str
        Types of the constituents in a file of other software, which can be kinds of site.

    Returns
    -------
    ClusterCriterion or None
        None where neither a distance is given nor an attraction stated.

    Raises
    ------
    JanusError
        If the distance or the diameter is not positive, kinds are given without a distance, or a
        kind is unknown.
    """
    if diameter is not None and not 0.0 < diameter < np.inf:
        raise JanusError(f"diameter: {diameter} is not allowed; it must be a positive number")
    if distance is None:
        if kinds is not None:
            raise JanusError("kinds: need the largest distance between the sites")
        if setup is None:
            return None
        stated = {
            (min(a, b), max(a, b)): JOINED_BELOW * sigma
            for a, b, sigma in attractions(setup.interactions)
        }
        return ClusterCriterion(stated, diameter) if stated else None
    if not 0.0 < distance < np.inf:
        raise JanusError(f"clusters: the distance is {distance}; it must be a positive number")
    if kinds is not None:
        chosen = _known_kinds(kinds, setup, [*names, *constituents])
    elif setup is not None and any(attractions(setup.interactions)):
        pairs = [(a, b) for a, b, _ in attractions(setup.interactions)]
        return ClusterCriterion({(min(pair), max(pair)): distance for pair in pairs}, diameter)
    else:
        chosen = sorted(set(names))
    every = combinations_with_replacement(chosen, 2)
    return ClusterCriterion(dict.fromkeys(every, distance), diameter)


def _known_kinds(kinds: Sequence[str], setup: Setup | None, names: Sequence[str]) -> list[str]:
    """Full names of kinds of site, sorted."""
    bodies = () if setup is None else setup.bodies
    known = sorted({*names, *(kind for body in bodies for kind in body.types)})
    found = set()
    for kind in kinds:
        fitting = [one for one in known if kind in (one, one.rpartition(".")[2])]
        if not fitting:
            raise JanusError(unknown("kinds", kind, known))
        found.update(fitting)
    return sorted(found)


def sites(context: FrameContext, kinds: Sequence[str]) -> tuple[FloatArray, IndexArray, IndexArray]:
    """Collect the sites of these kinds in a frame.

    They are the centres of bodies, the sites of bodies that the file describes, and the
    constituents in a file of other software.

    Returns
    -------
    positions : ndarray, shape (S, 3)
        nm.
    body, kind : ndarray of int, shape (S,)
        Body of each site, and the index of its kind in `kinds`.
    """
    import rowan

    number = {kind: k for k, kind in enumerate(kinds)}
    places, owners, labels = [np.zeros((0, 3))], [], []
    for k in np.unique(context.kinds):
        name = context.names[k]
        who = np.flatnonzero(context.kinds == k)
        known = context.setup.body(name) if context.setup is not None else None
        if name in number:
            places.append(context.positions[who])
            owners.append(who)
            labels.append(np.full(len(who), number[name]))
        for site, kind in enumerate(known.types if known is not None else ()):
            if kind in number:
                assert known is not None
                arm = known.positions[site]
                turned = rowan.rotate(context.orientations[who], arm) if arm.any() else 0.0
                places.append(context.positions[who] + turned)
                owners.append(who)
                labels.append(np.full(len(who), number[kind]))
    within = context.frame.constituents
    for k in () if within is None or context.setup is not None else np.unique(within.kinds):
        if (kind := context.names[k]) in number:
            assert within is not None
            who = np.flatnonzero(within.kinds == k)
            places.append(within.positions[who])
            owners.append(within.owner[who])
            labels.append(np.full(len(who), number[kind]))
    none = np.zeros(0, np.int64)
    return (
        np.concatenate(places),
        np.concatenate([none, *owners]),
        np.concatenate([none, *labels]),
    )


@dataclass(frozen=True)
class Contacts:
    """The sites that can join bodies, and the pairs of them that do.

    Attributes
    ----------
    body : ndarray of int, shape (N,)
        Bodies that have such a site, by their index in the frame, rising.
    sites : ndarray, shape (S, 3)
        Positions of the sites, each in the periodic image that its body is in, nm.
    owner : ndarray of int, shape (S,)
        Index into `body` of each site.
    pairs : Pairs
        Sites closer than the distance of their kinds.
    """

    body: IndexArray
    sites: FloatArray
    owner: IndexArray
    pairs: Pairs


def contacts(context: FrameContext, criterion: ClusterCriterion) -> Contacts | None:
    """Find the sites that are close to each other; None where no body has such a site.

    Raises
    ------
    JanusError
        If the box is too small for the distance, or too many sites are within it.
    """
    from janus_md.analysis.frames.neighbours import SMALLEST_BOX, pairs_within
    from janus_md.model.box import face_distances

    kinds = criterion.kinds
    reach = np.zeros((len(kinds), len(kinds)))
    for (a, b), distance in criterion.distances.items():
        i, j = kinds.index(a), kinds.index(b)
        reach[i, j] = reach[j, i] = distance
    longest = float(reach.max())
    least = SMALLEST_BOX * longest
    if face_distances(context.lattice).min() < least:
        raise JanusError(
            f"frame {context.frame.index}: the box {context.box[:3].tolist()} is too small for "
            f"clusters by a distance of {longest:g}; opposite faces must be at least {least:g} "
            "apart"
        )
    positions, body, kind = sites(context, kinds)
    if not len(body):
        return None
    pairs = pairs_within(positions, context.box, longest)
    if reach.min() < longest:
        near = pairs.distances < reach[kind[pairs.i], kind[pairs.j]]
        pairs = pairs.take(np.flatnonzero(near))
    present, own = np.unique(body, return_inverse=True)
    return Contacts(present, positions, own, pairs)
