"""The command `associate`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from janus_md.model.association.chains import chain_equilibrium

MEDIA = ("--relative-permittivity", "1.5,8.93", "--repetitions", "4")


def test_table_and_csv_of_a_mixture(janus_md, monkeypatch, tmp_path: Path):
    """Share and length are those of the printed constants; mirror images share theirs."""
    monkeypatch.chdir(tmp_path)
    done = janus_md("associate", "R-1", "S-1", *MEDIA, "--csv", "--share", "0.25")
    assert done.code == 0, done.err
    for row in csv.DictReader(io.StringIO(done.out)):
        number = {key: float(value) for key, value in row.items()}
        assert number["K_AA_nm3"] == number["K_BB_nm3"]
        k = [[number[f"K_{i}{j}_nm3"] for j in "AB"] for i in "AB"]
        density = 0.05 / 2.19
        exact = chain_equilibrium(k, [0.25 * density, 0.75 * density])
        assert number["unlike_share"] == pytest.approx(exact.unlike_share)
        assert number["mean_length"] == pytest.approx(exact.mean_length)
        error = number["unlike_share_error"]
        # `sphere` has no hands: a share of 2 x (1 - x)
        assert number["unlike_share"] == pytest.approx(0.375, abs=4.0 * error)
        assert 0.0 < error < 0.02
        assert number["K_AA_error_nm3"] >= number["K_AA_within_repetitions_nm3"] > 0.0


def test_table_of_a_bead_particle_with_attraction(janus_md, monkeypatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    done = janus_md("associate", "janus_8_of_16", *MEDIA)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].split() == ["eps_r", "K_AA", "mean", "length"]
    # without charges, the medium has no effect
    assert lines[1].split()[1:] == lines[2].split()[1:]
    assert "A: janus_8_of_16; K in nm^3" in done.out
    found = json.loads(janus_md("associate", "janus_8_of_16", *MEDIA, "--json").out)
    assert [row["relative_permittivity"] for row in found] == [1.5, 8.93]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["R-1", "--share", "1"], ["--share", "above 0 and below 1"]),
        (["R-1", "--volume-fraction", "0"], ["--volume-fraction", "above 0"]),
        (["R-1", "--relative-permittivity", "1,0.5"], ["--relative-permittivity", "'0.5'"]),
        (["R-1", "--relative-permittivity", ","], ["--relative-permittivity", "at least one"]),
        (["R-3"], ["associate", "'R-3'", "catalogue"]),
        (["R-1", "--model", "cube"], ["model", "'cube'"]),
        (["magnetic_platelet"], ["magnetic", "must be 1"]),
    ],
)
def test_refusals(janus_md, monkeypatch, tmp_path: Path, arguments, said):
    monkeypatch.chdir(tmp_path)
    done = janus_md("associate", *arguments)
    assert done.code == 2
    assert all(word in done.err for word in said), done.err
