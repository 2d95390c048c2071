"""Distinct styles of curves, readable axes and keys along a sweep."""

import numpy as np
import pytest

from janus_md.analysis.pictures.figures.axes import new_figure, plain_log
from janus_md.analysis.pictures.figures.styles import (
    COLOURS,
    DASHES,
    StatePointStyles,
    curve_styles,
    is_scale,
)
from janus_md.analysis.pictures.figures.wires import lengths_along_sweep
from janus_md.analysis.sweep.groups import Group


def groups_of(**keys):
    """All combinations of the values of the keys."""
    found = [{}]
    for key, values in keys.items():
        found = [one | {key: value} for one in found for value in values]
    return [Group(one, (), {"mean_n": (2.0, 0.1), "mean_w": (3.0, 0.2)}) for one in found]


@pytest.mark.parametrize("number", [1, 8, 9, 20, 24])
def test_curves_with_legend_have_distinct_styles(number):
    groups = groups_of(substance=[f"S{k}" for k in range(number)])
    drawn = [(style["color"], style["ls"]) for style in curve_styles(groups)]
    assert len(set(drawn)) == number
    assert not is_scale(groups)


def test_a_colour_for_each_substance_and_a_style_for_each_solvent():
    groups = groups_of(substance=["A", "B", "C", "D"], relative_permittivity=[1.0, 8.93, 36.7])
    drawn = curve_styles(groups)
    assert [style["color"] for style in drawn] == [c for c in COLOURS[:4] for _ in range(3)]
    assert [style["ls"] for style in drawn] == list(DASHES) * 4


def test_many_values_of_one_number_get_a_colour_scale():
    assert is_scale(groups_of(temperature=[300.0 + k for k in range(9)]))
    assert not is_scale(groups_of(temperature=[300.0 + k for k in range(8)]))
    assert is_scale(groups_of(substance=[f"S{k}" for k in range(25)]))


@pytest.mark.parametrize("ends", [(0.998, 1.03), (1.0, 2.2), (1.0, 4.9), (1.0, 30.0)])
def test_logarithmic_axes_have_enough_tick_labels(ends):
    _, (axes,) = new_figure(4.0, 3.0)
    axes.set(yscale="log", ylim=ends)
    plain_log(axes)
    ticks = [t for t in axes.yaxis.get_majorticklocs() if ends[0] <= t <= ends[1]]
    assert 3 <= len(ticks) <= 8
    labels = [axes.yaxis.get_major_formatter()(t) for t in ticks]
    np.testing.assert_allclose([float(label) for label in labels], ticks, rtol=1e-5)


def test_keys_fixed_by_the_permittivity_do_not_split_a_series():
    pairs = [(1.0, None), (8.93, 0.413), (36.7, 0.8)]
    groups = [
        Group(
            {"substance": name, "relative_permittivity": medium, "viscosity": viscosity},
            (),
            {"mean_n": (2.0, 0.1), "mean_w": (3.0 / medium, 0.2)},
        )
        for name in ("A", "B")
        for medium, viscosity in pairs
    ]
    figure = lengths_along_sweep(groups, {}, StatePointStyles.of(groups))
    legend = figure.axes[1].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["A", "B"]
    assert [one.label for one in groups[:2]] == ["A, ε 1", "A, ε 8.93, η 0.413 mPa s"]
