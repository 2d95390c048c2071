"""Boxes that are no cubes, and walls: the box, the first places, and what `init` refuses."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import rowan

from janus_md.common.errors import JanusError
from janus_md.engines import ENGINES
from janus_md.engines.base import Engine
from janus_md.engines.capabilities import Capabilities, Kind, objection
from janus_md.model.interactions.table import wca_table
from janus_md.model.planes import ZERO_DISTANCE, heights
from janus_md.model.setup import Setup
from janus_md.simulation.start.first_state import build
from janus_md.simulation.start.overlaps import count_overlaps
from janus_md.simulation.start.packing import check_packing
from janus_md.simulation.start.placement import MIN_CONTACT, place_at_random, place_on_lattice
from janus_md.study.catalogue.catalog import body
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

WALL = {"form": "lj93", "epsilon": 5.0, "sigma": 0.9}
HARD = {"form": "repulsive", "epsilon": 2.5, "sigma": 0.9}
BETWEEN = {"walls": {"lower": WALL, "upper": HARD}}


def point(**changed: Any) -> StatePoint:
    fields: dict[str, Any] = {
        "particle": "R-Au-Cu", "model": "bladed", "n_bodies": 64, "volume_fraction": 0.05,
        "electrostatics": {"method": "none"},
    }  # fmt: skip
    return StatePoint.of(fields | changed)


def test_the_ratio_of_a_cube_is_neutral() -> None:
    plain, cube = point(), point(box_ratio=[2, 2, 2])
    assert cube.canonical() == plain.canonical()
    assert "box_ratio" not in plain.stored()
    assert resolve(cube).seed == resolve(plain).seed
    assert resolve(cube).to_dict() == resolve(plain).to_dict()


def test_the_box_has_the_volume_and_the_ratio() -> None:
    plain, slim = resolve(point()).box, resolve(point(box_ratio=[1, 1, 2])).box
    assert slim[:3].prod() == pytest.approx(plain[:3].prod(), rel=1e-12)
    np.testing.assert_allclose(slim[:3] / slim[0], [1, 1, 2])
    assert resolve(point(box_ratio=[1, 1, 2])).seed != resolve(point()).seed
    assert point(box_ratio=[1, 1, 2]).stored()["box_ratio"] == [1.0, 1.0, 2.0]


@pytest.mark.parametrize("start", ["random", "lattice"])
@pytest.mark.parametrize("ratio", [[1, 1, 2], [3, 1, 1.5]])
def test_no_beads_overlap_in_a_box_that_is_no_cube(start: str, ratio: list[float]) -> None:
    """Brute force over all images; the same of the check during a run."""
    setup = resolve(point(box_ratio=ratio, start=start, volume_fraction=0.02))
    system = build(setup)
    edges, (kind,) = system.box[:3], system.bodies
    assert np.all(np.abs(system.positions) <= 0.5 * edges)
    assert np.all(np.ptp(system.positions, axis=0) > 0.4 * edges)
    sites = system.positions[:, None] + rowan.rotate(
        system.orientations[:, None], kind.positions[None]
    )
    sigma = np.array([kind.diameters[t] for t in kind.types])
    least = np.inf
    for i, j in zip(*np.triu_indices(system.n_bodies, 1), strict=True):
        apart = sites[i][:, None] - sites[j][None]
        apart -= edges * np.rint(apart / edges)
        mean = 0.5 * (sigma[:, None] + sigma[None])
        least = min(least, float((np.linalg.norm(apart, axis=2) / mean).min()))
    assert least >= MIN_CONTACT - 1e-12
    assert count_overlaps(system, least - 1e-6) == 0
    assert count_overlaps(system, least + 1e-6) == 1


@pytest.mark.parametrize("place", [place_at_random, place_on_lattice])
def test_a_cube_given_by_one_edge_or_by_three_is_the_same(place: Any) -> None:
    bodies, kinds = (body("R-1", "sphere"),), np.zeros(30, np.int32)
    pairs = wca_table(bodies)
    one = place(bodies, kinds, 12.0, pairs, np.random.default_rng(1))
    three = place(bodies, kinds, np.full(3, 12.0), pairs, np.random.default_rng(1))
    assert all(np.array_equal(a, b) for a, b in zip(one, three, strict=True))


@pytest.mark.parametrize("start", ["random", "lattice"])
@pytest.mark.parametrize("normal", ["x", "z"])
def test_bodies_start_between_the_walls(start: str, normal: str) -> None:
    walls = {"walls": {"normal": normal, "lower": WALL, "upper": HARD}}
    setup = resolve(point(environment=walls, start=start))
    system, axis = build(setup), "xyz".index(normal)
    parameters = setup.environment[0].parameters
    placed = (system.kinds, system.positions, system.orientations)
    centres, nearest, sigma = heights(system.bodies, placed, parameters)
    assert nearest.min() >= ZERO_DISTANCE * sigma
    kind = system.bodies[0]
    tops = rowan.rotate(system.orientations[:, None], kind.positions[None])[..., axis].max(axis=1)
    assert (parameters["separation"] - centres - tops).min() >= ZERO_DISTANCE * sigma
    assert np.ptp(centres) > 0.6 * parameters["separation"]


def test_density_and_ratio_are_those_of_the_space_between_the_walls() -> None:
    setup = resolve(point(environment=BETWEEN, box_ratio=[1, 1, 2], volume_fraction=0.05))
    separation = setup.environment[0].parameters["separation"]
    area = setup.box[0] * setup.box[1]
    assert separation == pytest.approx(2.0 * setup.box[0])
    assert 64 * setup.bodies[0].volume / (area * separation) == pytest.approx(0.05)
    # no pair of beads is within reach through the gap: the longest cutoff is 2^(1/6) 1.21 nm
    longest = max(row.cutoff for row in setup.interactions.rows)
    assert setup.box[2] - separation >= longest
    assert Setup.of(setup.to_dict()).to_dict() == setup.to_dict()


def test_charges_between_walls_are_a_slab_in_lammps_alone() -> None:
    charged = point(
        environment=BETWEEN, electrostatics={"method": "pppm"}, relative_permittivity=2.0
    )
    setup = resolve(charged)
    assert setup.interactions.electrostatics is not None
    assert setup.interactions.electrostatics.slab
    assert Setup.of(setup.to_dict()).to_dict() == setup.to_dict()
    assert objection(ENGINES.get("lammps"), setup) == ""
    told = objection(ENGINES.get("hoomd"), setup)
    assert told.startswith("environment.walls: charges between walls are not in the engine hoomd")
    assert objection(ENGINES.get("hoomd"), resolve(point(environment=BETWEEN))) == ""


def test_walls_and_gravity_in_an_engine_that_has_none() -> None:
    class Bare(Engine):
        name = "bare"
        capabilities = Capabilities(methods=("langevin",))

        @classmethod
        def has(cls, kind: Kind, name: str) -> bool:
            return kind == "terms"

    setup = resolve(point(environment=BETWEEN | {"gravity": G}))
    assert objection(Bare, setup) == "environment.gravity: it is not in the engine bare"
    alone = resolve(point(environment=BETWEEN))
    assert objection(Bare, alone) == "environment.walls: it is not in the engine bare"


G = {"x": 0.0, "y": 0.0, "z": -1e-4}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"box_ratio": [1, 1]}, "box_ratio: .* must have 3 values"),
        ({"box_ratio": [1, 1, 0]}, r"box_ratio\.2: 0 is not allowed; it must be greater than 0"),
        ({"environment": {"gravity": {}}}, "gravity: it has no component other than 0"),
        ({"environment": {"gravity": G}}, "acts along z, where the box is periodic; it needs wall"),
        ({"environment": BETWEEN | {"gravity": G | {"x": 1.0}}}, "acts along x, where the box is"),
        ({"environment": {"walls": {"lower": WALL}}}, r"environment\.walls\.upper: is missing"),
        (
            {"environment": {"walls": {"normal": "w", "lower": WALL, "upper": HARD}}},
            r"environment\.walls\.normal: 'w' is not allowed",
        ),
        (
            {"environment": {"walls": {"lower": WALL, "upper": HARD | {"cutoff": 2.0}}}},
            r"environment\.walls: upper\.cutoff is 2; it must be null for a repulsive wall",
        ),
        (
            {"environment": {"walls": {"lower": WALL | {"form": "lj126"}, "upper": HARD}}},
            r"environment\.walls\.lower\.form: 'lj126' is not allowed",
        ),
        (
            {"environment": {"walls": {"lower": WALL | {"kinds": {"balde": 1.0}}, "upper": HARD}}},
            r"names the kind 'balde' \(lower\.kinds\), which no body has; allowed are .*blade",
        ),
        (
            {"environment": BETWEEN, "box_ratio": [10, 10, 1], "n_bodies": 16},
            r"environment\.walls: it leaves 1\.\d+ nm between the walls, which must be over",
        ),
        (
            {
                "environment": {"walls": {"normal": "x", "lower": WALL, "upper": HARD}},
                "electrostatics": {"method": "pppm"},
                "relative_permittivity": 1.0,
            },
            "has the normal x, in which the box of charged bodies is periodic; it must be z",
        ),
        (
            {"box_ratio": [1, 1, 2], "start": {"kind": "prebuilt", "structure": "wire"}},
            "box_ratio: is not allowed with a structure",
        ),
        (
            {"environment": BETWEEN, "start": {"kind": "prebuilt", "structure": "wire"}},
            r"environment\.walls: is not allowed with a structure",
        ),
        ({"box_ratio": [1, 1, 20], "n_bodies": 27}, "make a box of .* nm, which must be over"),
    ],
)
def test_what_cannot_be_is_told_at_init_and_nothing_is_created(
    changed: dict[str, Any], told: str, tmp_path: Any
) -> None:
    import yaml
    from typer.testing import CliRunner

    from janus_md.cli.app import app

    with pytest.raises(JanusError, match=told):
        check_packing([point(**changed)])
    fields = {
        "particle": "R-Au-Cu", "model": "bladed", "n_bodies": 64, "volume_fraction": 0.05,
        "electrostatics": {"method": "none"},
    }  # fmt: skip
    template = tmp_path / "t.yaml"
    template.write_text(yaml.safe_dump({"fixed": fields | changed}))
    done = CliRunner().invoke(app, ["init", str(template), "--directory", str(tmp_path / "w")])
    assert done.exit_code != 0
    assert not (tmp_path / "w").exists()


def test_lattices_have_enough_sites_in_cells_near_cubes() -> None:
    from janus_md.simulation.start.placement import _cells

    for n, edges in product((2, 27, 30, 1000), ([1, 1, 1], [1, 1, 2], [5, 5, 1], [1, 7, 2])):
        cells = _cells(n, np.array(edges, float))
        assert np.prod(cells) >= n
        if edges == [1, 1, 1]:
            assert cells == (round(np.ceil(n ** (1 / 3) - 1e-9)),) * 3
    assert _cells(16, np.array([1.0, 1.0, 2.0])) == (2, 2, 4)
    assert _cells(250, np.array([1.0, 10.0, 1.0])) == (3, 28, 3)
