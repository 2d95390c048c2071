"""`janus-md reproduce` from a paper's file to its table and figures."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import signac

from janus_md.workspace.labels import MISSING
from tests.conftest import TINY, Result

Cli = Callable[..., Result]

PAPER = """
name: tiny
citation: Nobody, Nowhere
sweeps: [tiny.yaml]
quick: [shorter.yaml]
media: {dry: 1.0}
substances:
  pure: {R-Au-Cu: 1.0}
  mixed: {R-Au-Cu: 0.5, S-Au-Cu: 0.5}
facts:
  - name: apart
    paper: monodisperse
    quantity: share_single
    medium: dry
    substances: [pure]
    low: 0.5
    why: 20 ps are too short for anything else
  - name: dimer energy
    paper: 37.54 kJ/mol
    quantity: pair_energy
    medium: pair
    substances: [pure]
    low: -41.3
    high: -33.8
    why: 10 %
  - name: length
    paper: long
    quantity: mean_n
    medium: dry
    substances: [pure, mixed]
    why: kinetics
hypotheses:
  - {substance: pure, options: {alone: pure, in a mixture: mixed}}
excess: {enantiomers: [R-Au-Cu, S-Au-Cu], medium: dry}
remarks: [Too small for anything.]
"""

POINTS = """
points:
  - {particle: R-Au-Cu}
  - {mixture: {R-Au-Cu: 0.5, S-Au-Cu: 0.5}}
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """Write a paper whose runs take no time, with its templates beside it."""
    tiny = TINY.replace("particle: R-Au-Cu", "model: bladed\n  relative_permittivity: 1.0")
    (tmp_path / "tiny.yaml").write_text(tiny + POINTS)
    (tmp_path / "shorter.yaml").write_text(tiny.replace("0.02", "0.01") + POINTS)
    path = tmp_path / "paper.yaml"
    path.write_text(PAPER)
    return path


def test_a_paper_is_run_told_and_told_again(janus_md: Cli, paper: Path, tmp_path: Path) -> None:
    place = tmp_path / "tiny"
    out = place / "reproduction"

    # A job that fails costs its own results alone.
    janus_md("init", tmp_path / "tiny.yaml", "-d", place)
    pure = next(job for job in signac.get_project(path=place, search=False) if job.sp.particle)
    broken = Path(pure.path) / "trajectory.gsd"
    broken.write_bytes(b"broken")  # simulated, it seems; it cannot be analysed
    failed = janus_md("reproduce", paper, "-d", place)
    assert failed.code == 1
    assert "1 of 2 jobs are finished" in failed.out
    assert "1 of the 2 jobs are not finished" in (out / "tiny.md").read_text()

    # What is left is run.
    broken.unlink()
    done = janus_md("reproduce", paper, "-d", place)
    assert done.code == 0, done.err
    assert "1 done" in done.out
    with (out / "tiny.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["fact"], row["substance"], row["runs"], row["verdict"]) for row in rows] == [
        ("apart", "pure", "1", "agreement"),
        ("dimer energy", "pure", "0", "disagreement"),
        ("length", "pure", "1", "not compared"),
        ("length", "mixed", "1", "not compared"),
    ]
    assert float(rows[1]["mean"]) == pytest.approx(-52.5, abs=0.1)
    page = (out / "tiny.md").read_text()
    assert "2 runs" in page
    assert "| length | pure | dry | long |" in page
    assert "1 (0.02 ns; 1 not steady)" in page
    # of the facts with a range the pure substance keeps one of two, the dimer's energy is broken
    assert "| alone | 1 of 2 | dimer energy (pure) |" in page
    assert "not finished" not in page
    assert (out / "images" / "tiny_excess.png").read_bytes().startswith(b"\x89PNG")
    assert not list(out.rglob("*partial*"))

    # Everything is there: nothing runs again, and the table is the same wherever it is written.
    before = (out / "tiny.json").read_text()
    again = janus_md("reproduce", paper, "-d", place, "--table-only", "--out", tmp_path / "docs")
    assert again.code == 0
    assert (tmp_path / "docs" / "tiny.json").read_text() == before
    assert "(images/tiny_excess.png)" in (tmp_path / "docs" / "tiny.md").read_text()

    # An earlier reproduction is shown beside it, with the facts that only one of them has.
    earlier = json.loads(before)
    earlier["rows"][1].update(mean=-37.5, verdict="agreement")
    earlier["rows"][2]["fact"] = "width"
    (tmp_path / "earlier.json").write_text(json.dumps(earlier))
    janus_md("reproduce", paper, "-d", place, "--table-only", "--before", tmp_path / "earlier.json")
    page = (out / "tiny.md").read_text()
    dimer = "| dimer energy | pure | two bodies | 37.54 kJ/mol | -37.5 kJ/mol | agreement | -52.5"
    assert dimer in page
    assert f"| length | pure | dry | long | {MISSING} | {MISSING} | 1" in page
    assert "| width | pure | dry | long | 1" in page

    # Another model in place of that of the paper has its own jobs.
    other = janus_md("reproduce", paper, "-d", place, "--table-only", "--model", "narrow")
    assert "none of the 2 jobs is finished" in other.out

    # A paper of another model, without facts of pairs, has nothing to say about these runs.
    pairs = PAPER[PAPER.index("  - name: dimer energy") : PAPER.index("  - name: length")]
    paper.write_text(PAPER.replace(pairs, "") + "model: narrow\n")
    none = janus_md("reproduce", paper, "-d", place, "--table-only")
    assert none.code == 0, none.err
    assert "no fact of tiny is about the 2 finished jobs" in none.out
    paper.write_text(PAPER)

    # More replicas are more jobs, which a table without them counts as missing.
    more = janus_md("reproduce", paper, "-d", place, "--table-only", "--replicas", "2")
    assert "2 of 4 jobs are finished" in more.out
    assert "janus-md reproduce tiny --replicas 2" in (out / "tiny.md").read_text()
    data = json.loads((out / "tiny.json").read_text())
    assert (data["jobs"], data["jobs_done"]) == (4, 2)
    assert len(signac.get_project(path=place, search=False)) == 2


