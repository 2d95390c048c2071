"""Runs with the component: the record, and runs begun without it or with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from janus_md.common.errors import JanusError, ToBeContinued
from janus_md.engines.hoomd import component
from janus_md.engines.hoomd.component import Installed
from janus_md.simulation.run import simulate
from tests.engines.conftest import usable
from tests.simulation.test_run import point

POINT = point(model="bladed", volume_fraction=0.03)


@pytest.fixture(autouse=True)
def _installed() -> None:
    usable("hoomd")
    if component.installed().version is None:
        pytest.skip(f"the component of HOOMD-blue cannot be used: {component.installed().advice}")


def begin(folder: Path, document: dict[str, Any]) -> None:
    """Run until the mesh is chosen, and stop."""
    chosen = folder / "restart.npz"
    with pytest.raises(ToBeContinued):
        simulate(POINT, folder, document, engine="hoomd", should_stop=chosen.exists)


def test_a_run_begun_without_the_component_goes_on_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document: dict[str, Any] = {}
    with monkeypatch.context() as patch:
        patch.setattr(component, "installed", lambda: Installed(None))
        begin(tmp_path, document)
    assert document["execution"]["component"] is None
    simulate(POINT, tmp_path, document)
    assert document["execution"]["component"] is None


def test_a_run_begun_with_the_component_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document: dict[str, Any] = {}
    begin(tmp_path, document)
    assert document["execution"]["component"] == component.installed().version
    monkeypatch.setattr(component, "installed", lambda: Installed(None))
    with pytest.raises(JanusError, match=r"with its component .* without its component is inst"):
        simulate(POINT, tmp_path, document)
    simulate(POINT, tmp_path, document, allow=("version",))
    assert document["execution"]["component"] is None
    assert not document["execution"]["bit_equal"]
