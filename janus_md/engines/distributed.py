"""An engine on several ranks: rank 0 leads, the others repeat each of its calls."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from itertools import count
from typing import Any

from janus_md.common.interrupts import SIGNALS
from janus_md.engines import adapter, ranks
from janus_md.engines.base import Forces, Kicks, Simulation, Wrapper
from janus_md.model.system import System

_simulations: dict[int, Simulation] = {}
_numbers = count()


class DistributedEngine(Wrapper):
    """An engine whose simulations run on all ranks. For rank 0."""

    def simulation(self, *arguments: Any) -> Simulation:
        """Make a running simulation on all ranks."""
        return _Led(self.name, arguments)


class _Led:
    """A simulation on all ranks, in the hand of rank 0."""

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
    """Lead the other ranks or follow the first one; the exit code is the same on all of them."""
    try:
        if ranks.rank() > 0:
            for number in SIGNALS:
                signal.signal(number, lambda *_: ranks.wish_to_stop())
            return follow()
        try:
            code = lead()
        except SystemExit as told:  # outside of the simulation, where the others wait for an order
            code = int(told.code or 0)
        dismiss(code)
        return code
    except BaseException as error:
        ranks.abort(f"rank {ranks.rank()}: {type(error).__name__}: {error}")
        raise


def follow() -> int:
    """Do as rank 0 says to its end, and return its exit code. For all ranks but 0."""
    while True:
        kind, *order = ranks.broadcast(("end", 0))
        if kind == "end":
            return int(order[0])
        with contextlib.suppress(Exception):  # rank 0 has it too, and says what comes next
            _perform(kind, *order)


def dismiss(code: int) -> None:
    """Let the other ranks end with this exit code. For rank 0."""
    ranks.broadcast(("end", code))


def _together(*order: Any) -> Any:
    return _perform(*ranks.broadcast(order))


def _perform(kind: str, number: int, *rest: Any) -> Any:
    """Do rank 0's order on this rank, and see that all have done it."""
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
