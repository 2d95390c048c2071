"""Quantities that can be compared with a paper: names, units, periods."""

from __future__ import annotations

from dataclasses import dataclass

PAIR = "pair"
"""Medium of quantities without simulation: two isolated bodies in vacuum."""


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
    of_pair : bool
        Whether it is a property of two isolated bodies.
    """

    label: str
    unit: str = ""
    period: float = 0.0
    of_pair: bool = False


QUANTITIES: dict[str, Quantity] = {
    "share_single": Quantity("share of bodies that are single"),
    "share_in_wires": Quantity("share of bodies in wires of 3 or more"),
    "mean_n": Quantity("mean wire length by number", "bodies"),
    "mean_w": Quantity("mean wire length by weight", "bodies"),
    "growth_exponent": Quantity("exponent z of mean length by number ~ time^z"),
    "bond_nm": Quantity("mean distance of bonded bodies", "nm"),
    "bond_energy": Quantity("mean energy of a bond, of its two bodies alone", "kJ/mol"),
    "side_nm": Quantity("most frequent distance of bodies side by side, of other wires", "nm"),
    "side_contacts": Quantity("contacts side by side within 2.9 nm, per body"),
    "opposite_bonds": Quantity("share of bonds that join R and S"),
    "turn_deg": Quantity("turn of a body against the one before", "deg", period=120.0),
    "pair_energy": Quantity("minimum of two bodies head to tail", "kJ/mol", of_pair=True),
    "pair_unlike": Quantity(
        "minimum of R and S head to tail, less that of two of a hand", "kJ/mol", of_pair=True
    ),
    "pair_nm": Quantity("distance at that minimum", "nm", of_pair=True),
    "pair_turn_deg": Quantity("turn at that minimum", "deg", period=120.0, of_pair=True),
    "pair_side_nm": Quantity("distance of the best pair side by side", "nm", of_pair=True),
}
"""Quantities by their name in files of papers. Turns are those of threefold bodies."""
