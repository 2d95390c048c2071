"""The axis of conditions that change during a run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from janus_md.analysis.pictures.conditions_axis import (
    add_conditions,
    add_first_conditions,
    changing,
)
from janus_md.analysis.pictures.figures.axes import new_figure


def frames(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"time_ns": np.linspace(0.0, 1.0, 5), "mean_n": 2.0, **columns})


def test_only_what_changes_is_drawn() -> None:
    constant = frames(
        frame_temperature=298.15, frame_relative_permittivity=1.0, frame_residual_solvent=np.nan
    )
    assert changing(constant) == []
    _, (axes,) = new_figure(3.0, 3.0)
    assert add_conditions(axes, constant) is None
    assert changing(frames()) == []  # tables of earlier versions have no such columns


def test_the_curve_has_the_values_and_an_axis_with_a_name() -> None:
    solvent = np.linspace(1.0, 0.0, 5)
    drying = frames(frame_temperature=298.15, frame_relative_permittivity=1.0 + 7.93 * solvent,
                    frame_residual_solvent=solvent)  # fmt: skip
    _, (axes,) = new_figure(3.0, 3.0)
    second = add_conditions(axes, drying)
    assert second is not None
    np.testing.assert_array_equal(second.lines[0].get_ydata(), solvent)
    assert second.get_ylabel() == "residual solvent"
    named = add_conditions(axes, drying, "relative_permittivity")
    assert named is not None
    assert named.get_ylabel() == "relative permittivity"


def test_the_first_run_with_a_change_counts() -> None:
    figure, axes = new_figure(6.0, 3.0, 2)
    add_first_conditions(
        axes, [frames(frame_temperature=300.0), frames(frame_temperature=np.arange(5.0))]
    )
    assert len(figure.axes) == 4
