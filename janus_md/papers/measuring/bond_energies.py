"""Energies of the bonds in a frame: of the bodies, and of point dipoles in their place."""

from __future__ import annotations

import numpy as np
import rowan

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.aggregates.energy import EnergyCriterion
from janus_md.analysis.frames.source import Frame
from janus_md.model.body import FloatArray
from janus_md.papers.sections.aligned_dipoles import dipole_energies


def bond_energies(frame: Frame, bonds: Bonds, known: EnergyCriterion | None) -> FloatArray:
    """Energy of the two isolated bodies of each bond in the medium, shape (B,), kJ/mol.

    It is NaN if the file does not describe the bodies.
    """
    from janus_md.model.pairs.energy import pair_energy

    energies = np.full(len(bonds), np.nan)
    if known is None:
        return energies
    first, second = frame.kinds[bonds.source], frame.kinds[bonds.target]
    for a, b in {(int(a), int(b)) for a, b in zip(first, second, strict=True)}:
        chosen = np.flatnonzero((first == a) & (second == b))
        energies[chosen] = pair_energy(
            known.bodies[frame.names[a]],
            known.bodies[frame.names[b]],
            bonds.vectors[chosen],
            frame.orientations[bonds.source[chosen]],
            frame.orientations[bonds.target[chosen]],
            relative_permittivity=known.relative_permittivity,
        )
    return energies


def dipole_energies_of_bonds(
    frame: Frame, bonds: Bonds, known: EnergyCriterion | None
) -> tuple[FloatArray, FloatArray]:
    """Energies of point dipoles at the centres of the bodies of each bond in the medium, kJ/mol.

    They are NaN if the file does not describe the bodies.

    Returns
    -------
    oriented, aligned : ndarray, shape (B,)
        With the orientations of the bodies, and with both dipoles along the bond.
    """
    if known is None:
        unknown = np.full(len(bonds), np.nan)
        return unknown, unknown
    at_rest = np.array(
        [known.bodies[name].dipole if name in known.bodies else np.zeros(3) for name in frame.names]
    )
    moments = rowan.rotate(frame.orientations, at_rest[frame.kinds])
    along = bonds.vectors / bonds.lengths[:, None]
    first, second = moments[bonds.source], moments[bonds.target]
    one, other = (np.linalg.norm(moment, axis=1)[:, None] * along for moment in (first, second))
    medium = known.relative_permittivity
    return (
        dipole_energies(first, second, bonds.vectors, medium),
        dipole_energies(one, other, bonds.vectors, medium),
    )
