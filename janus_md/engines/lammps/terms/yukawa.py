"""Yukawa in LAMMPS."""

from __future__ import annotations

from janus_md.engines.lammps.styles import PairStyle
from janus_md.model.interactions.table import Kinds, Row


def lammps(rows: dict[Kinds, Row]) -> list[PairStyle]:
    """Return the pair styles of these rows: a style for each screening length."""
    styles = []
    for kappa in sorted({row["kappa"] for row in rows.values()}):
        mine = {pair: row for pair, row in rows.items() if row["kappa"] == kappa}
        longest = max(row.cutoff for row in mine.values())
        coefficients = {pair: (row["amplitude"], row.cutoff) for pair, row in mine.items()}
        styles.append(PairStyle("yukawa", (kappa, longest), coefficients))
    return styles
