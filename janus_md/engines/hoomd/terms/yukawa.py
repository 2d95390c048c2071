"""Yukawa in HOOMD-blue."""

from __future__ import annotations

from typing import Any

from janus_md.engines.sites import each_pair
from janus_md.model.interactions.table import Kinds, Row


def hoomd(rows: dict[Kinds, Row], names: tuple[str, ...], neighbours: Any) -> Any:
    """Return the force of these rows; parameters as in the Lennard-Jones term."""
    import hoomd

    pair = hoomd.md.pair.Yukawa(nlist=neighbours, default_r_cut=0.0, mode="shift")
    for types, row in each_pair(names, rows):
        pair.params[types] = {
            "epsilon": row["amplitude"] if row else 0.0,
            "kappa": row["kappa"] if row else 1.0,
        }
        pair.r_cut[types] = row.cutoff if row else 0.0
    return pair
