"""`janus-md analyze` on files of other software."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gsd.hoomd
import numpy as np
import pandas as pd
import pytest

from tests.conftest import Result

Cli = Callable[..., Result]


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Three frames with a wire of four bodies "A" along x, whose dipole is body x, and one "B"."""
    path = tmp_path / "foreign.gsd"
    with gsd.hoomd.open(str(path), "w") as file:
        for step in (0, 100, 200):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = step
            frame.configuration.box = [20, 20, 20, 0, 0, 0]
            frame.particles.N = 5
            frame.particles.types = ["A", "B"]
            frame.particles.typeid = [0, 0, 0, 0, 1]
            frame.particles.position = [[1.7 * k, 0, 0] for k in range(4)] + [[0, 8, 0]]
            frame.particles.orientation = [[0.8, 0.6, 0, 0]] * 5  # a turn about x
            file.append(frame)
    return path


def test_types_axis_criterion_and_frames_are_taken(
    janus_md: Cli, foreign: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    chosen = ("--types", "A", "--axis", "1,0,0", "--frames", "1:", "-j", 1)
    done = janus_md("analyze", foreign, "--out", out, *chosen)
    assert done.code == 0, done.err
    assert "1 of 2 frames averaged; bonds up to 2.05, in its unit, and 35 degrees" in done.out
    frames = pd.read_parquet(out / "frames.parquet")
    assert frames["step"].tolist() == [100, 200]
    assert frames["n_bodies"].tolist() == [4, 4]
    assert frames["longest"].tolist() == [4, 4]
    wires = pd.read_parquet(out / "wires.parquet")
    assert wires["end_to_end_nm"].to_numpy() == pytest.approx(np.full(2, 5.1), rel=1e-5)
    assert (out / "bonds_in_time.parquet").exists()

    # Along z nothing is bound; with shorter bonds nothing either; all types count by default.
    for options, bodies in ((["--types", "A"], 4), (["--axis", "1,0,0", "--distance", "1.6"], 5)):
        assert janus_md("analyze", foreign, "--out", out, *options, "-j", 1).code == 0
        frames = pd.read_parquet(out / "frames.parquet")
        assert frames["n_bonds"].tolist() == [0, 0, 0]
        assert frames["n_bodies"].tolist() == [bodies] * 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--types", "Q"], ["Q", "A, B"]),
        (["--axis", "0,0"], ["--axis", "'0,0'", "three numbers"]),
        (["--axis", "x"], ["--axis", "'x'", "three numbers"]),
        (["--distance", "-1"], ["distance", "-1", "positive"]),
        (["--angle", "95"], ["angle", "95", "below 90"]),
        (["--symmetry", "-2"], ["symmetry", "-2"]),
        (["--enantiomers", "A"], ["--enantiomers", "'A'", "A=R,B=S"]),
        (["--enantiomers", "A=X"], ["enantiomer", "X", "R or S"]),
        (["--frames", "ten"], ["--frames", "'ten'", "FIRST:STOP"]),
        (["--frames", "::0"], ["--frames", "'::0'", "FIRST:STOP"]),
        (["--frames", "::-1"], ["--frames", "'::-1'", "STEP of at least 1"]),
        (["--frames", "99999999999999999999:"], ["99999999999999999999", "none of the 3"]),
        (["--types", ","], ["--types", "','", "A,B"]),
        (["--axis", "nan,0,1"], ["axis", "nan", "finite"]),
        (["--axis", "0,0,0"], ["axis", "[0.0, 0.0, 0.0]", "not all 0"]),
        (["--axis", "inf,0,1"], ["axis", "inf", "finite"]),
        (["--distance", "nan"], ["distance", "nan", "positive"]),
        (["--distance", "inf"], ["distance", "inf", "positive"]),
        (["--distance", "0"], ["distance", "0.0", "positive"]),
        (["--distance", "1e200"], ["box", "too small", "e+200"]),
        (["--angle", "nan"], ["angle", "nan", "above 0"]),
        (["--angle", "0"], ["angle", "0.0", "above 0"]),
        (["--symmetry", "99999999999999999999"], ["symmetry", "99999999999999999999", "360"]),
        (["--frames", "7:"], ["frames", "7::", "none of the 3"]),
        (["--jobs", "0"], ["--jobs", "0", "at least 1"]),
        (["--clusters", "0"], ["clusters", "0.0", "positive"]),
        (["--clusters", "nan"], ["clusters", "nan", "positive"]),
        (["--clusters", "1e3"], ["box", "too small for clusters", "1000"]),
        (["--clusters", "2", "--kinds", "Q"], ["kinds", "'Q'", "A, B"]),
        (["--clusters", "2", "--kinds", ","], ["--kinds", "','"]),
        (["--kinds", "A"], ["--kinds", "'A'", "--clusters"]),
        (["--clusters", "2", "--diameter", "0"], ["diameter", "0.0", "positive"]),
        (["--aggregates"], ["distance", "missing", "no attraction"]),
        (["--aggregates", "--kinds", "A"], ["--kinds", "'A'", "--distance"]),
        (["--aggregates", "--distance", "0"], ["distance", "0.0", "positive"]),
        (["--aggregates", "--distance", "1e3"], ["box", "too small", "1000"]),
        (["--aggregates", "--distance", "2", "--kinds", "Q"], ["kinds", "'Q'", "A, B"]),
        (["--aggregates", "--distance", "2", "--angle", "30"], ["--angle", "wires"]),
        (["--aggregates", "--distance", "2", "--symmetry", "4"], ["--symmetry", "wires"]),
        (["--aggregates", "--distance", "2", "--enantiomers", "A=R"], ["--enantiomers", "wires"]),
        (["--aggregates", "--distance", "2", "--clusters", "2"], ["--clusters", "--distance"]),
    ],
)
def test_bad_options_write_nothing(
    janus_md: Cli, foreign: Path, tmp_path: Path, options: list[str], said: list[str]
) -> None:
    out = tmp_path / "out"
    done = janus_md("analyze", foreign, "--out", out, *options)
    assert done.code == 2
    assert done.err.startswith("janus-md: ")
    assert done.err.count("\n") == 1
    assert all(part in done.err for part in said), done.err
    assert not out.exists()


