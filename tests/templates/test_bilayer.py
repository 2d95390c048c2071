"""Bilayer: a sheet that is built persists at 5 kT and dissolves at 3 kT."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.templates.conftest import KT


def check(row: dict) -> None:
    """Require a sheet of all bodies.

    An earlier model of the same body formed sheets of 187 to 216 of 216 bodies from random starts,
    one of them with a local nematic order of 0.68; recognition requires 0.4.
    """
    assert row["analysis.share_sheets.mean"] > 0.95
    found = pd.read_parquet(row["trajectory"].with_name("aggregates.parquet"))
    sheets = found[found["kind"] == "sheet"]
    assert sheets["n"].max() > 205
    assert sheets["nematic"].mean() > 0.4


@pytest.mark.parametrize("engine", ["lammps", pytest.param("hoomd", marks=pytest.mark.slow)])
def test_it_persists_at_five_kT_and_dissolves_at_three(small_variant, engine: str) -> None:
    key = "interactions.A-A.attraction.epsilon"
    rows = {round(row[key] / KT): row for row in small_variant("bilayer", engine)}
    check(rows[5])
    with pytest.raises(AssertionError):
        check(rows[3])
    assert rows[3]["analysis.share_sheets.mean"] < 0.2
