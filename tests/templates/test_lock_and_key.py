"""Lock and key: most locks have a key at 5 kT, and none at 1 kT."""

from __future__ import annotations

import pytest

from tests.templates.conftest import KT


def check(row: dict) -> None:
    """Require that most locks have a key; as a lock has room for one, at most one each.

    The mass-action law of ideal pairs gives 0.81 here: 12 locks and 12 keys in 4732 nm^3, binding
    volume 8.6e3 nm^3 (the integral of exp(-U/kT) over bound positions). Runs are somewhat above, as
    a key can be in two locks.
    """
    assert 0.6 < row["analysis.mean_partners.mean"] <= 1.0
    assert row["analysis.share_single.mean"] < 0.4


def test_keys_are_in_locks_at_five_kT_and_not_at_one(small_variant) -> None:
    rows = {
        round(row["interactions.A-K.lennard_jones.epsilon"] / KT): row
        for row in small_variant("lock_and_key")
    }
    check(rows[5])
    with pytest.raises(AssertionError):
        check(rows[1])
    assert rows[1]["analysis.mean_partners.mean"] < 0.05
