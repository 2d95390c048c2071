"""Bodies and pair tables as numbers; imports nothing of HOOMD-blue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

FORMS: dict[str, tuple[int, str, str]] = {
    "lennard_jones": (0, "epsilon", "sigma"),
    "yukawa": (1, "amplitude", "kappa"),
}
"""Number of each functional form, and its two parameters."""

WCA_CUTOFF = 2.0 ** (1.0 / 6.0)
"""Cutoff of the form ``wca`` in units of sigma."""

Terms = Mapping[tuple[str, str], Any]
"""Terms by pair of kinds: a term or a sequence of terms, each a dict."""

Site = tuple[float, float, float, float, int]
"""x, y, z, charge and number of the kind, -1 without terms."""

Row = tuple[int, int, int, float, float, float]
"""Two kinds, form, two parameters and the cutoff."""


def kinds_of(terms: Terms) -> list[str]:
    """Return the kinds with terms in alphabetical order."""
    return sorted({kind for pair in terms for kind in pair})


def rows_of(terms: Terms, kinds: Sequence[str]) -> list[Row]:
    """Return the rows of a pair table.

    Raises
    ------
    ValueError
        If a term is not known, or lacks a parameter.
    """
    rows, seen = [], set()
    for (a, b), of_pair in terms.items():
        if (min(a, b), max(a, b)) in seen:
            raise ValueError(f"terms: the pair {a}, {b} is there twice")
        seen.add((min(a, b), max(a, b)))
        for term in [of_pair] if isinstance(of_pair, Mapping) else of_pair:
            rows.append((kinds.index(a), kinds.index(b), *_numbers(dict(term), f"{a}, {b}")))
    return rows


def _numbers(term: dict[str, Any], pair: str) -> tuple[int, float, float, float]:
    name = term.pop("form", None)
    if name == "wca":
        if set(term) != {"epsilon", "sigma"}:
            raise ValueError(f"terms: {pair}: needed are epsilon, sigma and nothing else for wca")
        name, term["cutoff"] = "lennard_jones", WCA_CUTOFF * float(term["sigma"])
    if name not in FORMS:
        raise ValueError(
            f"terms: {pair}: the form is {name!r}, allowed are lennard_jones, wca and yukawa"
        )
    form, first, second = FORMS[name]
    if set(term) != {first, second, "cutoff"}:
        raise ValueError(
            f"terms: {pair}: {name} has the parameters {', '.join(sorted(term))}, needed are "
            f"{first}, {second} and cutoff"
        )
    numbers = float(term[first]), float(term[second]), float(term["cutoff"])
    if not np.all(np.isfinite(numbers)) or numbers[2] <= 0.0:
        raise ValueError(f"terms: {pair}: {numbers} must be finite, and the cutoff positive")
    return form, *numbers


def sites_of(name: str, body: Mapping[str, Any], kinds: Sequence[str]) -> list[Site]:
    """Return the sites of a body.

    Raises
    ------
    ValueError
        If the lengths of the lists differ or a number is not finite.
    """
    unknown = set(body) - {"positions", "kinds", "charges"}
    if unknown or not {"positions", "kinds"} <= set(body):
        raise ValueError(f"bodies: {name}: needed are positions and kinds, allowed also charges")
    positions = np.asarray(body["positions"], float).reshape(-1, 3)
    count = len(positions)
    charges = np.asarray(body.get("charges", np.zeros(count)), float)
    if len(body["kinds"]) != count or charges.shape != (count,):
        raise ValueError(
            f"bodies: {name}: {count} positions, but {len(body['kinds'])} kinds and "
            f"{len(charges)} charges"
        )
    if not np.all(np.isfinite(positions)) or not np.all(np.isfinite(charges)):
        raise ValueError(f"bodies: {name}: positions and charges must be finite")
    number = {kind: k for k, kind in enumerate(kinds)}
    return [
        (*position, charge, number.get(kind, -1))
        for position, charge, kind in zip(
            positions.tolist(), charges.tolist(), body["kinds"], strict=True
        )
    ]


def reach_of_terms(a: Sequence[Site], b: Sequence[Site], rows: Sequence[Row]) -> float:
    """Return the distance of the centres beyond which no term acts between two bodies; 0: never."""
    far_a, far_b = _furthest(a), _furthest(b)
    ends = [
        far_a[k] + far_b[m] + row[5]
        for row in rows
        for k, m in (row[:2], row[1::-1])
        if k in far_a and m in far_b
    ]
    return max(ends, default=0.0)


def _furthest(sites: Sequence[Site]) -> dict[int, float]:
    """Return the largest distance from the centre by kind."""
    found: dict[int, float] = {}
    for x, y, z, _, kind in sites:
        found[kind] = max(found.get(kind, 0.0), float(np.sqrt(x * x + y * y + z * z)))
    return found


def furthest_charge(sites: Sequence[Site]) -> float | None:
    """Return the largest distance of a charge from the centre; None without charges."""
    distances = [float(np.linalg.norm(site[:3])) for site in sites if site[3]]
    return max(distances, default=None)
