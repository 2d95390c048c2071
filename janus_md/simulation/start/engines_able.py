"""Check that an engine can run a sweep, before anything is created."""

from __future__ import annotations

from collections.abc import Iterable

from janus_md.common.errors import JanusError
from janus_md.engines import ENGINES, present
from janus_md.engines.capabilities import able
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint


def check_engines(points: Iterable[StatePoint]) -> None:
    """Check that each state point can be run by an installed engine.

    If no engine is installed, all known engines are considered.

    Raises
    ------
    JanusError
        If not; the message says why the installed engines cannot run it and which other one can.
    """
    engines = present() or [ENGINES.get(name) for name in ENGINES]
    seen = set()
    for point in points:
        kind = _kind(point)
        if kind in seen:
            continue
        seen.add(kind)
        setup = resolve(point)
        try:
            able(engines, setup)
        except JanusError as error:
            others = [engine for name in ENGINES if (engine := ENGINES.get(name)) not in engines]
            try:
                names = " or ".join(engine.name for engine in able(others, setup))
            except JanusError:
                raise error from None
            raise JanusError(f"{error}; the engine {names}, which is not installed, can") from error


def _kind(point: StatePoint) -> tuple[object, ...]:
    """Return the parts of a state point that determine which engines can run it."""
    terms = {pair: sorted(of_pair) for pair, of_pair in point.interactions.items()}
    return (
        point.particle, str(point.mixture), point.model, point.protocol.name,
        point.viscosity is None, point.electrostatics.method, point.relative_permittivity is None,
        str(terms), *point.environment, str(point.protocol.stages),
    )  # fmt: skip
