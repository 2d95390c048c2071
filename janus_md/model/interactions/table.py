"""Interactions between beads, independent of the engine: pair table and electrostatics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any, TypeAlias

from janus_md.common.arrays import plain
from janus_md.model.body import RigidBody

WCA_EPSILON = 2.5
"""Depth parameter of the beads' repulsion, kJ/mol (model)."""

WCA_CUTOFF = 2.0 ** (1.0 / 6.0)
"""Cutoff of the WCA potential in units of sigma."""

LENNARD_JONES = "lennard_jones"
"""Functional form of rows that do not name one."""

Kinds: TypeAlias = tuple[str, str]
"""Two type names in alphabetical order."""


@dataclass(frozen=True)
class Row:
    """One pair term between the beads of two types, as an engine computes it.

    The energy is shifted to 0 at the cutoff, and 0 beyond it.

    Attributes
    ----------
    form : str
        Functional form: name of a pair term (:mod:`janus_md.model.interactions.term`).
    items : tuple of (str, float)
        Parameters by name, in nm, kJ/mol and e; ``cutoff`` (nm) is one of them.
    """

    form: str
    items: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, form: str, **parameters: float) -> Row:
        """Return the row with these parameters."""
        return cls(form, tuple(sorted((name, float(x)) for name, x in parameters.items())))

    def __getitem__(self, name: str) -> float:
        return self.parameters[name]

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters by name."""
        return dict(self.items)

    @property
    def cutoff(self) -> float:
        """Distance beyond which the energy is 0, nm."""
        return self.parameters["cutoff"]


PairTable: TypeAlias = Mapping[Kinds, Row | tuple[Row, ...]]
"""Rows by pair of type names; types without a row do not interact."""


@dataclass(frozen=True)
class Electrostatics:
    """Coulomb interaction of the charge sites in a periodic box with conducting surroundings.

    In a slab, the third direction is not periodic (Yeh and Berkowitz, J. Chem. Phys. 111, 3155,
    1999).

    Attributes
    ----------
    relative_permittivity : float
        Relative permittivity of the medium between the bodies.
    force_error : float
        Largest allowed rms error of the force on a whole body due to the mesh or the cutoff, kT/nm.
    slab : bool
        Whether the box is periodic in x and y only.
    torque_error : float or None
        Largest allowed rms error of the torque on a whole body due to the cutoff, kT. If it is
        given, the interaction has a cutoff (:mod:`janus_md.model.interactions.cutoff`); if it is
        None, it is computed with a mesh.
    """

    relative_permittivity: float
    force_error: float
    slab: bool = False
    torque_error: float | None = None

    @property
    def truncated(self) -> bool:
        """Whether the interaction has a cutoff."""
        return self.torque_error is not None


@dataclass(frozen=True)
class Interactions:
    """Pair table and electrostatics.

    Attributes
    ----------
    pairs : dict
        Rows by sorted pair of type names; several rows if several terms act.
    electrostatics : Electrostatics or None
        None if charges are off.
    """

    pairs: dict[Kinds, tuple[Row, ...]]
    electrostatics: Electrostatics | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", sorted_pairs(self.pairs))

    @property
    def rows(self) -> list[Row]:
        """All rows of the pair table."""
        return [row for rows in self.pairs.values() for row in rows]

    def to_dict(self) -> dict[str, Any]:
        """Return the interactions as plain JSON values; :meth:`of` reads them.

        The form of Lennard-Jones rows is omitted, and so are ``slab`` if it is False and
        ``torque_error`` if it is None, as in files of earlier versions.
        """
        rows = []
        for (a, b), of_pair in sorted(self.pairs.items()):
            for row in of_pair:
                form = {} if row.form == LENNARD_JONES else {"form": row.form}
                rows.append({"kinds": [a, b], **form, **row.parameters})
        electrostatics: dict[str, Any] | None = plain(self.electrostatics)
        if electrostatics is not None:
            for key, neutral in (("slab", False), ("torque_error", None)):
                if electrostatics[key] == neutral:
                    del electrostatics[key]
        return {"pairs": rows, "electrostatics": electrostatics}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Interactions:
        """Return the interactions described by :meth:`to_dict`.

        Raises
        ------
        KeyError, TypeError, ValueError
            If `data` is not such a description.
        """
        pairs: dict[Kinds, tuple[Row, ...]] = {}
        for one in data["pairs"]:
            parameters = dict(one)
            a, b = parameters.pop("kinds")
            form = str(parameters.pop("form", LENNARD_JONES))
            required = ("cutoff", "epsilon", "sigma") if form == LENNARD_JONES else ("cutoff",)
            for name in required:
                parameters[name]  # raises a KeyError if it is missing
            pairs[a, b] = (*pairs.get((a, b), ()), Row.of(form, **parameters))
        electrostatics = data["electrostatics"]
        return cls(pairs, None if electrostatics is None else Electrostatics(**electrostatics))


def sorted_pairs(pairs: PairTable) -> dict[Kinds, tuple[Row, ...]]:
    """Return a pair table with each pair of names sorted and a tuple of rows for each."""
    found: dict[Kinds, tuple[Row, ...]] = {}
    for (a, b), rows in pairs.items():
        pair = (min(a, b), max(a, b))
        found[pair] = (*found.get(pair, ()), *((rows,) if isinstance(rows, Row) else rows))
    return found


def layers(pairs: PairTable) -> list[tuple[str, dict[Kinds, Row]]]:
    """Split a pair table into layers of one functional form, with at most one row per pair.

    Engines compute one layer at a time. A pair with two rows of the same form needs two layers.

    Returns
    -------
    list of (str, dict)
        Form and rows by pair, in the order of first appearance.
    """
    found: dict[tuple[str, int], dict[Kinds, Row]] = {}
    for pair, rows in sorted_pairs(pairs).items():
        seen: dict[str, int] = {}
        for row in rows:
            number = seen.get(row.form, 0)
            seen[row.form] = number + 1
            found.setdefault((row.form, number), {})[pair] = row
    return [(form, rows) for (form, _), rows in found.items()]


def lennard_jones(epsilon: float, sigma: float, cutoff: float) -> Row:
    """``4 eps [(s/r)^12 - (s/r)^6]``, cut and shifted to 0 at `cutoff`; kJ/mol, nm, nm."""
    return Row.of(LENNARD_JONES, epsilon=epsilon, sigma=sigma, cutoff=cutoff)


def wca(sigma: float, epsilon: float = WCA_EPSILON) -> Row:
    """Purely repulsive Lennard-Jones row (Weeks, Chandler and Andersen, 1971)."""
    return lennard_jones(epsilon, sigma, WCA_CUTOFF * sigma)


def diameters_of(bodies: Iterable[RigidBody]) -> dict[str, float]:
    """Diameter of each type, nm.

    Raises
    ------
    ValueError
        If two bodies give the same type different diameters.
    """
    found: dict[str, float] = {}
    for body in bodies:
        for bead, diameter in body.diameters.items():
            if found.setdefault(bead, diameter) != diameter:
                raise ValueError(
                    f"type {bead}: its diameter is {found[bead]} nm in one body and "
                    f"{diameter} nm in another"
                )
    return found


def wca_table(bodies: Iterable[RigidBody]) -> dict[Kinds, tuple[Row, ...]]:
    """Repulsion of every pair of types with volume; sigma is the mean of the two diameters.

    Raises
    ------
    ValueError
        If two bodies give the same type different diameters.
    """
    diameters = diameters_of(bodies)
    beads = sorted(t for t, d in diameters.items() if d > 0)
    return {
        (a, b): (wca(0.5 * (diameters[a] + diameters[b])),)
        for a, b in combinations_with_replacement(beads, 2)
    }
