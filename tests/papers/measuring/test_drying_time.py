"""Wire length against drying time: times of comparison, straight lines, and what they can show."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import t

from janus_md.common.errors import JanusError
from janus_md.papers.measuring.drying_time import (
    POWER,
    DriedRun,
    DryingResult,
    Fit,
    by_drying_time,
    compare_drying,
    drawn_at_equal_times,
)
from janus_md.papers.paper import Drying, load_paper
from janus_md.papers.sections import drying_page
from janus_md.papers.verdicts import ERRORS
from janus_md.study.sweeps.templates import load_template

DRYING = Drying(
    sweep="films", stage="dry", hold_ns=2.0, permittivity=1.5, below_ns=2.0, average_ns=0.5
)

TIMES = np.repeat([0.25, 1.0, 4.0, 16.0], 6)

PIECES = 50


def film(drying_ns: float, length: Callable[[np.ndarray], np.ndarray], hold: float = 2.0) -> tuple:
    """Make the stages and frames of a film that dries linearly after 0.2 ns of evaporation.

    `length` is the mean length by number as a function of the time below the threshold.
    """
    stages = [
        {"name": "evaporate", "length_ns": 0.2},
        {"name": "dry", "length_ns": drying_ns},
        {"name": "hold", "length_ns": hold},
    ]
    time = np.arange(round((0.2 + drying_ns + hold) / 0.005) + 1) * 0.005
    done = np.clip((time - 0.2) / drying_ns, 0.0, 1.0)
    solvent = 1.0 - np.ceil(done * PIECES - 1e-9) / PIECES
    permittivity = 1.0 + 7.93 * solvent
    # s falls below 0.5 / 7.93 = 0.06305 with the piece that ends at 0.06, the 47th of 50
    fell = 0.2 + 46 / PIECES * drying_ns
    mean = length(np.maximum(time - fell, 0.0))
    series = {"frame_relative_permittivity": permittivity, "mean_n": mean, "mean_w": 2.0 * mean}
    return stages, time, series


@pytest.mark.parametrize("drying_ns", [0.25, 1.0, 4.0, 16.0])
def test_growth_below_the_threshold_is_equal_at_equal_time_only(drying_ns: float) -> None:
    """Lengths that depend on the time below the threshold alone."""
    found = drawn_at_equal_times(DRYING, *film(drying_ns, lambda below: 1.0 + below))
    assert found.drying_ns == drying_ns
    # the mean of the last 0.5 ns of a length that grows by one body a ns
    assert found.below_n == pytest.approx(1.0 + 2.0 - 0.25, abs=0.01)
    assert found.below_w == pytest.approx(2.0 * found.below_n)
    extra = 4 / PIECES * drying_ns  # 4 pieces of the drying are below the threshold
    assert found.below_at_hold_ns == pytest.approx(2.0 + extra, abs=0.006)
    assert found.hold_n == pytest.approx(1.0 + 2.0 + extra - 0.25, abs=0.01)


def test_films_that_cannot_be_compared_are_refused_in_a_sentence() -> None:
    stages, time, series = film(1.0, lambda below: 1.0 + below)
    with pytest.raises(JanusError, match=r"drying.stage: dry is not a stage of this run.*rest"):
        drawn_at_equal_times(DRYING, [{"name": "rest", "length_ns": 1.0}], time, series)
    wet = {**series, "frame_relative_permittivity": np.full(len(time), 8.93)}
    with pytest.raises(JanusError, match=r"does not fall below 1\.5"):
        drawn_at_equal_times(DRYING, stages, time, wet)
    # frames of runs without stages have no permittivity
    none = {**series, "frame_relative_permittivity": np.full(len(time), np.nan)}
    with pytest.raises(JanusError, match=r"does not fall below 1\.5"):
        drawn_at_equal_times(DRYING, stages, time, none)
    with pytest.raises(JanusError, match=r"drying.hold_ns: this run ends after 3 ns.*3\.2 ns"):
        drawn_at_equal_times(DRYING, *film(1.0, lambda below: 1.0 + below, hold=1.8))


def runs(lengths: np.ndarray) -> list[DriedRun]:
    """Make runs of TIMES whose length by number at equal hold is given; the others do not vary."""
    flat = np.random.default_rng(1).normal(10.0, 1.0, len(TIMES))
    return [
        DriedRun(float(time), 2.0, float(length), 12.0 + float(other), float(other), 9.0)
        for time, length, other in zip(TIMES, lengths, flat, strict=True)
    ]


def test_a_slope_that_is_there_is_found_within_its_error() -> None:
    rng = np.random.default_rng(5)
    found = compare_drying(runs(10.0 + 2.0 * np.log10(TIMES) + rng.normal(0.0, 1.0, len(TIMES))))
    assert found is not None
    fit = found.fits["hold_n"]
    # the standard error of a slope with a scatter of 1 (Gauss-Markov): 1 / sqrt(sum (x - mean)^2)
    x = np.log10(TIMES)
    assert fit.error == pytest.approx(1.0 / np.sqrt(((x - x.mean()) ** 2).sum()), rel=0.4)
    assert fit.slope == pytest.approx(2.0, abs=3.0 * fit.error)
    assert fit.intercept == pytest.approx(10.0, abs=0.7)
    assert fit.differs
    assert not found.fits["below_n"].differs
    means = by_drying_time(found.runs, "hold_n")
    assert [one[:2] for one in means] == [(0.25, 6), (1.0, 6), (4.0, 6), (16.0, 6)]
    first = [run.hold_n for run in found.runs[:6]]
    assert means[0][2] == pytest.approx(np.mean(first))
    assert means[0][3] == pytest.approx(np.std(first, ddof=1) / np.sqrt(6))


def share_that_differs(slope: float, sets: int = 400) -> float:
    """Fraction of sets of random runs, with a scatter of 1, whose slope differs from 0."""
    rng = np.random.default_rng(11)
    x = np.log10(TIMES)
    seen = 0
    for _ in range(sets):
        y = 10.0 + slope * x + rng.normal(0.0, 1.0, len(x))
        found = compare_drying(
            DriedRun(float(time), 2.0, float(length), 1.0, 1.0, 1.0)
            for time, length in zip(TIMES, y, strict=True)
        )
        assert found is not None
        seen += found.fits["hold_n"].differs
    return seen / sets


def test_random_runs_differ_as_often_as_is_said() -> None:
    """Without a slope in the share of Student's t distribution; with `detectable` in POWER."""
    x = np.log10(TIMES)
    exact = 1.0 / np.sqrt(((x - x.mean()) ** 2).sum())
    fit = Fit(0.0, float(exact), 10.0, len(x))
    for slope, expected in ((0.0, fit.by_chance), (fit.detectable, POWER)):
        error = np.sqrt(expected * (1.0 - expected) / 400)
        assert share_that_differs(slope) == pytest.approx(expected, abs=3.0 * error)
    assert fit.by_chance == pytest.approx(2.0 * t.sf(ERRORS, 22))


