"""A user's own particles: names in engines and files, and files that are not particles."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gsd.hoomd
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from janus_md.common.errors import JanusError
from janus_md.model.interactions.table import Electrostatics, Interactions, wca_table
from janus_md.model.system import System
from janus_md.simulation.files.trajectory import frame_of
from janus_md.simulation.run import simulate
from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.particle_files import LONGEST_NAME
from janus_md.study.resolve import bodies_of, resolve
from janus_md.study.statepoint import StatePoint
from janus_md.workspace.conditions import Condition, parse
from tests.conftest import Result
from tests.engines.conftest import usable

FIELDS = {
    "composition": "X",
    "positive_fragment": "X+",
    "negative_fragment": "X-",
    "enantiomer": "",
    "mass": 1000.0,
    "dipole": 10.0,
    "charge": 1.0,
    "hands": {"positive": 1, "negative": 1},
    "turn": 0.0,
    "sources": dict.fromkeys(("composition", "mass", "dipole", "charge", "hands", "turn"), "a"),
}
LONG = "a" * LONGEST_NAME
ALLOWED = ["X", "_", "0a", "2+2", "A+b-c_1", "x-", "R-1-", "CORE", "on", LONG]
"""Names at the limits of the allowed ones."""


def text_of(name: str, **changed: Any) -> str:
    return json.dumps({"name": name} | FIELDS | changed)  # which is YAML


def point(composition: dict[str, Any], n: int = 8) -> StatePoint:
    protocol = {"time_step_ps": 0.1, "relax_ps": 1.0, "produce_ns": 0.02, "frame_interval_ps": 2.0}
    rest = {"n_bodies": n, "volume_fraction": 0.01, "relative_permittivity": 1.0}
    return StatePoint.of(composition | rest | {"protocol": protocol})


@pytest.mark.parametrize(
    "name",
    [
        "\u00e9", "\u540d", "\u03a9-1", "e\u0301", "\u0661", "a b", "a\tb", "a\n", "", "a\x00",
        "a'", 'a"',
        "#a", "a#", "&a", "*a", "$a", "a/b", "..", "../a", "-a", "+a", ".a", "a.b", "a,b", "a=1",
        "a:b", "a\\b", "~", "core", "blade", "charge", "null", "12", "1e5", "true", "0x1f",
        "2020-01-01", ".nan", LONG + "a", "a" * 5000, "\ud800",
    ],
)  # fmt: skip
def test_names_with_another_meaning_are_refused(name: str) -> None:
    """The name is a type in GSD (ASCII), a key of queries, a word in YAML and part of a path."""
    with pytest.raises(
        JanusError, match=r"^particle .*name.* (not allowed|it must be that of)"
    ) as caught:
        catalog.read_particle(text_of(name), name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400 + len(name)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.text(min_size=1, max_size=70), st.from_regex(r"[\w+-]{1,12}", fullmatch=True)))
@example("\u00e9")
@example(LONG)
def test_accepted_particles_are_read_back_from_gsd(tmp_path: Path, name: str) -> None:
    """And a filter can ask for its share of a mixture."""
    try:
        particle = catalog.read_particle(text_of(name), name)
    except JanusError:
        return
    body = catalog.build(particle, "sphere")
    system = System(
        bodies=(body,),
        kinds=np.zeros(2, np.int32),
        box=np.array([9.0, 9, 9, 0, 0, 0]),
        positions=np.array([[0.0, 0, 0], [0, 0, 3]]),
        orientations=np.array([[1.0, 0, 0, 0]] * 2),
        interactions=Interactions(wca_table([body]), Electrostatics(1.0, 0.2)),
    )
    with gsd.hoomd.open(str(tmp_path / "a.gsd"), "w") as file:
        file.append(frame_of(system, 0))
    with gsd.hoomd.open(str(tmp_path / "a.gsd"), "r") as file:
        assert file[0].particles.types == [name]
    text = f"mixture.{name}>0.5"
    assert parse(text) == Condition(text, f"mixture.{name}", ">", ("0.5",))


@pytest.mark.parametrize("engine", ["lammps", "hoomd"])
def test_accepted_particles_run(engine: str, own_folder: Path, tmp_path: Path) -> None:
    """All in one mixture, with one of the catalogue, and the longest on its own."""
    usable(engine)
    for name in ALLOWED:
        (own_folder / f"{name}.yaml").write_text(text_of(name))
    names = sorted([*ALLOWED, "R-1"])
    mixture = dict.fromkeys(names, 1 / len(names))
    for k, composition in enumerate(({"mixture": mixture}, {"particle": LONG})):
        folder = tmp_path / str(k)
        folder.mkdir()
        simulate(point(composition, 2 * len(names)), folder, {}, engine=engine)
        with gsd.hoomd.open(str(folder / "trajectory.gsd"), "r") as file:
            assert len(file) == 11
            assert file[-1].particles.types == (names if k == 0 else [LONG])


@pytest.fixture
def strays(own_folder: Path) -> list[str]:
    """Things that lie about in folders, beside a particle X; their names."""
    (own_folder / "X.yaml").write_text(text_of("X"))
    (own_folder / "._x.yaml").write_bytes(b"\x00\x05\x16\x07Mac OS X")
    (own_folder / "folder.yaml").mkdir()
    (own_folder / "dangling.yaml").symlink_to("nowhere")
    (own_folder / "latin.yaml").write_bytes(
        text_of("latin", composition="caf\u00e9").encode() + b"\xe9"
    )
    (own_folder / "empty.yaml").write_text("")
    (own_folder / "x.yaml~").write_text(text_of("X"))
    (own_folder / "y.yml").write_text(text_of("y"))
    (own_folder / "loop.yaml").write_text("&a {name: loop, hands: *a}")
    (own_folder / "map.yaml").write_text("{[a]: []}")
    (own_folder / "sources.yaml").write_text("{name: sources, variant_of: R-1, sources: 3}")
    (own_folder / "ring.yaml").write_text("{name: ring, mirror_of: ring2}")
    (own_folder / "ring2.yaml").write_text("{name: ring2, variant_of: ring}")
    os.mkfifo(own_folder / "pipe.yaml")
    return sorted(path.name for path in own_folder.iterdir() if path.name != "X.yaml")


def test_catalogue_reports_and_skips_other_files(
    janus_md: Callable[..., Result], strays: list[str], own_folder: Path
) -> None:
    done = janus_md("catalog", "--json")
    assert done.code == 0
    assert {"X", "R-1", "Au3Cd"} <= {one["name"] for one in json.loads(done.out)}
    lines = done.err.splitlines()
    assert [line.split(" is skipped: ")[0] for line in lines] == [
        str(own_folder / name) for name in strays
    ]
    assert all(line.split(" is skipped: ")[1] for line in lines)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("folder", "not a file"), ("dangling", "a broken link"), ("latin", "text in UTF-8"),
        ("empty", "a map of keys"), ("loop", "contain itself"), ("map", "particle map"),
        ("sources", "particle sources"), ("ring", "itself needs"), ("._x", "hidden"),
        ("pipe", "not a file"),
    ],
)  # fmt: skip
def test_broken_particle_file_is_reported_on_use(strays: list[str], name: str, said: str) -> None:
    for composition in ({"particle": name}, {"mixture": {name: 0.5, "X": 0.5}}):
        with pytest.raises(JanusError, match=said) as caught:
            resolve(point(composition))
        assert "\n" not in str(caught.value)
    assert bodies_of(point({"particle": "X"}))[0].name == "X"


def test_merge_keys_in_a_particles_file(own_folder: Path) -> None:
    text = text_of("X").replace('"turn": "a"}', '"<<": &s {"turn": "b"}}')
    assert text != text_of("X")
    (own_folder / "X.yaml").write_text(text.replace('"<<"', "<<"))
    assert catalog.entry("X").sources["turn"] == "b"
