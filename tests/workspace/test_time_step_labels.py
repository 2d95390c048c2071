"""The time step in labels: only where the other keys do not determine it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from janus_md.analysis.sweep.groups import varying_keys
from janus_md.workspace.labels import labels
from janus_md.workspace.query import varying_keys as of_state_points


def point(particle: str, permittivity: float, step: float, replica: int) -> dict[str, Any]:
    return {
        "particle": particle,
        "relative_permittivity": permittivity,
        "protocol": {"time_step_ps": step},
        "replica": replica,
    }


DETERMINED = [
    point(name, permittivity, step, replica)
    for name, permittivity, step in (("R-Au-Cu", 1.0, 0.33), ("R-Au-Cu", 2.0, 0.33),
                                     ("Au3Cd", 1.0, 0.26))
    for replica in (0, 1)
]  # fmt: skip
SWEPT = [*DETERMINED, point("Au3Cd", 1.0, 0.1, 0)]


def test_a_step_that_follows_from_particle_and_medium_is_left_out() -> None:
    assert of_state_points(DETERMINED) == ["relative_permittivity", "replica"]
    assert labels(DETERMINED)[0] == "R-Au-Cu, ε 1, replica 0"


def test_a_step_that_is_swept_is_shown() -> None:
    assert "protocol.time_step_ps" in of_state_points(SWEPT)
    assert labels(SWEPT)[-1] == "Au3Cd, time_step_ps 0.1, ε 1, replica 0"
    by_replica = [point("Au3Cd", 1.0, step, k) for k, step in enumerate((0.1, 0.2))]
    assert "protocol.time_step_ps" in of_state_points(by_replica)


def test_rows_of_a_report_follow_the_same_rule() -> None:
    def rows(points: list[dict[str, Any]]) -> pd.DataFrame:
        return pd.json_normalize(points)

    assert varying_keys(rows(DETERMINED)) == ["substance", "relative_permittivity"]
    assert varying_keys(rows(SWEPT)) == [
        "substance", "relative_permittivity", "protocol.time_step_ps"
    ]  # fmt: skip
