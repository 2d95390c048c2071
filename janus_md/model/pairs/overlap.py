"""Repulsion of overlapping beads in a box: a measure of how far bodies were pressed together."""

from __future__ import annotations

import numpy as np

from janus_md.common.arrays import FloatArray
from janus_md.model.interactions.table import LENNARD_JONES, WCA_CUTOFF
from janus_md.model.pairs.beads import Beads, near_pairs
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
    beads = Beads(system.bodies, system.interactions.pairs)
    epsilon, sigma = _tables(system, beads)
    x, types, owners = beads.of(system.kinds, system.positions, system.orientations)
    if len(x) == 0 or not sigma.any():
        return 0.0
    edges = np.asarray(system.box[:3], float)
    a, b, squared = near_pairs(x, edges, WCA_CUTOFF * float(sigma.max()))
    s, e = sigma[types[a], types[b]], epsilon[types[a], types[b]]
    close = (owners[a] != owners[b]) & (squared < (WCA_CUTOFF * s) ** 2)
    sixth = (s[close] ** 2 / squared[close]) ** 3
    return float((4.0 * e[close] * (sixth**2 - sixth) + e[close]).sum())


def _tables(system: System, beads: Beads) -> tuple[FloatArray, FloatArray]:
    """Parameters eps (kJ/mol) and sigma (nm) by the numbers of two types."""
    number = beads.number
    epsilon, sigma = np.zeros((2, len(number), len(number)))
    for (a, b), rows in system.interactions.pairs.items():
        for row in rows:
            if row.form == LENNARD_JONES:
                for i, j in ((number[a], number[b]), (number[b], number[a])):
                    epsilon[i, j], sigma[i, j] = row["epsilon"], row["sigma"]
    return epsilon, sigma
