"""Measures of aggregates: how the bodies point, and how the whole is shaped.

For a body at the unit vector r from the centre of the aggregate's attractive sites, with the axis u
from head to attractive side, ``M = -<u.r>`` is 1 where all attractive sides face inwards and
``V = <(u.r)^2>`` is 1 where they face inwards or outwards, as in the two leaves of a vesicle.
"""

from __future__ import annotations

import numpy as np

from janus_md.analysis.aggregates.morphology.graph import Pieces
from janus_md.analysis.frames.neighbours import IndexArray, Pairs, lengths
from janus_md.model.body import FloatArray

OUTWARD = 0.3
"""A body points outwards where u.r is above this."""

NEMATIC_RANGE, FLATNESS_RANGE = 2.0, 2.5
"""Neighbourhoods of an attractive side, in S."""


DIRECTED = ("inward", "radial", "outward", "polarisation")
"""Measures that need the axes of the bodies."""


def means(values: FloatArray, label: IndexArray, n: IndexArray) -> FloatArray:
    """Mean over the bodies of each aggregate, shape (A, ...)."""
    flat = values.reshape(len(values), -1)
    sums = [np.bincount(label, weights=column, minlength=len(n)) for column in flat.T]
    return (np.stack(sums, axis=1) / n[:, None]).reshape(len(n), *values.shape[1:])


def measure(
    heads: FloatArray, tails: FloatArray, axes: FloatArray | None, pieces: Pieces
) -> dict[str, FloatArray]:
    """Measure every aggregate.

    Parameters
    ----------
    heads, tails, axes : ndarray, shape (N, 3)
        As of :class:`Bodies`, unwrapped.
    pieces : Pieces
        The aggregates.

    Returns
    -------
    dict of str to ndarray, shape (A,)
        inward: M. radial: V. outward: share of the bodies with u.r above 0.3. anisotropy:
        relative shape anisotropy kappa^2 of the heads' gyration tensor, 0 (sphere) to 1 (line).
        radius_of_gyration, of the heads, in S. polarisation: |<u>|. NaN for single bodies, and
        where it needs axes that are not known.
    """
    label, n = pieces.label, pieces.n
    away = heads - means(heads, label, n)[label]
    tensor = means(products(away), label, n)
    trace = tensor[:, :3].sum(axis=1)
    square = (tensor[:, :3] ** 2).sum(axis=1) + 2.0 * (tensor[:, 3:] ** 2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        anisotropy = 1.5 * square / trace**2 - 0.5
    found = dict.fromkeys(DIRECTED, np.full(len(n), np.nan))
    found |= {"anisotropy": np.clip(anisotropy, 0.0, 1.0), "radius_of_gyration": np.sqrt(trace)}
    if axes is not None:
        away = heads - means(tails, label, n)[label]
        length = lengths(away)
        cosine = np.einsum("ij,ij->i", axes, away) / np.where(length > 0.0, length, 1.0)
        found["inward"] = -means(cosine, label, n)
        found["radial"] = means(cosine**2, label, n)
        found["outward"] = means((cosine > OUTWARD).astype(float), label, n)
        found["polarisation"] = lengths(means(axes, label, n))
    return {name: np.where(n > 1, values, np.nan) for name, values in found.items()}


def measure_neighbourhoods(
    axes: FloatArray | None, pairs: Pairs, label: IndexArray, count: int
) -> dict[str, FloatArray]:
    """Measure how flat aggregates are about their attractive sides.

    Parameters
    ----------
    axes : ndarray, shape (N, 3)
        Axes u of the bodies.
    pairs : Pairs
        All pairs of their tails within :data:`FLATNESS_RANGE` that are in one aggregate.
    label : ndarray of int, shape (N,)
        Aggregate of each body.
    count : int
        Aggregates A; some may have no body here.

    Returns
    -------
    dict of str to ndarray, shape (A,)
        nematic: mean over the bodies of the largest eigenvalue of ``<3 u u - 1> / 2`` within
        2.0 S. flatness: median over the bodies of the middle over the largest gyration axis of the
        tails within 2.5 S. NaN for aggregates without a body here; nematic also without axes.
    """
    found = {name: np.full(count, np.nan) for name in ("nematic", "flatness")}
    n, total = len(label), np.bincount(label, minlength=count)
    chosen = np.flatnonzero(total)
    if axes is not None:
        near = pairs.closer_than(NEMATIC_RANGE)
        own = products(axes)
        sums = own + _sums(own[near.j], near.i, n) + _sums(own[near.i], near.j, n)
        largest = 1.5 * _eigenvalues(sums / _numbers(near, n)[:, None])[:, 2] - 0.5
        found["nematic"][chosen] = _sums(largest[:, None], label, count)[chosen, 0] / total[chosen]

    # Moments of the neighbours' places about the body itself, then about their own mean.
    v, number = pairs.vectors, _numbers(pairs, n)[:, None]
    middle = (_sums(v, pairs.i, n) - _sums(v, pairs.j, n)) / number
    squares = products(v)
    moments = _sums(squares, pairs.i, n) + _sums(squares, pairs.j, n)
    values = np.maximum(_eigenvalues(moments / number - products(middle)), 0.0)
    flat = np.sqrt(values[:, 1] / np.where(values[:, 2] > 0.0, values[:, 2], 1.0))
    order = np.lexsort((flat, label))
    begin, size = np.searchsorted(label[order], chosen), total[chosen]
    lower, upper = order[begin + (size - 1) // 2], order[begin + size // 2]
    found["flatness"][chosen] = 0.5 * (flat[lower] + flat[upper])
    return found


def _numbers(pairs: Pairs, n: int) -> FloatArray:
    """Bodies in each body's neighbourhood, itself included."""
    number = 1 + np.bincount(pairs.i, minlength=n) + np.bincount(pairs.j, minlength=n)
    return number.astype(np.float64)


def products(vectors: FloatArray) -> FloatArray:
    """Products xx, yy, zz, xy, xz, yz of vectors, shape (N, 6)."""
    return vectors[:, [0, 1, 2, 0, 0, 1]] * vectors[:, [0, 1, 2, 1, 2, 2]]


def _sums(values: FloatArray, owner: IndexArray, n: int) -> FloatArray:
    columns = [np.bincount(owner, weights=column, minlength=n) for column in values.T]
    return np.stack(columns, axis=1)


def _eigenvalues(tensor: FloatArray) -> FloatArray:
    """Eigenvalues in rising order of tensors (N, 6), shape (N, 3)."""
    whole = tensor[:, [0, 3, 4, 3, 1, 5, 4, 5, 2]].reshape(-1, 3, 3)
    return np.asarray(np.linalg.eigvalsh(whole))
