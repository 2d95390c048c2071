"""The rule of verdicts, and how replicas are brought together for it."""

from __future__ import annotations

import math

import pytest

from janus_md.papers.rows import combine
from janus_md.papers.verdicts import (
    AGREEMENT,
    CALIBRATED,
    DISAGREEMENT,
    NO_DATA,
    NOT_COMPARED,
    UNDECIDED,
    verdict,
)


@pytest.mark.parametrize(
    ("mean", "error", "low", "high", "word"),
    [
        (2.0, 0.05, 1.8, 2.5, AGREEMENT),
        (1.89, 0.05, 1.8, 2.5, UNDECIDED),  # 1.79 is outside
        (1.91, 0.05, 1.8, 2.5, AGREEMENT),
        (1.71, 0.05, 1.8, 2.5, UNDECIDED),  # 1.81 is inside
        (1.69, 0.05, 1.8, 2.5, DISAGREEMENT),
        (2.7, 0.05, 1.8, 2.5, DISAGREEMENT),
        (2.1, 1.0, 1.8, 2.5, UNDECIDED),  # reaches out on both sides
        (0.99, 0.01, 0.9, None, AGREEMENT),
        (0.5, 0.01, 0.9, None, DISAGREEMENT),
        (0.0, 0.0, None, 0.5, AGREEMENT),
        (0.9, 0.01, None, 0.5, DISAGREEMENT),
        (0.9, 0.01, None, None, NOT_COMPARED),
        (0.99, None, 0.9, None, UNDECIDED),
        (0.99, math.nan, 0.9, None, UNDECIDED),
        (None, None, 0.9, None, NO_DATA),
        (math.nan, 0.1, 0.9, None, NO_DATA),
        (None, None, None, None, NO_DATA),
    ],
)
def test_a_range_and_two_standard_errors_decide(
    mean: float | None, error: float | None, low: float | None, high: float | None, word: str
) -> None:
    assert verdict(mean, error, low, high) == word
    # Calibration renames agreement, and hides nothing else.
    assert verdict(mean, error, low, high, calibrated=True) == (
        CALIBRATED if word == AGREEMENT else word
    )


@pytest.mark.parametrize(
    ("mean", "low", "high", "word"),
    [
        (60.0, 50.0, 70.0, AGREEMENT),
        (180.0, 50.0, 70.0, AGREEMENT),
        (-61.0, 50.0, 70.0, AGREEMENT),  # 59
        (119.0, -5.0, 5.0, AGREEMENT),  # -1
        (119.0, 50.0, 70.0, DISAGREEMENT),
        (1.0, 50.0, 70.0, DISAGREEMENT),
    ],
)
def test_angles_are_compared_in_their_period(
    mean: float, low: float, high: float, word: str
) -> None:
    assert verdict(mean, 1.0, low, high, period=120.0) == word


def test_replicas_about_the_end_of_a_period_are_not_averaged_to_its_middle() -> None:
    mean, error = combine([(119.0, 0.5), (1.0, 0.5), (0.0, 0.5), (0.0, 0.5)], period=120.0)
    assert mean is not None
    assert error is not None
    assert math.remainder(mean, 120.0) == pytest.approx(0.0, abs=1e-9)
    assert error == pytest.approx(math.sqrt(2 / 3) / 2)  # s / sqrt(R) of -1, 1, 0, 0


def test_replicas_without_a_value_do_not_count() -> None:
    assert combine([(None, None)]) == (None, None)
    assert combine([(2.0, 0.1), (None, None)]) == (2.0, pytest.approx(0.1))
    assert combine([(2.0, 0.1), (4.0, 0.1)]) == (3.0, pytest.approx(1.0))
