"""Lennard-Jones in HOOMD-blue."""

from __future__ import annotations

from typing import Any

from janus_md.engines.hoomd.pairs import with_rows
from janus_md.model.interactions.table import Kinds, Row


def hoomd(rows: dict[Kinds, Row], names: tuple[str, ...], neighbours: Any) -> Any:
    """Return the force of these rows.

    Parameters
    ----------
    rows : dict
        Rows by sorted pair of type names.
    names : tuple of str
        All types.
    neighbours : hoomd.md.nlist.NeighborList
        Neighbour list.
    """
    import hoomd

    return with_rows(
        hoomd.md.pair.LJ(nlist=neighbours, default_r_cut=0.0, mode="shift"),
        rows,
        names,
        lambda row: {"epsilon": row["epsilon"], "sigma": row["sigma"]},
        {"epsilon": 0.0, "sigma": 1.0},
    )
