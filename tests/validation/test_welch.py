"""The comparison of replicas errs as seldom, and sees as much, as it says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.validation.welch import FAMILY_WISE, POWER, compare, holm


def test_holm_on_its_author_s_kind_of_case() -> None:
    """Steps 4 p1, 3 p2, 2 p3, p4, never falling (0.01, 0.02, 0.03, 0.005: by hand)."""
    assert holm([0.01, 0.02, 0.03, 0.005]) == pytest.approx([0.03, 0.04, 0.04, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]


def test_detectable_difference_is_detected_as_often_as_stated() -> None:
    """Normal samples that differ by it, at the level of a single comparison."""
    rng = np.random.default_rng(1)
    n, trials = 8, 1000
    spread = 1.0
    # The difference is stated for the sample's own errors; take it from the true ones.
    exact = compare("", *[np.resize([-1.0, 1.0], n) * spread * np.sqrt((n - 1) / n)] * 2)
    shift = exact.detectable(1)
    seen = np.mean(
        [
            compare("", rng.normal(size=n), shift + rng.normal(size=n)).p < FAMILY_WISE
            for _ in range(trials)
        ]
    )
    assert seen == pytest.approx(POWER, abs=0.05)
    false = np.mean(
        [compare("", rng.normal(size=n), rng.normal(size=n)).p < FAMILY_WISE for _ in range(trials)]
    )
    assert false == pytest.approx(FAMILY_WISE, abs=4 * np.sqrt(FAMILY_WISE / trials))
