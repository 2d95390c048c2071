"""Bodies at known places near the two interfaces of a box."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from janus_md.analysis.aggregates.criterion import DEFAULT_CRITERION
from janus_md.analysis.frames.source import Frame
from janus_md.analysis.observables.interface import NAMES, compute
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.model.environment import AppliedField
from tests.analysis.worlds import described, quaternions_along

HEIGHT = 40.0
"""Of the box; the interfaces are at -10 and 10."""


def context(z, axes, fields=("interface",)):
    setup = described({"R-Au-Cu": ""})
    setup = replace(setup, environment=tuple(AppliedField(name, {}) for name in fields))
    n = len(z)
    places = np.column_stack([np.zeros((n, 2)), z])
    box = np.array([HEIGHT, HEIGHT, HEIGHT, 0.0, 0.0, 0.0])
    frame = Frame(
        0, 0, box, places, quaternions_along(axes), ("R-Au-Cu",), np.zeros(n, int), np.arange(n)
    )
    return FrameContext(frame, Settings(DEFAULT_CRITERION), setup)


def test_heights_and_cosines_count_towards_the_slab():
    half = np.sqrt(0.5)
    z = [-9.8, 9.8, -10.4, 0.0, 19.0, -20.0]
    axes = [[0, 0, 1], [0, 0, -1], [half, 0, half], [0, 0, 1], [0, 0, 1], [0, 0, 1]]
    found = compute(context(z, axes))
    assert found["share_at_interface"] == pytest.approx(0.5)
    assert found["interface_height_nm"] == pytest.approx((0.2 + 0.2 - 0.4) / 3.0)
    assert found["interface_rms_height_nm"] == pytest.approx(np.sqrt(0.24 / 3.0))
    assert found["interface_cosine"] == pytest.approx((2.0 + half) / 3.0)


def test_no_body_there():
    found = compute(context([0.0, 19.0], [[0, 0, 1], [0, 0, 1]]))
    assert found == {NAMES[0]: 0.0} | dict.fromkeys(NAMES[1:])


def test_without_an_interface_nothing_is_defined():
    found = compute(context([-10.0], [[0, 0, 1]], fields=()))
    assert found == dict.fromkeys(NAMES)
