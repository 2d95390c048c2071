"""Rows of the pair table in HOOMD-blue's pair forces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from janus_md.engines.sites import each_pair
from janus_md.model.interactions.table import Kinds, Row


def with_rows(
    force: Any,
    rows: dict[Kinds, Row],
    names: Sequence[str],
    parameters: Callable[[Row], dict[str, float]],
    nothing: dict[str, float],
) -> Any:
    """Return a pair force with the parameters and cutoffs of these rows.

    Parameters
    ----------
    force : hoomd.md.pair.Pair
        Force without parameters.
    rows : dict
        Rows by sorted pair of type names.
    names : sequence of str
        All types: HOOMD-blue wants parameters of every pair.
    parameters : callable
        Gives HOOMD-blue's parameters of a row.
    nothing : dict
        Parameters of pairs without a row.
    """
    for types, row in each_pair(names, rows):
        force.params[types] = dict(nothing) if row is None else parameters(row)
        force.r_cut[types] = 0.0 if row is None else row.cutoff
    return force
