"""Starts from a structure: what is filled in and stored, and faults in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from janus_md.model.setup import Setup
from janus_md.study.resolve import completed, resolve
from janus_md.study.statepoint import StatePoint
from janus_md.study.sweeps.templates import read_template
from tests.conftest import Result

VESICLE = {"kind": "prebuilt", "structure": "vesicle"}
LEAST: dict[str, Any] = {
    "particle": "amphiphile-d40-s95",
    "number_density": 0.009,
    "start": VESICLE,
}
WHOLE = VESICLE | {
    "inner_radius": 6.6, "outer_radius": 10.0514, "inner_bodies": 146, "outer_bodies": 274
}  # fmt: skip


def test_lengths_and_numbers_are_filled_in_and_stored() -> None:
    point = completed(LEAST)
    assert point.n_bodies == 420
    assert point.stored()["start"] == WHOLE
    setup = resolve(point)
    assert setup.statepoint["start"] == setup.start == WHOLE
    again = StatePoint.of(json.loads(json.dumps(point.stored())))
    assert again == completed(point.stored()) == point
    assert again.seed() == point.seed()
    told = json.loads(json.dumps(setup.to_dict()))
    assert Setup.of(told).to_dict() == told


def test_what_is_stated_is_kept_and_belongs_to_the_physics() -> None:
    default = completed(LEAST)
    stated = completed(LEAST | {"n_bodies": 420, "start": VESICLE | {"inner_radius": 6.6}})
    assert stated.canonical() == default.canonical()
    other = completed(LEAST | {"start": VESICLE | {"outer_bodies": 270}})
    assert other.n_bodies == 416
    assert other.start == WHOLE | {"outer_bodies": 270}
    assert other.seed() != default.seed()


def test_a_state_point_that_is_not_filled_resolves_to_the_same_setup() -> None:
    bare = StatePoint.of(LEAST | {"n_bodies": 420})
    assert bare.start == VESICLE | dict.fromkeys(WHOLE.keys() - VESICLE.keys())
    assert resolve(bare).statepoint == resolve(completed(LEAST)).statepoint


def test_starts_can_be_varied_in_a_template() -> None:
    points = read_template(
        "fixed: {particle: amphiphile, number_density: 0.001, n_bodies: 36}\n"
        "grid:\n"
        "  start: [random, {kind: prebuilt, structure: sheet},\n"
        "          {kind: prebuilt, structure: micelle, bodies: 9}]\n",
        "t.yaml",
    ).points
    named = [p.start if isinstance(p.start, str) else p.start["structure"] for p in points]
    assert named == ["random", "sheet", "micelle"]
    assert points[2].start["micelles"] == 4


SHEET = "particle: amphiphile\nnumber_density: 0.001\nstart: {kind: prebuilt, structure: sheet}\n"
WIRE = "particle: R-Au-Cu\nrelative_permittivity: 1.0\nstart: {kind: prebuilt, structure: wire}\n"
DENSE = "particle: amphiphile-d40-s95\nnumber_density: 0.05\n"


def vesicle(more: str = "", *, first: str = "") -> str:
    text = first or "particle: amphiphile-d40-s95\nnumber_density: 0.009\n"
    return f"{text}start: {{kind: prebuilt, structure: vesicle{more}}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (vesicle() + "n_bodies: 400\n", ["n_bodies: 400", "must be 420", "left out"]),
        (vesicle(first=DENSE), ["number_density: 0.05", "20.33 nm", "needs 24.1", "most 0.0299"]),
        (
            vesicle(first="particle: amphiphile-d40-s95\nvolume_fraction: 0.9\n"),
            ["volume_fraction: 0.9", "at most 0.184"],
        ),
        (vesicle(", radius: 3"), ["key of start: 'radius'", "inner_radius, outer_radius"]),
        (vesicle(", inner_radius: -3"), ["start.inner_radius: -3", "greater than 0"]),
        (vesicle(", inner_radius: 0.3"), ["start.inner_radius: 0.3", "room for 4 bodies"]),
        (vesicle(", outer_radius: 7"), ["start.outer_radius: 7", "above 8.2"]),
        (vesicle(", inner_bodies: 3"), ["start.inner_bodies: 3", "at least 4"]),
        (vesicle(", outer_bodies: 600"), ["start: ", "pairs of bodies overlap", "must be larger"]),
        (
            vesicle(first="particle: R-Au-Cu\nnumber_density: 0.001\nrelative_permittivity: 1\n"),
            ["start.structure: vesicle is not allowed", "R-Au-Cu has no beads that attract"],
        ),
        (
            vesicle(first="mixture: {amphiphile: 0.5, snowman: 0.5}\nnumber_density: 0.001\n"),
            ["mixture: {'amphiphile': 0.5", "one particle"],
        ),
        (vesicle(first="particle: am\nnumber_density: 1\n"), ["particle: 'am' is unknown"]),
        (SHEET, ["n_bodies: is missing", "start.layer_bodies"]),
        (SHEET + "n_bodies: 101\n", ["n_bodies: 101", "an even number"]),
        (SHEET + "n_bodies: x\n", ["n_bodies: 'x'", "whole number"]),
        (
            SHEET.replace("sheet", "micelle, bodies: 9") + "n_bodies: 100\n",
            ["n_bodies: 100", "a multiple of start.bodies, 9"],
        ),
        (
            SHEET.replace("sheet", "micelle, micelles: 7") + "n_bodies: 100\n",
            ["n_bodies: 100", "a multiple of start.micelles, 7"],
        ),
        (
            SHEET.replace("sheet", "micelle, micelles: 100") + "n_bodies: 100\n",
            ["start.micelles: 100", "at least 2"],
        ),
        (SHEET.replace("sheet", "wire") + "n_bodies: 10\n", ["start.structure: wire", "bind"]),
        (WIRE + "number_density: 0.01\nn_bodies: 101\n", ["number_density: 0.01", "163.6 nm"]),
        (SHEET.replace("sheet", "shet"), ["start.structure: 'shet' is unknown", "mean sheet"]),
        (SHEET.replace("prebuilt", "built"), ["start.kind: 'built'", "must be prebuilt"]),
        (SHEET.replace("kind: prebuilt, ", ""), ["start.kind: is missing", "prebuilt"]),
        (SHEET.replace(", structure: sheet", ""), ["start.structure: is missing", "sheet"]),
        (SHEET.replace(": sheet", ": 3"), ["start.structure: 3", "sheet, vesicle"]),
        (
            SHEET.replace("{kind: prebuilt, structure: sheet}", "grid\nn_bodies: 9"),
            ["start: 'grid'", "lattice"],
        ),
        (
            SHEET.replace("{kind: prebuilt, structure: sheet}", "3\nn_bodies: 9"),
            ["start: 3", "lattice"],
        ),
    ],
)
def test_faults_are_told_at_init_and_nothing_is_created(
    janus_md: Callable[..., Result], tmp_path: Path, text: str, said: list[str]
) -> None:
    lines = "".join(f"  {line}\n" for line in text.splitlines())
    (tmp_path / "t.yaml").write_text(f"fixed:\n{lines}", encoding="utf-8")
    done = janus_md("init", tmp_path / "t.yaml", "-d", tmp_path / "w")
    assert done.code == 2
    assert all(part in done.err for part in said), done.err
    assert done.err.strip().count("\n") == 0
    assert not (tmp_path / "w").exists()
