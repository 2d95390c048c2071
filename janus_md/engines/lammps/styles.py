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
        Name of the style in LAMMPS.
    arguments : tuple
        Arguments after the name in ``pair_style``.
    coefficients : mapping
        Arguments after the name in ``pair_coeff``, by pair of type names.
    """

    name: str
    arguments: tuple[object, ...] = ()
    coefficients: Mapping[Kinds, tuple[object, ...]] = field(default_factory=dict)


def words(styles: Sequence[PairStyle], number: Mapping[str, int]) -> tuple[list[object], list[str]]:
    """Return the arguments of ``pair_style hybrid/overlay`` and the rows ``pair_coeff``.

    Parameters
    ----------
    styles : sequence of PairStyle
        Styles in order. If several have the same name, each row contains their number.
    number : mapping
        Numbers of the types in LAMMPS.
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