def test_what_is_no_trajectory_is_refused(janus_md: Cli, tmp_path: Path) -> None:
    text = tmp_path / "text.gsd"
    text.write_text("no trajectory")
    for path in (text, tmp_path / "nothing.gsd"):
        done = janus_md("analyze", path, "--out", tmp_path / "out")
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert str(path) in done.err
        assert not (tmp_path / "out").exists()


def test_tables_are_not_written_over_a_file(janus_md: Cli, foreign: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    for out in (there, there / "inside"):
        done = janus_md("analyze", foreign, "--out", out)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert done.err.startswith(f"janus-md: --out: '{out}' ")
        assert "is a file; it must be a folder" in done.err
        assert there.read_text() == "mine"


def named(path: Path, types: list[str]) -> Path:
    """A wire of four bodies along x, of these types by turns."""
    with gsd.hoomd.open(str(path), "w") as file:
        frame = gsd.hoomd.Frame()
        frame.configuration.box = [20, 20, 20, 0, 0, 0]
        frame.particles.N = 4
        frame.particles.types = types
        frame.particles.typeid = [k % len(types) for k in range(4)]
        frame.particles.position = [[1.7 * k, 0, 0] for k in range(4)]
        frame.particles.orientation = [[0.8, 0.6, 0, 0]] * 4
        file.append(frame)
    return path


@pytest.mark.parametrize(
    ("types", "options", "alternation", "sequence", "said"),
    [
        (["R-Au-Cu", "S-Au-Cu"], [], 1.0, "RSRS", "the catalogue: R-Au-Cu=R, S-Au-Cu=S;"),
        (["R-Au-Cu", "other"], [], None, "R-R-", "the catalogue: R-Au-Cu=R;"),
        (["R-Au-Cu"], ["--enantiomers", "R-Au-Cu=S"], 0.0, "SSSS", ""),
        (["R-Au-Cu", "b"], ["--enantiomers", "b=R"], 0.0, "RRRR", "the catalogue: R-Au-Cu=R;"),
        (["a", "b"], [], None, "----", "no body has a known hand (types: a, b)"),
        (["A"], [], None, "----", "no body has a known hand (the file names no types)"),
        (["Au3Cd"], [], None, "----", "no body has a known hand (types: Au3Cd)"),
    ],
)
def test_hands_of_the_catalogue(
    janus_md: Cli,
    tmp_path: Path,
    types: list[str],
    options: list[str],
    alternation: float | None,
    sequence: str,
    said: str,
) -> None:
    path, out = named(tmp_path / "named.gsd", types), tmp_path / "out"
    done = janus_md("analyze", path, "--out", out, "--axis", "1,0,0", "-j", 1, *options)
    assert done.code == 0, done.err
    wires = pd.read_parquet(out / "wires.parquet")
    assert wires["sequence"].tolist() == [sequence]
    found = wires["alternation"].iloc[0]
    assert found == alternation if alternation is not None else np.isnan(found)
    assert said in done.out
    assert ("--enantiomers" in done.out) == bool(said)


@pytest.mark.parametrize(
    ("options", "clusters", "largest", "single"),
    [
        (["--clusters", "1.8"], 2, 4, 0.2),
        (["--clusters", "1.6"], 5, 1, 1.0),
        (["--clusters", "1.8", "--kinds", "A"], 1, 4, 0.0),
        (["--clusters", "9", "--kinds", "A,B"], 1, 5, 0.0),
    ],
)
def test_clusters_of_centres(
    janus_md: Cli,
    foreign: Path,
    tmp_path: Path,
    options: list[str],
    clusters: int,
    largest: int,
    single: float,
) -> None:
    """A row of four A 1.7 apart, and a B that is 8 away from the first."""
    done = janus_md("analyze", foreign, "--out", tmp_path / "out", *options, "-j", 1)
    assert done.code == 0, done.err
    frames = pd.read_parquet(tmp_path / "out" / "frames.parquet")
    assert frames["n_clusters"].tolist() == [clusters] * 3
    assert frames["largest_cluster"].tolist() == [largest] * 3
    assert frames["share_single"].to_numpy() == pytest.approx(np.full(3, single))
    told = dict(line.split()[:2] for line in done.out.splitlines() if len(line.split()) == 3)
    assert told["largest_cluster"] == str(largest)


def test_clusters_that_are_not_defined_are_not_printed(
    janus_md: Cli, foreign: Path, tmp_path: Path
) -> None:
    done = janus_md("analyze", foreign, "--out", tmp_path / "out", "-j", 1)
    assert done.code == 0, done.err
    assert "mean_w" in done.out
    assert "mean_cluster_w" not in done.out
    frames = pd.read_parquet(tmp_path / "out" / "frames.parquet")
    assert frames["n_clusters"].isna().all()


@pytest.mark.parametrize("oriented", [True, False])
def test_aggregates_alone(janus_md: Cli, foreign: Path, tmp_path: Path, oriented: bool) -> None:
    """A row of four A 1.7 apart and an A far away, of a file with or without orientations."""
    path, out = foreign, tmp_path / "out"
    if not oriented:
        path = tmp_path / "points.gsd"
        with gsd.hoomd.open(str(foreign)) as given, gsd.hoomd.open(str(path), "w") as file:
            for frame in given:
                frame.particles.orientation = None
                file.append(frame)
        refused = janus_md("analyze", path, "--out", out)
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert "--aggregates" in refused.err
    done = janus_md("analyze", path, "--aggregates", "--distance", "1.8", "--out", out, "-j", 1)
    assert done.code == 0, done.err
    table = pd.read_parquet(out / "aggregates.parquet")
    assert table["n"].tolist() == [4, 1] * 3
    # Four in a line do not make a string or a worm, which have five and eight at least.
    assert table["kind"].tolist() == ["cluster", "monomer"] * 3
    told = dict(line.split()[:2] for line in done.out.splitlines() if len(line.split()) >= 2)
    assert (told["share_monomers"], told["largest_cluster"]) == ("0.2", "4")
    assert not {"mean_n", "share_worms", "longest"} & set(told)
    assert "bonds up to" not in done.out
    assert ("has no orientations" in done.out) is not oriented
