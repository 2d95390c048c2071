"""Repulsion of overlapping beads in a box: a measure of how far bodies were pressed together."""

from __future__ import annotations

import numpy as np
import rowan
from scipy.spatial import cKDTree

from janus_md.common.arrays import FloatArray, IntArray
from janus_md.model.interactions.table import LENNARD_JONES, WCA_CUTOFF
from janus_md.model.system import System


def overlap_energy(system: System) -> float:
    """Return the repulsive energy of all beads that overlap, kJ/mol.

    It is the WCA part of the 12-6 potential, ``4 eps [(s/r)^12 - (s/r)^6] + eps`` below
    ``2^(1/6) s`` (Weeks, Chandler and Andersen, J. Chem. Phys. 54, 5237, 1971), of all pairs of
    beads in different bodies. Charges, attractions and other forms of pair terms are left out.

    Parameters
    ----------
    system : System
        Bodies in a box without tilt.
    """
    epsilon, sigma, names = _tables(system)
    x, types, owners = _beads(system, names)
    if len(x) == 0 or not sigma.any():
        return 0.0
    edges = np.asarray(system.box[:3], float)
    inside = np.mod(x, edges)
    inside[inside >= edges] = 0.0  # result of a rounding error below 0
    reach = min(WCA_CUTOFF * float(sigma.max()), 0.499 * float(edges.min()))
    a, b = cKDTree(inside, boxsize=edges).query_pairs(reach, output_type="ndarray").T
    apart = x[a] - x[b]
    apart -= edges * np.rint(apart / edges)
    s, e = sigma[types[a], types[b]], epsilon[types[a], types[b]]
    squared = np.einsum("ij,ij->i", apart, apart)
    close = (owners[a] != owners[b]) & (squared < (WCA_CUTOFF * s) ** 2)
    sixth = (s[close] ** 2 / squared[close]) ** 3
    return float((4.0 * e[close] * (sixth**2 - sixth) + e[close]).sum())


def _tables(system: System) -> tuple[FloatArray, FloatArray, dict[str, int]]:
    """Parameters eps (kJ/mol) and sigma (nm) by the numbers of two types, and the numbers."""
    pairs = system.interactions.pairs
    names = {name: k for k, name in enumerate(sorted({t for pair in pairs for t in pair}))}
    epsilon, sigma = np.zeros((2, len(names), len(names)))
    for (a, b), rows in pairs.items():
        for row in rows:
            if row.form == LENNARD_JONES:
                for i, j in ((names[a], names[b]), (names[b], names[a])):
                    epsilon[i, j], sigma[i, j] = row["epsilon"], row["sigma"]
    return epsilon, sigma, names


def _beads(system: System, names: dict[str, int]) -> tuple[FloatArray, IntArray, IntArray]:
    """Positions, types and bodies of all beads that have pair terms."""
    xs, ts, owners = [np.zeros((0, 3))], [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for kind, body in enumerate(system.bodies):
        sites = [(body.name, np.zeros(3)), *zip(body.types, body.positions, strict=True)]
        kept = [(names[t], x) for t, x in sites if t in names]
        members = np.flatnonzero(system.kinds == kind).astype(np.int32)
        if not kept or not len(members):
            continue
        arms = np.array([x for _, x in kept])
        turned = rowan.rotate(system.orientations[members][:, None, :], arms[None])
        xs.append((system.positions[members][:, None, :] + turned).reshape(-1, 3))
        ts.append(np.tile(np.array([t for t, _ in kept], np.int32), len(members)))
        owners.append(np.repeat(members, len(kept)))
    return np.concatenate(xs), np.concatenate(ts), np.concatenate(owners)
