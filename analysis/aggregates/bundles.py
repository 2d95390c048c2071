"""Bundles of wires side by side, and their hexagonal order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.analysis.aggregates.graphs import connected_pieces
from janus_md.analysis.aggregates.wires import Wires
from janus_md.analysis.frames.neighbours import IndexArray, Pairs
from janus_md.model.body import FloatArray
from janus_md.model.rotations import cross

SIDE_CONTACT = 2.9
"""Maximum distance between the centres of bodies in contact side by side, nm. Side-by-side
neighbours in the crystal of R-Au-Cu are 2.68 nm apart (Li et al., ACS Cent. Sci. 2022, 8, 1258)."""

SIDEWAYS = 0.5
"""Maximum cosine between a contact and either dipole: angles of 60 to 120 degrees."""

PARALLEL = np.cos(np.deg2rad(35.0))
"""Minimum absolute cosine between the two dipoles."""

JOINED = 2
"""Minimum number of contacts between two wires of a bundle; crossing wires have one."""


@dataclass(frozen=True)
class Bundles:
    """Side-by-side contacts of one frame, and the bundles of wires that they join.

    Attributes
    ----------
    pairs : Pairs
        The contacts.
    contacts : ndarray of int, shape (W,)
        Number of contacts of each wire with other wires.
    label : ndarray of int, shape (W,)
        Bundle of each wire; a single wire is a bundle of one.
    size : ndarray of int, shape (bundles,)
        Wires in each bundle.
    """

    pairs: Pairs
    contacts: IndexArray
    label: IndexArray
    size: IndexArray


def side_contacts(
    pairs: Pairs, along: FloatArray, axes: FloatArray, contact: float = SIDE_CONTACT
) -> Pairs:
    """Return the pairs in contact side by side.

    Their centres are closer than `contact`. Their dipoles are parallel or antiparallel, and
    perpendicular to the line between the centres, within the limits above.
    """
    limit = np.where(pairs.distances < contact, SIDEWAYS * pairs.distances, 0.0)
    sideways = np.flatnonzero((np.abs(along) < limit).all(axis=0))
    i, j = (axes.take(body[sideways], axis=0) for body in (pairs.i, pairs.j))
    return pairs.take(sideways[np.abs(np.einsum("ij,ij->i", i, j)) > PARALLEL])


def find_bundles(
    pairs: Pairs,
    along: FloatArray,
    axes: FloatArray,
    wires: Wires,
    contact: float = SIDE_CONTACT,
) -> Bundles:
    """Join the wires that have at least :data:`JOINED` contacts with each other.

    Parameters
    ----------
    pairs : Pairs
        All pairs within `contact`, or more.
    along : ndarray, shape (2, P)
        Their :func:`~janus_md.analysis.aggregates.bonds.projections`.
    axes : ndarray, shape (N, 3)
        Unit vectors of the dipoles.
    wires : Wires
        Wires of the frame.
    contact : float
        Maximum distance of bodies in contact side by side.
    """
    found = side_contacts(pairs, along, axes, contact)
    count = len(wires)
    a, b = wires.label[found.i], wires.label[found.j]
    between = a != b
    low, high = np.minimum(a, b)[between], np.maximum(a, b)[between]
    contacts = np.bincount(low, minlength=count) + np.bincount(high, minlength=count)
    keys = np.sort(low * count + high)
    keys = keys[JOINED - 1 :][keys[JOINED - 1 :] == keys[: len(keys) - JOINED + 1]]
    label, _ = connected_pieces(count, keys // count, keys % count)
    return Bundles(found, contacts, label, np.bincount(label))


def hexagonal_order(bundles: Bundles, axes: FloatArray) -> float:
    """Return the hexagonal order of the wires, 0 to 1; NaN if no body has three contacts.

    The order is the mean over bodies of ``|<exp(6 i phi)>|``, where phi is the azimuth of each
    side-by-side contact about the dipole of the body. It is the bond-orientational order of
    Halperin and Nelson (Phys. Rev. Lett. 41, 121, 1978) in the plane perpendicular to the dipole.
    """
    pairs = bundles.pairs
    body = np.concatenate([pairs.i, pairs.j])
    vector = np.concatenate([pairs.vectors, -pairs.vectors])
    n = len(axes)
    u = axes[body]
    # Any two perpendicular directions will do: rotating both does not change the modulus.
    helper = np.where(np.abs(u[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    x = cross(helper, u)
    y = cross(u, x)
    phase = 6.0 * np.arctan2(np.einsum("ij,ij->i", y, vector), np.einsum("ij,ij->i", x, vector))
    count = np.bincount(body, minlength=n)
    crowded = count >= 3
    if not crowded.any():
        return float("nan")
    cosine = np.bincount(body, weights=np.cos(phase), minlength=n)[crowded]
    sine = np.bincount(body, weights=np.sin(phase), minlength=n)[crowded]
    return float(np.mean(np.hypot(cosine, sine) / count[crowded]))
