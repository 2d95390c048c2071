"""The pair table of a state point: default repulsion, and terms of particles and state point."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Any

from janus_md.common.settings import Settings
from janus_md.model.body import RigidBody
from janus_md.model.interactions.table import Kinds, Row, diameters_of, wca, wca_table
from janus_md.model.interactions.term import TERMS, Beads
from janus_md.study.registered_settings import read_settings, settings_and_faults
from janus_md.study.statepoint_errors import BadStatePoint, WrongValue

Statements = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Settings by pair of kinds, such as ``A-A``, and by pair term."""


def pair_table(
    bodies: tuple[RigidBody, ...],
    stated: Mapping[str, Statements],
    overrides: Statements,
    relative_permittivity: float | None,
    kT: float,
) -> dict[Kinds, tuple[Row, ...]]:
    """Return the pair table of bodies.

    Beads with volume repel each other (WCA) unless a stated term has a repulsive core.

    Parameters
    ----------
    bodies : tuple of RigidBody
        The kinds of bodies.
    stated : mapping
        Settings from each particle file, by the name of the particle; kinds have no prefix there.
    overrides : mapping
        Settings from the state point, which replace those of the particles or add terms. Kinds are
        ``KIND`` or ``PARTICLE.KIND``.
    relative_permittivity : float or None
        Of the medium.
    kT : float
        Thermal energy, kJ/mol.

    Raises
    ------
    BadStatePoint
        If a kind or a term is unknown, or settings are invalid.
    """
    stated = {name: terms for name, terms in stated.items() if terms}
    if not stated and not overrides:
        return dict(_default(bodies))
    terms = _merged(bodies, stated, overrides)
    diameters = diameters_of(bodies)
    table: dict[Kinds, tuple[Row, ...]] = {}
    for a, b in combinations_with_replacement(sorted(diameters), 2):
        beads = Beads((diameters[a], diameters[b]), relative_permittivity, kT)
        given = terms.get((a, b), {})
        rows = [
            _row(f"{a}-{b}", name, settings, beads)
            for name, settings in given.items()
            if TERMS.get(name).acts
        ]
        cored = any(TERMS.get(name).core for name in given)
        if not cored and diameters[a] > 0 and diameters[b] > 0:
            rows.insert(0, wca(beads.sigma))
        if rows:
            table[a, b] = tuple(rows)
    return table


@lru_cache(maxsize=64)
def _default(bodies: tuple[RigidBody, ...]) -> dict[Kinds, tuple[Row, ...]]:
    """Repulsion alone."""
    return wca_table(bodies)


def _row(pair: str, name: str, settings: Settings, beads: Beads) -> Row:
    term, key = TERMS.get(name), f"interactions.{pair}.{name}"
    try:
        return Row.of(term.form or name, **term.parameters(settings, beads))
    except ValueError as error:
        raise BadStatePoint(key, f"{key}: {error}") from error


def objections(name: str, diameters: Mapping[str, float], stated: Statements) -> list[str]:
    """Return all faults in the interactions of a particle file, one sentence each.

    Parameters
    ----------
    name : str
        Name of the particle.
    diameters : mapping
        Diameter by bare kind, nm.
    stated : mapping
        Interactions as they are given in the file.
    """
    types_of = {kind: f"{name}.{kind}" for kind in diameters}
    kinds = types_of | {one: one for one in types_of.values()}
    wide = {types_of[kind]: diameter for kind, diameter in diameters.items()}
    found = list[str]()
    found += _exclusive(stated)
    seen: dict[Kinds, str] = {}
    for pair, terms in stated.items():
        try:
            types = _types("interactions", pair, kinds)
        except BadStatePoint as error:
            found.append(str(error))
            found += [x for x in term_objections({pair: terms}) if x not in found]
            continue
        if (before := seen.setdefault(types, pair)) != pair:
            found.append(f"interactions.{pair}: is already given as {before}")
        beads = Beads((wide[types[0]], wide[types[1]]), 1.0, 1.0)
        for term, given in terms.items():
            key = f"interactions.{pair}.{term}"
            settings, faults = settings_and_faults(key, TERMS, term, given)
            found += faults
            if settings is not None:
                try:
                    _row(pair, term, settings, beads)
                except BadStatePoint as error:
                    found.append(str(error))
    return found


