"""The neighbour list is chosen with the mesh and stored; a continued run uses the same one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest

from janus_md.common.errors import ToBeContinued
from janus_md.engines.trials import Candidate, Trials
from janus_md.simulation.run import simulate
from janus_md.study.statepoint import StatePoint
from tests.engines.conftest import usable

POINT = {
    "particle": "R-Au-Cu",
    "model": "sphere",
    "n_bodies": 27,
    "volume_fraction": 0.05,
    "electrostatics": {"method": "none"},
    "relative_permittivity": 1.0,
    "protocol": {"relax_ps": 0.0, "produce_ns": 0.02, "frame_interval_ps": 2.0},
}


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Kinds of neighbour lists that HOOMD-blue makes."""
    usable("hoomd")
    import hoomd

    made: list[str] = []

    def recorded(kind: Any) -> Callable[..., Any]:
        def make(*given: Any, **named: Any) -> Any:
            made.append(kind.__name__.lower())
            return kind(*given, **named)

        return make

    for name in ("Cell", "Tree"):
        monkeypatch.setattr(hoomd.md.nlist, name, recorded(getattr(hoomd.md.nlist, name)))
    return made


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, lists: list[str]) -> str:
    """The tree is the faster list on this machine."""
    monkeypatch.setattr(Trials, "speed", lambda _, one: 2.0 if one.neighbour_list == "tree" else 1)
    return "tree"


def run(folder: Path, stop_after: int | None = None, **kept: Any) -> dict[str, Any]:
    """Run to the end; with `stop_after`, the run is interrupted after this number of polls."""
    folder.mkdir(exist_ok=True)
    document, polls = dict[str, Any](), 0

    def should_stop() -> bool:
        nonlocal polls
        polls += 1
        return stop_after is not None and polls % stop_after == 0

    while not (folder / "trajectory.gsd").exists():
        try:
            simulate(
                StatePoint.of(POINT), folder, document, engine="hoomd", should_stop=should_stop
            )
        except ToBeContinued:
            continue
    return document


def test_a_resumed_run_uses_the_stored_list_and_gives_the_same_bits(
    chosen: str, lists: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("janus_md.simulation.execution.RESTART_FRAMES", 2)
    monkeypatch.setattr("janus_md.simulation.context.POLL_SECONDS", 100.0)
    monkeypatch.setattr("janus_md.simulation.execution.CALL_SECONDS", 1e3)
    whole = run(tmp_path / "whole")
    assert whole["execution"]["neighbour_list"] == chosen
    # The choice is in the cache. On another day the cell list would be the faster one.
    cell = Candidate(None, "cell")
    monkeypatch.setattr(Trials, "speed", lambda _, one: 2.0 if one == cell else 1.0)
    lists.clear()
    cut = run(tmp_path / "cut", stop_after=3)
    assert set(lists) == {chosen}
    assert cut["execution"]["neighbour_list"] == chosen
    assert cut["execution"]["bit_equal"] is True
    paths = (tmp_path / name / "trajectory.gsd" for name in ("whole", "cut"))
    one, other = (gsd.hoomd.open(str(path)) for path in paths)
    assert len(one) == len(other) == 11
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.particles.position, b.particles.position)
        np.testing.assert_array_equal(a.particles.velocity, b.particles.velocity)


def test_a_run_without_the_entry_continues_with_a_cell_list(
    chosen: str, lists: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checkpoints of earlier versions of this package do not have it."""
    from janus_md.simulation.files import checkpoint
    from janus_md.simulation.start.first_state import build

    stops = iter([False] * 4 + [True] * 1000)
    folder = tmp_path / "job"
    folder.mkdir()
    with pytest.raises(ToBeContinued):
        simulate(StatePoint.of(POINT), folder, {}, engine="hoomd", should_stop=lambda: next(stops))
    state = checkpoint.load(folder / "restart.npz", build(StatePoint.of(POINT)))
    assert state.execution.pop("neighbour_list") == chosen
    checkpoint.save(folder / "restart.npz", state)
    lists.clear()
    run(folder)
    assert set(lists) == {"cell"}
