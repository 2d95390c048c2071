"""Energy, forces and torques of all bodies in a periodic box, with a cutoff of all interactions.

This is a reference for engines: all pairs of bodies are computed, in a time that grows with the
square of their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np

from janus_md.common.arrays import FloatArray, IntArray
from janus_md.model.box import face_distances, lattice_vectors
from janus_md.model.interactions.cutoff import CoulombCutoff
from janus_md.model.pairs.energy import pair_forces, reach_of_beads
from janus_md.model.system import System


@dataclass(frozen=True)
class BoxForces:
    """Interaction of all bodies in a box.

    Attributes
    ----------
    energy : float
        kJ/mol.
    forces : ndarray, shape (N, 3)
        On each body, kJ/mol/nm.
    torques : ndarray, shape (N, 3)
        About the centres, laboratory frame, kJ/mol.
    """

    energy: float
    forces: FloatArray
    torques: FloatArray


def box_forces(system: System, cutoff: CoulombCutoff) -> BoxForces:
    """Return energy, forces and torques of a system whose Coulomb interaction has a cutoff.

    Parameters
    ----------
    system : System
        Bodies in a box with electrostatics; in a slab, the third direction is not periodic.
        External fields are left out.
    cutoff : CoulombCutoff
        Cutoff of the Coulomb interaction.

    Raises
    ------
    ValueError
        If the system has no electrostatics.
    """
    electrostatics = system.interactions.electrostatics
    if electrostatics is None:
        raise ValueError("the system has no electrostatics")
    pairs, permittivity = system.interactions.pairs, electrostatics.relative_permittivity
    forces, torques, energy = np.zeros((system.n_bodies, 3)), np.zeros((system.n_bodies, 3)), 0.0
    for k, m in combinations_with_replacement(range(len(system.bodies)), 2):
        body_a, body_b = system.bodies[k], system.bodies[m]
        extent = body_a.reach + body_b.reach if cutoff.between == "sites" else 0.0
        longest = max(cutoff.range + extent, reach_of_beads(body_a, body_b, pairs))
        first, second, apart = _pairs_within(system, k, m, longest)
        if not len(first):
            continue
        found = pair_forces(
            body_a,
            body_b,
            apart,
            system.orientations[first],
            system.orientations[second],
            relative_permittivity=permittivity,
            pairs=pairs,
            cutoff=cutoff,
        )
        energy += float(found.energy.sum())
        np.add.at(forces, first, -found.force)
        np.add.at(forces, second, found.force)
        np.add.at(torques, first, found.torque_a)
        np.add.at(torques, second, found.torque_b)
    return BoxForces(energy, forces, torques)


def _pairs_within(
    system: System, k: int, m: int, distance: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs of bodies of two kinds whose centres, or images of them, are closer than `distance`.

    Returns
    -------
    first, second : ndarray of int, shape (M,)
        Indices of the bodies; pairs of equal kinds are listed once.
    apart : ndarray, shape (M, 3)
        Vector from the centre of the first one to that image of the second one, nm.
    """
    vectors = lattice_vectors(system.box)
    shells = np.ceil(distance / face_distances(vectors)).astype(int) + 1
    electrostatics = system.interactions.electrostatics
    if electrostatics is not None and electrostatics.slab:
        shells[2] = 0
    of_k, of_m = (np.flatnonzero(system.kinds == one) for one in (k, m))
    first, second = (grid.ravel() for grid in np.meshgrid(of_k, of_m, indexing="ij"))
    if k == m:
        first, second = first[first < second], second[first < second]
    straight = system.positions[second] - system.positions[first]
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for shift in product(*(range(-s, s + 1) for s in shells)):
        apart = straight + np.array(shift) @ vectors
        near = np.einsum("ij,ij->i", apart, apart) < distance**2
        found.append((first[near], second[near], apart[near]))
    a, b, c = (np.concatenate(column) for column in zip(*found, strict=True))
    return a, b, c
