"""Curves of replicas, and what counts as flat or empty."""

import numpy as np
import pytest

from janus_md.analysis.pictures.figures.axes import new_figure
from janus_md.analysis.pictures.figures.replicas import (
    NotDrawnError,
    check_curves,
    draw_replicas,
    explained,
    in_blocks,
)
from janus_md.analysis.sweep.groups import Group

X = np.array([0.0, 1.0, 2.0])
STYLE = {"color": "#123456", "ls": "-"}


def drawn(curves, **more):
    _, (axes,) = new_figure(3.0, 3.0)
    draw_replicas(axes, X, np.array(curves), STYLE, "name", **more)
    return axes


def test_up_to_three_replicas_have_a_curve_each():
    curves = [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [3.0, 4.0, 5.0]]
    axes = drawn(curves)
    assert [line.get_ydata().tolist() for line in axes.lines] == curves
    assert not axes.collections
    assert [line.get_label() for line in axes.lines if line.get_label()[0] != "_"] == ["name"]


@pytest.mark.parametrize("step", [False, True])
def test_from_four_on_there_is_a_mean_with_a_band(step):
    """Replicas at 1, 2, 3 and 4: mean 2.5 and s / sqrt(4) = sqrt(5 / 3) / 2."""
    axes = drawn([[k, k, k] for k in (1.0, 2.0, 3.0, 4.0)], step=step)
    (line,) = axes.lines
    assert line.get_ydata().tolist() == [2.5, 2.5, 2.5]
    (band,) = axes.collections
    heights = band.get_paths()[0].vertices[:, 1]
    half = np.sqrt(5.0 / 3.0) / 2.0
    assert (heights.min(), heights.max()) == pytest.approx((2.5 - half, 2.5 + half))
    assert band.get_facecolor()[0, :3] == pytest.approx(np.array([0x12, 0x34, 0x56]) / 255)


def test_a_band_stays_on_a_logarithmic_axis_and_errors_can_be_given():
    axes = drawn([[k, k, k] for k in (0.0, 0.0, 0.0, 4.0)], errors=np.full(3, 9.0), positive=0.1)
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((0.1, 10.0))


def test_captions_name_what_the_curves_are():
    def groups(*counts):
        return [Group({}, tuple("abcdefgh"[:count]), {}) for count in counts]

    assert explained(groups(1, 1)) == ""
    assert explained(groups(3, 1)) == "A curve for each replica."
    assert "one standard error to either side." in explained(groups(4, 8))
    assert "fewer than 4" in explained(groups(4, 2))


@pytest.mark.parametrize(
    ("curves", "reason"),
    [
        ([], "q has no value"),
        ([[np.nan, np.inf], []], "q has no value"),
        ([[0.0, 0.0], [0.0]], "q is 0 everywhere"),
        ([[2.0, 2.0], [2.0, np.nan]], "q is 2 everywhere"),
        ([[1.0, 1.004], [1.02]], "q is 1 to 1.02 everywhere"),
        ([[1.0], [2.0]], "q has a single point"),
    ],
)
def test_flat_and_empty_curves_are_refused_with_a_reason(curves, reason):
    with pytest.raises(NotDrawnError) as caught:
        check_curves([np.array(one) for one in curves], "q", 0.05)
    assert str(caught.value) == reason


def test_curves_that_vary_pass():
    check_curves([np.array([1.0, 1.1]), np.array([np.nan])], "q", 0.05)


def test_blocks_keep_the_first_value_and_the_mean():
    values = np.arange(1001.0)
    blocks = in_blocks(values, 100)
    assert len(blocks) == 101
    assert (blocks[0], blocks[1], blocks[-1]) == (0.0, 5.5, 995.5)
    assert in_blocks(values[:7], 100).tolist() == values[:7].tolist()
