"""Lennard-Jones in LAMMPS."""

from __future__ import annotations

from janus_md.engines.lammps.styles import PairStyle
from janus_md.model.interactions.table import Kinds, Row


def lammps(rows: dict[Kinds, Row]) -> list[PairStyle]:
    """Return the pair styles of these rows.

    Parameters
    ----------
    rows : dict
        Rows by sorted pair of type names.
    """
    longest = max(row.cutoff for row in rows.values())
    coefficients = {pair: (row["epsilon"], row["sigma"], row.cutoff) for pair, row in rows.items()}
    return [PairStyle("lj/cut", (longest,), coefficients)]