def test_too_few_runs_have_no_line() -> None:
    two = compare_drying(runs(TIMES)[::12])
    assert two is not None
    assert len(two.runs) == 2
    assert two.fits == {}
    assert "at least 3 runs" in " ".join(drying_page.statements(DRYING, two))
    assert compare_drying([]) is None


def test_the_page_says_what_was_found() -> None:
    rng = np.random.default_rng(5)
    found = compare_drying(runs(10.0 + 2.0 * np.log10(TIMES) + rng.normal(0.0, 1.0, len(TIMES))))
    assert found is not None
    said = drying_page.statements(DRYING, found)
    (with_slope,) = [one for one in said if one.startswith("- Mean length by number, equal hold")]
    (without,) = [one for one in said if one.startswith("- Mean length by number, equal time")]
    assert "it differs from 0" in with_slope
    assert "it does not differ from 0" in without
    assert "at equal hold only" in said[-1]
    other = dict(found.fits, below_w=found.fits["hold_n"])
    assert "also at an equal time" in drying_page.conclusion(DryingResult(found.runs, other))
    flat = dict.fromkeys(found.fits, found.fits["below_n"])
    assert "not excluded" in drying_page.conclusion(DryingResult(found.runs, flat))
    table = drying_page.rows(found)
    assert [row[:3] for row in table] == [(f"{x:g}", "6", "2.00") for x in (0.25, 1, 4, 16)]
    assert {len(row) for row in table} == {len(drying_page.headings(DRYING))}


def test_films_without_any_wire_have_no_slope() -> None:
    found = compare_drying(DriedRun(float(time), 2.0, 1.0, 1.0, 1.0, 1.0) for time in TIMES)
    assert found is not None
    assert "slope 0 bodies" in drying_page.statements(DRYING, found)[1]
    assert "No dependence" in drying_page.conclusion(found)


def test_the_template_lasts_until_both_times() -> None:
    """At least 6 replicas, with a hold at which every film can be compared."""
    drying = load_paper("li2022").drying
    assert drying is not None
    points = load_template(drying.sweep).points
    lengths = {}
    for point in points:
        stages = {stage.name: stage.length_ns for stage in point.protocol.stages}
        assert stages["hold"] >= max(drying.hold_ns, drying.below_ns)
        lengths.setdefault(stages[drying.stage], set()).add(point.replica)
    assert list(lengths) == [0.25, 1.0, 4.0, 16.0]
    assert all(len(replicas) >= 6 for replicas in lengths.values())
