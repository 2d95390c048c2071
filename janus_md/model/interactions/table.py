"""What beads do to each other: the pair table and the electrostatics, no engine named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

from janus_md.common.arrays import plain
from janus_md.model.body import RigidBody

WCA_EPSILON = 2.5
"""Depth parameter of the beads' repulsion, kJ/mol (model)."""

WCA_CUTOFF = 2.0 ** (1.0 / 6.0)
"""Cutoff of the WCA potential in units of sigma."""


@dataclass(frozen=True)
class LennardJones:
    """One row of the pair table: ``4 eps [(s/r)^12 - (s/r)^6]``, cut and shifted to 0 at `cutoff`.

    Attributes
    ----------
    epsilon : float
        kJ/mol.
    sigma : float
        nm.
    cutoff : float
        nm.
    """

    epsilon: float
    sigma: float
    cutoff: float


@dataclass(frozen=True)
class Electrostatics:
    """Coulomb interaction of the charge sites in a periodic box with conducting surroundings.

    Attributes
    ----------
    relative_permittivity : float
        Of the medium between the bodies.
    force_error : float
        Largest rms error of the force on a whole body that the mesh may make, kT/nm.
    """

    relative_permittivity: float
    force_error: float


@dataclass(frozen=True)
class Interactions:
    """Pair table by sorted pair of type names, and the electrostatics (None: no charges)."""

    pairs: dict[tuple[str, str], LennardJones]
    electrostatics: Electrostatics | None

    def to_dict(self) -> dict[str, Any]:
        """Return the interactions as plain JSON values; :meth:`of` reads them."""
        rows = [{"kinds": [a, b], **plain(row)} for (a, b), row in sorted(self.pairs.items())]
        return {"pairs": rows, "electrostatics": plain(self.electrostatics)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Interactions:
        """Return the interactions that :meth:`to_dict` laid out."""
        pairs = {}
        for row in data["pairs"]:
            a, b = row["kinds"]
            pairs[a, b] = LennardJones(row["epsilon"], row["sigma"], row["cutoff"])
        electrostatics = data["electrostatics"]
        return cls(pairs, None if electrostatics is None else Electrostatics(**electrostatics))


def wca(sigma: float, epsilon: float = WCA_EPSILON) -> LennardJones:
    """Purely repulsive Lennard-Jones row (Weeks, Chandler and Andersen, 1971)."""
    return LennardJones(epsilon, sigma, WCA_CUTOFF * sigma)


def wca_table(bodies: Iterable[RigidBody]) -> dict[tuple[str, str], LennardJones]:
    """Repulsion of every pair of types with volume; sigma is the mean of the two diameters.

    Raises
    ------
    ValueError
        If two bodies give the same type different diameters.
    """
    diameters: dict[str, float] = {}
    for body in bodies:
        for bead, diameter in body.diameters.items():
            if diameters.setdefault(bead, diameter) != diameter:
                raise ValueError(
                    f"type {bead}: one body has it {diameters[bead]} nm wide, another {diameter}"
                )
    beads = sorted(t for t, d in diameters.items() if d > 0)
    return {
        (a, b): wca(0.5 * (diameters[a] + diameters[b]))
        for a, b in combinations_with_replacement(beads, 2)
    }
