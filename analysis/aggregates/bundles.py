"""Bundles: wires that lie side by side, and the order in which they are packed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from janus_md.analysis.aggregates.graphs import connected_pieces
from janus_md.analysis.aggregates.wires import Wires
from janus_md.analysis.frames.neighbours import IndexArray, Pairs
from janus_md.model.body import FloatArray

SIDE_CONTACT = 2.9
"""Distance of centres below which bodies can be in contact side by side, nm. In the crystal of
R-Au-Cu side-by-side neighbours are 2.68 nm apart (Li et al., ACS Cent. Sci. 2022, 8, 1258)."""

SIDEWAYS = 0.5
"""Cosine that the contact makes with either dipole at most: 60 to 120 degrees."""

PARALLEL = np.cos(np.deg2rad(35.0))
"""Cosine between the two dipoles' axes, without their sign, at least."""

JOINED = 2
"""Contacts that make two wires a bundle; wires that only cross have one."""


@dataclass(frozen=True)
class Bundles:
    """Side-by-side contacts of one frame and what they join.

    Attributes
    ----------
    pairs : Pairs
        The contacts.
    contacts : ndarray of int, shape (W,)
        Contacts of the bodies of each wire with those of others.
    label : ndarray of int, shape (W,)
        Bundle of each wire; a wire alone is a bundle of its own.
    size : ndarray of int, shape (bundles,)
        Wires in each bundle.
    """

    pairs: Pairs
    contacts: IndexArray
    label: IndexArray
    size: IndexArray


def side_contacts(pairs: Pairs, axes: FloatArray, contact: float = SIDE_CONTACT) -> Pairs:
    """Keep the pairs in contact side by side.

    Their centres are closer than `contact`, their dipoles parallel or antiparallel and across the
    line between them.
    """
    near = pairs.closer_than(contact)
    # One body after the other, as each leaves but half of the pairs.
    for body in ("i", "j"):
        cosine = np.einsum("ij,ij->i", axes[getattr(near, body)], near.vectors)
        near = near.take(np.flatnonzero(np.abs(cosine) < SIDEWAYS * near.distances))
    between = np.einsum("ij,ij->i", axes[near.i], axes[near.j])
    return near.take(np.flatnonzero(np.abs(between) > PARALLEL))


def find_bundles(
    pairs: Pairs, axes: FloatArray, wires: Wires, contact: float = SIDE_CONTACT
) -> Bundles:
    """Join the wires that have at least :data:`JOINED` contacts with each other.

    Parameters
    ----------
    pairs : Pairs
        At least all pairs within `contact`.
    axes : ndarray, shape (N, 3)
        Unit vectors of the dipoles.
    wires : Wires
        Wires of the frame.
    contact : float
        Distance below which bodies can be in contact side by side.
    """
    found = side_contacts(pairs, axes, contact)
    count = len(wires)
    a, b = wires.label[found.i], wires.label[found.j]
    between = a != b
    low, high = np.minimum(a, b)[between], np.maximum(a, b)[between]
    contacts = np.bincount(low, minlength=count) + np.bincount(high, minlength=count)
    keys, times = np.unique(low * count + high, return_counts=True)
    keys = keys[times >= JOINED]
    _, label = connected_pieces(count, keys // count, keys % count)
    return Bundles(found, contacts, label, np.bincount(label))


def hexagonal_order(bundles: Bundles, axes: FloatArray) -> float:
    """Hexagonal order across the wires, from 0 to 1; NaN where no body has three contacts.

    The mean over bodies of ``|<exp(6 i phi)>|``, phi the azimuth of each side-by-side contact about
    the body's own dipole: the bond-orientational order of Halperin and Nelson (Phys. Rev. Lett. 41,
    121, 1978) in the plane across.
    """
    pairs = bundles.pairs
    body = np.concatenate([pairs.i, pairs.j])
    vector = np.concatenate([pairs.vectors, -pairs.vectors])
    n = len(axes)
    u = axes[body]
    # Any two directions across the dipole will do: a turn of both leaves the modulus as it is.
    helper = np.where(np.abs(u[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    x = np.cross(helper, u)
    y = np.cross(u, x)
    phase = 6.0 * np.arctan2(np.einsum("ij,ij->i", y, vector), np.einsum("ij,ij->i", x, vector))
    count = np.bincount(body, minlength=n)
    crowded = count >= 3
    if not crowded.any():
        return float("nan")
    cosine = np.bincount(body, weights=np.cos(phase), minlength=n)[crowded]
    sine = np.bincount(body, weights=np.sin(phase), minlength=n)[crowded]
    return float(np.mean(np.hypot(cosine, sine) / count[crowded]))