def test_quick_is_another_set_of_jobs(janus_md: Cli, paper: Path, tmp_path: Path) -> None:
    place = tmp_path / "tiny"
    janus_md("init", tmp_path / "tiny.yaml", "-d", place)
    done = janus_md("reproduce", paper, "-d", place, "--quick", "--table-only")
    assert (done.code, "none of the 2 jobs is finished" in done.out) == (0, True)
    assert not (place / "reproduction").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["li2023"], ["paper", "'li2023'", "did you mean li2022", "allowed are li2022"]),
        (["li2022", "--replicas", "0"], ["--replicas", "0", "at least 1"]),
        (["li2022", "--model", "glass"], ["--model", "'glass'", "allowed are", "narrow"]),
        (["li2022", "--before", "none.json"], ["--before", "none.json", "JSON file"]),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    janus_md: Cli, tmp_path: Path, arguments: list[str], said: list[str]
) -> None:
    done = janus_md("reproduce", *arguments, "-d", tmp_path / "new")
    assert done.code == 2
    assert list(tmp_path.iterdir()) == []
    assert len(done.err.strip().splitlines()) == 1
    for part in said:
        assert part in done.err


def test_a_table_of_nothing_is_refused(janus_md: Cli, tmp_path: Path) -> None:
    done = janus_md("reproduce", "li2022", "-d", tmp_path, "--table-only")
    assert done.code == 2
    assert "is not a workspace" in done.err
    assert list(tmp_path.iterdir()) == []


FILMS = """
description: A film that dries in almost no time.
fixed:
  particle: R-Au-Cu
  model: sphere
  n_bodies: 16
  volume_fraction: 0.05
  relative_permittivity: 8.93
  viscosity: 0.413
  protocol:
    time_step_ps: 0.1
    relax_ps: 2.0
    frame_interval_ps: 2.0
    stages:
      - {name: dry, length_ns: 0.02, pieces: 5, residual_solvent: 0}
      - {name: hold, length_ns: 0.01}
points: [{replica: 0}]
"""

DRYING = """
drying:
  sweep: films.yaml
  stage: dry
  hold_ns: 0.01
  permittivity: 5.0
  below_ns: 0.01
  average_ns: 0.004
"""


IN_SOLUTION = """
facts:
  - name: length in solution
    paper: short
    quantity: mean_n
    medium: DCM
    substances: [pure]
    why: the films begin in this medium
"""


def test_films_are_no_part_of_the_facts(janus_md: Cli, paper: Path, tmp_path: Path) -> None:
    """They begin in a solvent and end dry, and have a table and a figure of their own."""
    (tmp_path / "films.yaml").write_text(FILMS)
    text = PAPER.replace("dry: 1.0", "dry: 1.0, DCM: 8.93").replace("\nfacts:\n", IN_SOLUTION)
    paper.write_text(text + DRYING)
    place = tmp_path / "films"
    janus_md("init", tmp_path / "films.yaml", "-d", place)
    janus_md("run", "-d", place, "--engine", "lammps")
    done = janus_md("reproduce", paper, "-d", place)
    assert done.code == 0, done.err
    data = json.loads((place / "reproduction" / "tiny.json").read_text())
    assert (data["jobs"], data["jobs_done"]) == (3, 3)
    assert [row["fact"] for row in data["rows"] if row["runs"]] == ["apart", "length", "length"]
    assert "length in solution" not in {row["fact"] for row in data["rows"]}
    films = data["drying"]["runs"]
    # below 5.0 from the third of five pieces on, with frames of 2 ps
    assert [film["below_at_hold_ns"] for film in films] == pytest.approx([0.022])
    page = (place / "reproduction" / "tiny.md").read_text()
    assert "### Wire length against drying time" in page
    assert "A straight line needs at least 3 runs" in page
    picture = place / "reproduction" / "images" / "tiny_drying.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    # the reduced variant has no films
    quick = janus_md("reproduce", paper, "-d", place, "--quick", "--table-only")
    assert "none of the 2 jobs is finished" in quick.out
