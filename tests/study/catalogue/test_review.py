"""The particles of the review of Harini et al. (Nanomed J. 2022, 9(3), 180-191)."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from janus_md.model.solid import solid_of
from janus_md.simulation.cost import gas_of
from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.bead_particle import BeadParticle
from janus_md.study.resolve import resolve

ROWS = {
    1: ("P4VP", "dumbbell"),
    2: ("PAA-mCaP / PDA", "acorn"),
    3: ("Au / mesoporous silica", "sphere"),
    4: ("UCNP@SiO2@mSiO2&PMO", "ball with a depression"),
    5: ("PVBC", "ball and stick"),
    6: ("rhodamine-doped silica", "sphere"),
    7: ("Ag / Cu", "patchy sphere"),
    8: ("DMAEMA / MAA", "snowman"),
    9: ("Ag / MoS2", "snowman"),
    10: ("carboxylated PS / PVDF-PVP", "dumbbell"),
}
"""Composition and morphology by row of Table 1."""

ELSEWHERE = ("Au / Fe2C", "BaFe12O19 / Au", "urease", "MnFe2O4 / MnO", "dendrimer")
"""Compositions named in the text of the review."""


def of_the_review() -> list[BeadParticle]:
    found = [catalog.entry(name) for name in catalog.names()]
    return [
        one
        for one in found
        if isinstance(one, BeadParticle) and "Harini" in one.sources.get("reference", "")
    ]


PARTICLES = of_the_review()


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_table_1_has_a_particle(row: int) -> None:
    (found,) = [one for one in PARTICLES if one.sources["reference"].endswith(f"row {row}")]
    composition, morphology = ROWS[row]
    assert composition in found.composition
    assert found.morphology == morphology


@pytest.mark.parametrize("composition", ELSEWHERE)
def test_particles_named_elsewhere_are_there(composition: str) -> None:
    assert [one for one in PARTICLES if composition in one.composition]


@pytest.mark.parametrize("one", PARTICLES, ids=lambda one: one.name)
def test_texts_and_sources_are_complete(one: BeadParticle) -> None:
    chemistry = {"organic", "inorganic", "hybrid"} & {*one.classes}
    surface = {"patchy", "compartment"} & {*one.classes}
    assert len(one.classes) == 2
    assert len(chemistry) == len(surface) == 1
    assert one.composition
    assert one.morphology
    assert one.size == "assumed" or re.search(r"\d nm", one.size)
    assert {"reference", "shape", "mass", "interactions"} <= one.sources.keys()
    for key in ("mass", "interactions"):  # nobody has published them
        assert one.sources[key].startswith("model: ")
    assert one.size == "assumed" or "20" in one.sources["shape"]  # a publication with its year


@pytest.mark.parametrize("one", PARTICLES, ids=lambda one: one.name)
def test_they_build_and_their_volume_is_that_of_monte_carlo(one: BeadParticle) -> None:
    body = one.build(None)
    solid = solid_of(body)
    assert solid is not None
    radii = 0.5 * np.array([body.diameters[kind] for kind in body.types])
    rng = np.random.default_rng(11)
    low, high = (body.positions - radii[:, None]).min(0), (body.positions + radii[:, None]).max(0)
    points = rng.uniform(low, high, (20_000, 3))
    inside = np.zeros(len(points), bool)
    for place, radius in zip(body.positions, radii, strict=True):
        inside |= ((points - place) ** 2).sum(axis=1) < radius**2
    share, box = inside.mean(), float(np.prod(high - low))
    error = box * math.sqrt(share * (1 - share) / len(points))
    assert abs(body.volume - box * share) < 4.0 * error
    r2 = (points[inside] ** 2).sum(axis=1)  # trace of the inertia: 2 m <r^2>
    assert body.inertia.sum() / (2 * body.mass) == pytest.approx(
        r2.mean(), abs=4.0 * r2.std() / math.sqrt(len(r2))
    )
    assert body.mass == one.mass


@pytest.mark.parametrize("one", PARTICLES, ids=lambda one: one.name)
def test_they_resolve_and_attract(one: BeadParticle) -> None:
    """The gas of the cost: a time step that fits the frame interval, and A-A attraction."""
    setup = resolve(gas_of(one))
    stage = setup.stages[-1]
    steps = stage.frame_steps * stage.time_step
    assert steps == pytest.approx(setup.statepoint["protocol"]["frame_interval_ps"])
    (row,) = setup.interactions.pairs[f"{one.name}.A", f"{one.name}.A"]
    assert row["epsilon"] > 0.0
    assert row.cutoff > 1.5 * setup.bodies[0].diameters[f"{one.name}.A"]


def test_sizes_with_a_source() -> None:
    """12 nm from tip to tip; 20 nm wide and 5 nm thick."""
    gold = catalog.body("dumbbell_Au_Fe2C")
    radii = 0.5 * np.array([gold.diameters[kind] for kind in gold.types])
    z = gold.positions[:, 2]
    assert (z + radii).max() - (z - radii).min() == pytest.approx(12.0)
    disc = catalog.body("platelet_BaFe12O19_Au")
    radius = 0.5 * disc.diameters["platelet_BaFe12O19_Au.A"]
    assert np.ptp(disc.positions[:, 2]) + 2 * radius == pytest.approx(5.0)
    assert 2 * (np.hypot(*disc.positions[:, :2].T).max() + radius) == pytest.approx(20.0, rel=0.1)
