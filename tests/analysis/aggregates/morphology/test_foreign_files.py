"""Aggregates in files of other software: centres or constituents, with and without orientations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from janus_md import aggregates_of
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.common.errors import JanusError
from janus_md.model.box import wrap
from tests.analysis import amphiphiles as known
from tests.analysis.amphiphiles import S
from tests.analysis.worlds import gsd_frame, write_gsd


def string_along_x():
    """GSD stores no orientations where all of them are (1, 0, 0, 0), as those along z."""
    along_z = known.string()
    return known.Structure(along_z.heads[:, ::-1], along_z.axes[:, ::-1], model=along_z.model)


BY_CENTRES = {
    "monomer": known.monomers,
    "micelle": known.micelle,
    "sheet": known.disc,
    "worm": known.bent_worm,
    "string": string_along_x,
    "network": known.network,
    "crystal": known.crystal,
    "cluster": known.random_cluster,
}

WITHOUT_DIRECTIONS = {"micelle": "cluster", "sheet": "cluster", "string": "worm"}
"""What is told of a kind where the directions of the bodies are not known."""

BY_CONSTITUENTS = {
    **BY_CENTRES,
    "oligomer": known.oligomers,
    "vesicle": known.vesicle,
    "filled_vesicle": lambda: known.vesicle(1.0),
}


def three_micelles():
    """Micelles of 12, one of them at a corner of the box."""
    places = [[-7.0, 0.0, 0.0], [7.0, 5.0, 2.0], [15.0, 15.0, 15.0]]
    one = known.micelle()
    heads = np.concatenate([one.heads + np.array(at) for at in places])
    return known.Structure(heads, np.tile(one.axes, (3, 1)))


def centres(path, structure, oriented=True):
    """File of the centres of the bodies, with or without their orientations."""
    context = structure.context()
    turned = context.orientations if oriented else None
    return write_gsd(path, [gsd_frame(context.positions, turned, list(context.box))])


def rigid_bodies(path, structure, oriented=False):
    """File of rigid bodies: a centre J, constituents J and A, each wrapped into the box."""
    context = structure.context()
    n, lattice = len(context.positions), context.lattice
    tails = context.positions + context.axes * structure.model[0] * S
    every = np.concatenate(
        [context.positions, np.stack([context.positions, tails], 1).reshape(-1, 3)]
    )
    frame = gsd_frame(
        wrap(every, lattice)[0], None, list(context.box), types=["body", "J", "A"],
        typeid=[0] * n + [1, 2] * n,
    )  # fmt: skip
    if oriented:  # as HOOMD-blue writes them: those of the bodies, also for their constituents
        q = context.orientations
        frame.particles.orientation = np.concatenate([q, np.repeat(q, 2, axis=0)])
    frame.particles.body = [*range(n), *np.repeat(np.arange(n), 2)]
    return write_gsd(path, [frame])


def shares(folder):
    (row,) = pd.read_parquet(folder / "frames.parquet").to_dict("records")
    found = {name: value for name, value in row.items() if name.startswith("share_") and value > 0}
    found.pop("share_single", None)
    return {name.removeprefix("share_").removesuffix("s"): x for name, x in found.items()}


def analyse(path, tmp_path, distance, **asked):
    analyze_file(path, tmp_path / "out", aggregates_only=True, cluster_distance=distance, **asked)
    return shares(tmp_path / "out")


@pytest.mark.parametrize("kind", BY_CENTRES)
def test_by_centres_with_orientations(kind, tmp_path):
    path = centres(tmp_path / "a.gsd", BY_CENTRES[kind]())
    assert analyse(path, tmp_path, 1.5 * S) == {kind: pytest.approx(1.0)}


@pytest.mark.parametrize("kind", BY_CENTRES)
def test_by_centres_without_orientations(kind, tmp_path):
    path = centres(tmp_path / "a.gsd", BY_CENTRES[kind](), oriented=False)
    expected = WITHOUT_DIRECTIONS.get(kind, kind)
    assert analyse(path, tmp_path, 1.5 * S) == {expected: pytest.approx(1.0)}


@pytest.mark.parametrize("kind", BY_CONSTITUENTS)
def test_by_constituents_without_orientations(kind, tmp_path):
    """The constituents show the directions; distance and scale are those of the model."""
    structure = BY_CONSTITUENTS[kind]()
    path = rigid_bodies(tmp_path / "a.gsd", structure)
    distance = 1.5 * structure.model[1] * S
    found = analyse(path, tmp_path, distance, cluster_kinds=["A"], diameter=S)
    assert found == {kind: pytest.approx(1.0)}


def test_three_micelles_of_twelve(tmp_path):
    """Bodies of 12 each, from centres with the axis along +z of the body, and along -z."""
    path = centres(tmp_path / "a.gsd", three_micelles())
    assert analyse(path, tmp_path, 1.5 * S) == {"micelle": 1.0}
    table = pd.read_parquet(tmp_path / "out" / "aggregates.parquet")
    assert table["n"].tolist() == [12, 12, 12]
    assert table["inward"].to_numpy() == pytest.approx(np.ones(3), abs=1e-3)
    assert table["radius_of_gyration_nm"].to_numpy() == pytest.approx(np.full(3, 2.3), rel=1e-2)
    assert [list(one) for one in table["members"]] == [
        [*range(12 * k, 12 * k + 12)] for k in range(3)
    ]
    assert analyse(path, tmp_path, 1.5 * S, axis=(0.0, 0.0, -1.0)) == {"cluster": 1.0}


def test_rigid_bodies_count_once_with_and_without_orientations(tmp_path):
    for oriented in (False, True):
        path = rigid_bodies(tmp_path / "a.gsd", three_micelles(), oriented)
        assert analyse(path, tmp_path, 1.95, cluster_kinds=["A"]) == {"micelle": 1.0}
        frames = pd.read_parquet(tmp_path / "out" / "frames.parquet")
        assert frames["n_bodies"].tolist() == [36]


def test_no_wires_are_looked_for(tmp_path):
    """The summary has no criterion of bonds, the columns of wires no values, the table no rows."""
    path = centres(tmp_path / "a.gsd", three_micelles(), oriented=False)
    out = tmp_path / "out"
    summary = analyze_file(path, out, aggregates_only=True, cluster_distance=3.0)
    assert summary["criterion"] == {"distance": None, "angle": None}
    assert summary["mean_n"] == {"mean": None, "error": None}
    assert summary["mean_cluster_n"]["mean"] == 12.0
    assert any("no orientations" in note for note in summary["notes"])
    frames = pd.read_parquet(out / "frames.parquet")
    for name in ("mean_n", "n_bonds", "n_rings", "n_bundles", "polar_order", "nematic_S"):
        assert frames[name].isna().all(), name
    assert len(pd.read_parquet(out / "wires.parquet")) == 0
    assert len(pd.read_parquet(out / "structure.parquet")) == 0
    assert len(pd.read_parquet(out / "scattering.parquet")) > 0


def test_a_scale_that_is_too_large_makes_no_crystal(tmp_path):
    """Random points with hundreds within the range of neighbours, whose vectors are all alike."""
    rng = np.random.default_rng(6)
    points = gsd_frame(rng.uniform(-5.0, 5.0, (2000, 3)), None, [10.0] * 3 + [0.0] * 3)
    path = write_gsd(tmp_path / "a.gsd", [points])
    assert analyse(path, tmp_path, 3.0) == {"network": 1.0}


def test_aggregates_of_a_frame(tmp_path):
    """The public function: a foreign file by distance, and one that states an attraction."""
    path = centres(tmp_path / "a.gsd", three_micelles(), oriented=False)
    assert aggregates_of(path, distance=1.5 * S).n.tolist() == [12, 12, 12]
    path = rigid_bodies(tmp_path / "b.gsd", three_micelles())
    found = aggregates_of(path, 0, distance=1.95, kinds=["A"], diameter=S)
    assert found.share("micelle") == 1.0
    context = three_micelles().context()
    about = known.amphiphile()
    frame = gsd_frame(
        context.positions, context.orientations, list(context.box), types=["am"], about=about
    )
    ours = aggregates_of(write_gsd(tmp_path / "c.gsd", [frame]))
    assert (ours.n.tolist(), ours.share("micelle"), ours.unit) == ([12, 12, 12], 1.0, S)
    with pytest.raises(JanusError, match="distance: is missing"):
        aggregates_of(path)


def test_what_is_missing_is_said(tmp_path):
    path = centres(tmp_path / "a.gsd", three_micelles(), oriented=False)
    out = tmp_path / "out"
    with pytest.raises(JanusError, match="distance: is missing; aggregates need"):
        analyze_file(path, out, aggregates_only=True)
    with pytest.raises(JanusError, match=r"orientation is missing.*--aggregates"):
        analyze_file(path, out)
    with pytest.raises(JanusError, match="kinds: 'Q' is unknown"):
        analyze_file(path, out, aggregates_only=True, cluster_distance=3.0, cluster_kinds=["Q"])
    with pytest.raises(JanusError, match=r"diameter: 0\.0 is not allowed"):
        analyze_file(path, out, aggregates_only=True, cluster_distance=3.0, diameter=0.0)
    assert not out.exists()
