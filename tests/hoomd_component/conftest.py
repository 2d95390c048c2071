"""The installed component, or a skip."""

from __future__ import annotations

import pytest

from janus_md.engines.base import Engine
from janus_md.engines.hoomd import component
from tests.engines.conftest import usable


@pytest.fixture(scope="session")
def with_component() -> Engine:
    """HOOMD-blue with the component; skips, with the reason, where it cannot be used."""
    engine = usable("hoomd")
    here = component.installed()
    if here.version is None:
        pytest.skip(f"the component of HOOMD-blue cannot be used: {here.advice}")
    return engine
