"""The command `particle`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SIX_KT = """\
name: amphiphile_6kT
beads:
  - {kind: J, at: [0, 0, 0]}
  - {kind: A, at: [0, 0, 0.8]}
kinds: {J: {diameter: 2.0}, A: {diameter: 1.3}}
mass: 3000
interactions: {A-A: {attraction: {epsilon: 14.873742, cutoff: 1.8}}}
"""


def test_numbers_minima_and_picture(janus_md, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(SIX_KT)
    done = janus_md("particle", "a.yaml", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    lowest = found["minima"][-1]
    assert lowest["arrangement"] == "lowest of all"
    # ground state of two at epsilon 6 kT: the attraction alone, -0.885853 epsilon (cut at 1.8)
    assert lowest["energy"] / 2.478957 == pytest.approx(-5.315118, abs=1e-5)
    assert (
        found["excluded_volume_nm3"] > 8.0 * found["volume_of_beads_nm3"]
    )  # a ball excludes least
    assert 0.0 < found["excluded_volume_error_nm3"] < 1e-3
    assert found["area_share"]["J"] + found["area_share"]["A"] == pytest.approx(1.0)
    picture = (tmp_path / "amphiphile_6kT.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(picture) > 20_000
    shown = janus_md("particle", "a.yaml", "--png", "other.svg").out
    assert "tops face each other" in shown
    assert (tmp_path / "other.svg").is_file()


def test_a_nanocluster_of_the_catalogue(janus_md, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = json.loads(janus_md("particle", "R-Au-Cu", "--json").out)
    tail = next(one for one in found["minima"] if one["arrangement"] == "head to tail")
    from janus_md import head_to_tail_minimum
    from janus_md.study.catalogue import catalog

    body = catalog.body("R-Au-Cu", "sphere")
    minimum = head_to_tail_minimum(body, body)
    assert tail["energy"] == pytest.approx(minimum.energy, abs=1e-5)
    assert tail["distance"] == pytest.approx(minimum.distance, abs=1e-3)
    assert found["minima"][-1]["energy"] <= tail["energy"] + 1e-6


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing"], "neither a file nor in the catalogue"),
        (["bad.yaml"], "mass: is missing"),
        (["a.yaml", "--png", "a.txt"], "must end in .png, .svg or .pdf"),
        (["a.yaml", "--model", "sphere"], "brings its own beads"),
        (["R-Au-Cu", "--model", "cube"], "model: 'cube' is unknown"),
    ],
)
def test_what_is_refused(janus_md, tmp_path: Path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(SIX_KT)
    (tmp_path / "bad.yaml").write_text(SIX_KT.replace("mass: 3000\n", ""))
    done = janus_md("particle", *arguments)
    assert done.code == 2
    assert told in done.err


def test_numbers_as_a_reader_wants_them(janus_md, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(SIX_KT)
    shown = " ".join(janus_md("particle", "a.yaml").out.split())
    # caps of two spheres that are cut at their common circle: heights in closed form
    cut = (1.0 + 0.8**2 - 0.65**2) / (2 * 0.8)
    head, tail = 1.0 * (1.0 + cut), 0.65 * (0.65 + 0.8 - cut)
    share = 100 * head / (head + tail)
    for part in (
        f"kind J 1 x 2 nm, 0 e, {share:.1f} % of the surface",
        "centre of mass (0, 0, 0.1079) nm in the frame of the file",
        "1431.1, 1431.1, 1135.3 amu nm^2 about x, y, z",
        "symmetry about z body of revolution",
        "-5.3151",
    ):
        assert part in shown, part
    (tmp_path / "b.yaml").write_text(SIX_KT.partition("interactions")[0])
    shown = janus_md("particle", "b.yaml").out
    assert "two bodies do not bind in any arrangement" in shown
    shown = janus_md("particle", "R-Au-Cu").out
    assert "43.42 debye, 0.0 degrees off +z" in shown
    assert "2 x no volume, -2 or 2 e" in shown
