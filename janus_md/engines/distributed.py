"""An engine on several ranks: rank 0 controls, and the others repeat each of its calls."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from itertools import count
from typing import Any

from janus_md.common.interrupts import SIGNALS
from janus_md.engines import adapter, ranks
from janus_md.engines.base import Forces, Kicks, Simulation
from janus_md.engines.wrapper import Wrapper
from janus_md.model.system import System

_simulations: dict[int, Simulation] = {}
_numbers = count()


class DistributedEngine(Wrapper):
    """An engine whose simulations run on all ranks; used on rank 0."""

    def simulation(self, *arguments: Any) -> Simulation:
        """Make a running simulation on all ranks."""
        return _Led(self.name, arguments)


class _Led:
    """A simulation on all ranks, controlled by rank 0."""

    def __init__(self, engine: str, arguments: tuple[Any, ...]) -> None:
        self._number = next(_numbers)
        _together("start", self._number, engine, arguments)

    @property
    def step(self) -> int:
        return _simulations[self._number].step

    def advance(self, steps: int) -> None:
        _together("call", self._number, "advance", steps)

    def system(self) -> System:
        return _together("call", self._number, "system")

    def potential_energy(self) -> float:
        return _together("call", self._number, "potential_energy")

    def forces(self) -> Forces:
        return _together("call", self._number, "forces")

    def kicks(self) -> Kicks:
        return _together("call", self._number, "kicks")

    def close(self) -> None:
        _together("close", self._number)


def lead_or_follow(lead: Callable[[], int]) -> int:
    """Run as the controlling rank or as one of the others; all ranks return the same exit code."""
    try:
        if ranks.rank() > 0:
            for number in SIGNALS:
                signal.signal(number, lambda *_: ranks.wish_to_stop())
            return follow()
        try:
            code = lead()
        except SystemExit as told:  # outside the simulation, while the others wait for a command
            code = int(told.code or 0)
        dismiss(code)
        return code
    except BaseException as error:
        ranks.abort(f"rank {ranks.rank()}: {type(error).__name__}: {error}")
        raise


def follow() -> int:
    """Execute the commands of rank 0 until it ends; return its exit code. For all other ranks."""
    while True:
        kind, *order = ranks.broadcast(("end", 0))
        if kind == "end":
            return int(order[0])
        with contextlib.suppress(Exception):  # rank 0 has the same error and handles it
            _perform(kind, *order)


def dismiss(code: int) -> None:
    """End the other ranks with this exit code; used on rank 0."""
    ranks.broadcast(("end", code))


def _together(*order: Any) -> Any:
    return _perform(*ranks.broadcast(order))


def _perform(kind: str, number: int, *rest: Any) -> Any:
    """Execute a command of rank 0 on this rank, and check that all ranks have done so."""
    result, trouble = None, None
    try:
        if kind == "start":
            name, arguments = rest
            _simulations[number] = adapter(name).simulation(*arguments)
        elif kind == "close":
            _simulations.pop(number).close()
        else:
            method, *arguments = rest
            result = getattr(_simulations[number], method)(*arguments)
    except Exception as error:
        trouble = error
    ranks.agree(trouble)
    return result
