"""Yukawa in HOOMD-blue."""

from __future__ import annotations

from typing import Any

from janus_md.engines.hoomd.pairs import with_rows
from janus_md.model.interactions.table import Kinds, Row


def hoomd(rows: dict[Kinds, Row], names: tuple[str, ...], neighbours: Any) -> Any:
    """Return the force of these rows; parameters as in the Lennard-Jones term."""
    import hoomd

    return with_rows(
        hoomd.md.pair.Yukawa(nlist=neighbours, default_r_cut=0.0, mode="shift"),
        rows,
        names,
        lambda row: {"epsilon": row["amplitude"], "kappa": row["kappa"]},
        {"epsilon": 0.0, "kappa": 1.0},
    )
