"""Pair styles of LAMMPS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from janus_md.engines.lammps.words import line
from janus_md.model.interactions.table import Kinds


@dataclass(frozen=True)
class PairStyle:
    """A pair style with its coefficients.

    Attributes
    ----------
    name : str
        LAMMPS's name of it.
    arguments : tuple
        What follows the name in ``pair_style``.
    coefficients : mapping
        What follows the name in ``pair_coeff``, by pair of type names.
    """

    name: str
    arguments: tuple[object, ...] = ()
    coefficients: Mapping[Kinds, tuple[object, ...]] = field(default_factory=dict)


def words(styles: Sequence[PairStyle], number: Mapping[str, int]) -> tuple[list[object], list[str]]:
    """Return the arguments of ``pair_style hybrid/overlay`` and the rows ``pair_coeff``.

    Parameters
    ----------
    styles : sequence of PairStyle
        In their order; of several with one name, each row says which it is for.
    number : mapping
        LAMMPS's numbers of the types.
    """
    arguments: list[object] = []
    rows = []
    names = [style.name for style in styles]
    for k, style in enumerate(styles):
        arguments += [style.name, *style.arguments]
        which = [names[: k + 1].count(style.name)] if names.count(style.name) > 1 else []
        for (a, b), values in style.coefficients.items():
            i, j = sorted((number[a], number[b]))
            rows.append(line("pair_coeff", i, j, style.name, *which, *values))
    return arguments, rows