def _acts(name: str) -> bool:
    """Whether beads interact by this term; unknown terms are reported elsewhere."""
    return name not in TERMS.names() or TERMS.get(name).acts


def _exclusive(stated: Statements) -> list[str]:
    """Faults of pairs that have no interaction and other terms, one sentence each."""
    return [
        f"interactions.{pair}.{name}: is not allowed beside {', '.join(sorted({*terms} - {name}))}"
        for pair, terms in stated.items()
        for name in terms
        if len(terms) > 1 and not _acts(name)
    ]


def term_objections(stated: Statements) -> list[str]:
    """Return all faults in the terms of pairs, independent of the kinds."""
    return _exclusive(stated) + [
        fault
        for pair, terms in stated.items()
        for name, given in terms.items()
        for fault in settings_and_faults(f"interactions.{pair}.{name}", TERMS, name, given)[1]
    ]


def _merged(
    bodies: tuple[RigidBody, ...], stated: Mapping[str, Statements], overrides: Statements
) -> dict[Kinds, dict[str, Settings]]:
    """Settings of each pair of types, by pair term in alphabetical order."""
    given: dict[Kinds, dict[str, dict[str, Any]]] = {}
    for body in bodies:
        kinds = kinds_of((body,))
        for pair, terms in stated.get(body.name, {}).items():
            types = _types("interactions", pair, kinds)
            for name, settings in terms.items():
                given.setdefault(types, {})[name] = dict(settings)
    kinds = kinds_of(bodies)
    if wrong := _exclusive(overrides):
        raise BadStatePoint("interactions", wrong[0])
    for pair, terms in overrides.items():
        of_pair = given.setdefault(_types("interactions", pair, kinds), {})
        for name in [*of_pair] if terms else []:
            if not _acts(name) or not all(map(_acts, terms)):
                del of_pair[name]
        for name, settings in terms.items():
            of_pair[name] = of_pair.get(name, {}) | dict(settings)
    try:
        return {
            types: {
                name: read_settings(f"interactions.{'-'.join(types)}.{name}", TERMS, name, one)
                for name, one in sorted(terms.items())
            }
            for types, terms in given.items()
        }
    except WrongValue as error:
        raise BadStatePoint(error.key, error.text) from error


def kinds_of(bodies: tuple[RigidBody, ...]) -> dict[str, str]:
    """Types by the names that a user may use: the full name, and the kind alone if unique."""
    types = {
        name for body in bodies for name in (*body.types, body.name)
        if name != body.name or body.diameters[name] > 0.0
    }  # fmt: skip
    bare: dict[str, set[str]] = {}
    for body in bodies:
        for name in set(body.types):
            bare.setdefault(name.removeprefix(f"{body.name}."), set()).add(name)
    return {name: name for name in sorted(types)} | {
        name: next(iter(found)) for name, found in sorted(bare.items()) if len(found) == 1
    }


def _types(key: str, pair: str, kinds: Mapping[str, str]) -> Kinds:
    """Types of a pair of kinds, ``A-B``; the names may contain hyphens."""
    for place, letter in enumerate(pair):
        first, second = pair[:place], pair[place + 1 :]
        if letter == "-" and first in kinds and second in kinds:
            a, b = sorted((kinds[first], kinds[second]))
            return a, b
    raise BadStatePoint(
        key,
        f"{key}: {pair!r} is not allowed; it must be two kinds joined by a hyphen, of "
        f"{', '.join(sorted(kinds))}",
    )
