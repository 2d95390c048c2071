"""Beads with volume of many bodies, and the smallest distances that terms allow them."""

from __future__ import annotations

import numpy as np
import rowan
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import PairTable, sorted_pairs
from janus_md.model.interactions.term import TERMS
from janus_md.model.system import IntArray


def periodic_tree(places: FloatArray, edges: FloatArray) -> cKDTree:
    """Return a k-d tree of places in a periodic box without tilt."""
    inside = np.mod(places, edges)
    inside[inside >= edges] = 0.0  # result of a rounding error below 0
    return cKDTree(inside, boxsize=edges)


def squared_distances(apart: FloatArray, edges: FloatArray) -> FloatArray:
    """Return the squared lengths of vectors to the nearest image, in a box without tilt, nm^2."""
    nearest = apart - edges * np.rint(apart / edges)
    return np.asarray(np.einsum("ij,ij->i", nearest, nearest))


def near_pairs(
    places: FloatArray, edges: FloatArray, distance: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Return the pairs of places within `distance` (nm) in a periodic box without tilt.

    At most half of the shortest edge is searched. The third array has the squared distances, nm^2.
    """
    reach = min(distance, 0.499 * float(edges.min()))
    a, b = periodic_tree(places, edges).query_pairs(reach, output_type="ndarray").T
    return a, b, squared_distances(places[a] - places[b], edges)


class Beads:
    """Beads with volume of all kinds of bodies, and their smallest allowed distances.

    Attributes
    ----------
    number : dict
        Number of each type of bead.
    sigma : ndarray, shape (types, types)
        Smallest distance of two types, nm.
    positions, types : list of ndarray
        Places (nm, in the frame of the body) and types of the beads of each kind of body.
    """

    def __init__(self, bodies: tuple[RigidBody, ...], pairs: PairTable, share: float = 1.0) -> None:
        names = sorted({t for pair in pairs for t in pair})
        self.number = number = {name: k for k, name in enumerate(names)}
        self.sigma = np.zeros((len(names), len(names)))
        for (a, b), rows in sorted_pairs(pairs).items():
            contact = max(TERMS.get(row.form).contact(**row.parameters) for row in rows)
            self.sigma[number[a], number[b]] = self.sigma[number[b], number[a]] = contact
        self.sigma *= share
        self.positions: list[FloatArray] = []
        self.types: list[IntArray] = []
        for body in bodies:
            sites = [(body.name, np.zeros(3)), *zip(body.types, body.positions, strict=True)]
            kept = [(number[t], x) for t, x in sites if t in number]
            self.types.append(np.array([t for t, _ in kept], np.int32))
            self.positions.append(np.array([x for _, x in kept]).reshape(-1, 3))

    def of(
        self, kinds: IntArray, centres: FloatArray, orientations: FloatArray
    ) -> tuple[FloatArray, IntArray, IntArray]:
        """Positions, types and owning bodies of the beads of many bodies."""
        xs, ts, owners = [np.zeros((0, 3))], [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
        for kind, (sites, types) in enumerate(zip(self.positions, self.types, strict=True)):
            members = np.flatnonzero(kinds == kind)
            places = centres[members][:, None, :]
            if sites.any():
                places = places + rowan.rotate(orientations[members][:, None, :], sites[None])
            else:
                places = np.repeat(places, len(sites), axis=1)
            xs.append(places.reshape(-1, 3))
            ts.append(np.tile(types, len(members)))
            owners.append(np.repeat(members, len(sites)).astype(np.int32))
        return np.concatenate(xs), np.concatenate(ts), np.concatenate(owners)
