"""Quantities that can be compared with a paper: names, units, periods."""

from __future__ import annotations

from dataclasses import dataclass

PAIR = "pair"
"""Medium of quantities of two isolated bodies in vacuum, without simulation."""

BODY = "body"
"""Medium of quantities of one body, without simulation."""

WITHOUT_RUNS = {PAIR: "two bodies", BODY: "one body"}
"""Media without simulation, and how tables call them."""


@dataclass(frozen=True)
class Quantity:
    """A quantity to measure.

    Attributes
    ----------
    label : str
        Description.
    unit : str
        Unit; empty for a dimensionless quantity.
    period : float
        Period of an angle; 0 for other quantities.
    medium : str
        :data:`PAIR` or :data:`BODY` for a quantity without simulation; else empty.
    """

    label: str
    unit: str = ""
    period: float = 0.0
    medium: str = ""


QUANTITIES: dict[str, Quantity] = {
    "share_single": Quantity("share of bodies that are single"),
    "share_in_wires": Quantity("share of bodies in wires of 3 or more"),
    "mean_n": Quantity("mean wire length by number", "bodies"),
    "mean_w": Quantity("mean wire length by weight", "bodies"),
    "growth_exponent": Quantity("exponent z of mean length by number ~ time^z"),
    "bond_nm": Quantity("mean distance of bonded bodies", "nm"),
    "bond_energy": Quantity("mean energy of a bond, of its two bodies alone", "kJ/mol"),
    "bond_dipole_energy": Quantity(
        "mean energy of the two point dipoles of a bond, as they are oriented", "kJ/mol"
    ),
    "bond_aligned_energy": Quantity(
        "mean energy of two point dipoles at the distance of a bond, if aligned", "kJ/mol"
    ),
    "shell_nm": Quantity("mean distance of bodies closer than 2.4 nm, bonded or not", "nm"),
    "micrograph_nm": Quantity(
        "mean distance to the nearest particle in a synthetic micrograph", "nm"
    ),
    "side_nm": Quantity("most frequent distance of bodies side by side, of other wires", "nm"),
    "side_contacts": Quantity("contacts side by side within 2.9 nm, per body"),
    "opposite_bonds": Quantity("share of bonds that join R and S"),
    "turn_deg": Quantity("turn of a body against the one before", "deg", period=120.0),
    "pair_energy": Quantity("minimum of two bodies head to tail", "kJ/mol", medium=PAIR),
    "pair_unlike": Quantity(
        "minimum of R and S head to tail, less that of two of a hand", "kJ/mol", medium=PAIR
    ),
    "pair_nm": Quantity("distance at that minimum", "nm", medium=PAIR),
    "pair_turn_deg": Quantity("turn at that minimum", "deg", period=120.0, medium=PAIR),
    "pair_side_nm": Quantity("distance of the best pair side by side", "nm", medium=PAIR),
    "union_nm3": Quantity("volume of the union of the beads of a body", "nm^3", medium=BODY),
}
"""Quantities by their name in files of papers. Turns are those of threefold bodies."""
