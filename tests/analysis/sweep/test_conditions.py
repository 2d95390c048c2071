"""Conditions at the end of a run."""

from __future__ import annotations

import pytest

from janus_md.analysis.sweep.conditions import at_end


def test_they_are_those_of_the_last_changes() -> None:
    dry = {"name": "dry", "residual_solvent": {"to": 0.1, "form": "linear"}}
    cool = {"name": "cool", "temperature": {"points": [[0.5, 400.0], [1.0, 250.0]]}}
    hold = {"name": "hold"}
    assert at_end([dry, cool, hold], 8.93, 298.15) == (pytest.approx(1.793), 250.0)
    lower = {"name": "lower", "relative_permittivity": {"to": 2.0, "form": "linear"}}
    assert at_end([lower], 8.93, 300.0) == (2.0, 300.0)
    assert at_end(float("nan"), 8.93, 300.0) == (8.93, 300.0)  # type: ignore[arg-type]
