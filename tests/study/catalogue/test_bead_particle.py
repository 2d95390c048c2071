"""Particle files: minimal files, invalid files, edits and copies."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from janus_md.common.errors import JanusError
from janus_md.model.pairs.energy import pair_energy
from janus_md.model.pairs.virial import second_virial
from janus_md.model.setup import Setup
from janus_md.study.catalogue import catalog, copies, particle_files
from janus_md.study.catalogue.bead_particle import BeadParticle
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint
from tests.conftest import ROOT
from tests.study.catalogue.bead_files import SIX_LINES, read

KT = 2.478957
OTHERS = ((4, -0.883640), (6, -7.73053), (8, -40.0041))


def point(**changed):
    fields = {"particle": "amphiphile", "n_bodies": 64, "number_density": 0.00625}
    return StatePoint.of(fields | changed)


def test_body_of_six_lines():
    assert SIX_LINES.count("\n") == 6
    body = read(SIX_LINES).build(None)
    # two balls cut at the plane where they meet (the lens formula: Weisstein, "Sphere-Sphere
    # Intersection", MathWorld); the centre of mass is 0.108 nm off that of the head
    r, s, d = 1.0, 0.65, 0.8
    cut = (r * r - s * s + d * d) / (2 * d)

    def cap(a, c):  # volume and integral of z above the height c of a ball of radius a
        return np.pi * (a**3 * 2 / 3 - a * a * c + c**3 / 3), np.pi / 4 * (a * a - c * c) ** 2

    (v, z), (w, y) = cap(r, -cut), cap(s, cut - d)
    volume, centre = v + w, (-z + y + d * w) / (v + w)
    assert body.volume == pytest.approx(volume, rel=1e-10)
    np.testing.assert_allclose(body.positions, [[0, 0, -centre], [0, 0, d - centre]], atol=1e-9)
    assert centre == pytest.approx(0.108, abs=0.0005)
    assert body.types == ("two.J", "two.A")
    assert body.diameters == {"two": 0.0, "two.J": 2.0, "two.A": 1.3}
    assert body.symmetry == 0
    assert body.inertia[0] == pytest.approx(body.inertia[1])
    assert np.all(body.inertia > 0)
    assert body.hydrodynamic_radius == pytest.approx((3 * volume / (4 * np.pi)) ** (1 / 3))


def test_origin_of_beads_is_arbitrary():
    rng = np.random.default_rng(3)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    places = [[0, 0, 0], [0, 0, 0.8]] @ turn.T + [3.0, -1.0, 7.0]
    moved = SIX_LINES
    for old, new in zip(("[0, 0, 0]", "[0, 0, 0.8]"), places.tolist(), strict=True):
        moved = moved.replace(f"at: {old}", f"at: {new}")
    one, two = read(SIX_LINES).build(None), read(moved).build(None)
    np.testing.assert_allclose(two.positions, one.positions, atol=1e-8)
    np.testing.assert_allclose(two.inertia, one.inertia, rtol=1e-8)


def test_the_frame_follows_the_dipole_and_the_symmetry_is_found():
    text = """\
name: tripod
beads:
  - {kind: C, at: [0, 0, 0]}
  - {kind: L, at: [1, 0, -0.4]}
  - {kind: L, at: [-0.5, 0.8660254, -0.4]}
  - {kind: L, at: [-0.5, -0.8660254, -0.4]}
kinds: {C: {diameter: 1.0, charge: -3}, L: {diameter: 0.6, charge: 1}}
mass: 500
"""
    body = read(text).build(None)
    assert body.symmetry == 3
    np.testing.assert_allclose(body.dipole[:2], 0.0, atol=1e-6)
    assert body.dipole[2] > 0.0
    # of equal beads a quarter of a turn apart, 4-fold; a kind that differs breaks it
    square = [f"  - {{kind: A, at: [{x}, {y}, 0]}}" for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    kinds = "kinds: {A: {diameter: 1}, B: {diameter: 1}}\nmass: 1\n"
    four = "name: four\nbeads:\n" + "\n".join([*square, "  - {kind: B, at: [0, 0, 0.1]}"]) + "\n"
    assert read(four + kinds).build(None).symmetry == 4
    two = four.replace("kind: A, at: [1, 0", "kind: B, at: [1, 0")
    two = two.replace("kind: A, at: [-1, 0", "kind: B, at: [-1, 0")
    assert read(two + kinds).build(None).symmetry == 2


def test_shape_and_its_beads_give_the_same_particle():
    shape = "{kind: snowman, diameter_a: 1.3, diameter_b: 2.0, distance: 0.8}"
    one = read(f"name: two\nshape: {shape}\nmass: 3000\n")
    two = read(SIX_LINES.replace("J", "B"))
    assert one.digest() == two.digest()
    assert one.build(None) is two.build(None)


def test_digest_depends_only_on_physics():
    base = read(SIX_LINES)
    assert read(SIX_LINES + "composition: gold\nsources: {mass: guess}\n").digest() == base.digest()
    for change in (("0.8]", "0.9]"), ("3000", "3001"), ("1.3}", "1.3, charge: 0.5}")):
        assert read(SIX_LINES.replace(*change)).digest() != base.digest()
    term = "interactions: {A-A: {attraction: {epsilon: 1}}}\n"
    whole = "interactions: {A-A: {attraction: {epsilon: 1.0, cutoff: 2.5}}}\n"
    assert read(SIX_LINES + term).digest() == read(SIX_LINES + whole).digest() != base.digest()


def test_state_points_of_bead_particles():
    setup = resolve(point())
    assert setup.statepoint["model"] is None
    assert setup.statepoint["relative_permittivity"] is None
    assert setup.interactions.pairs["amphiphile.A", "amphiphile.A"][0]["epsilon"] == 12.395
    assert setup.box[0] == pytest.approx((64 / 0.00625) ** (1 / 3))
    over = resolve(point(interactions={"A-A": {"attraction": {"epsilon": 14.874}}}))
    (row,) = over.interactions.pairs["amphiphile.A", "amphiphile.A"]
    assert (row["epsilon"], row.cutoff) == (14.874, pytest.approx(1.8 * 1.3))
    assert over.seed != setup.seed
    assert Setup.of(over.to_dict()).to_dict() == over.to_dict()
    with pytest.raises(JanusError, match="model: 'bladed' is not allowed; it must be null"):
        resolve(point(model="bladed"))
    with pytest.raises(JanusError, match="model: null is not allowed; nanoclusters need one"):
        resolve(point(particle="R-Au-Cu", model=None, relative_permittivity=1.0))
    with pytest.raises(JanusError, match="of these bodies with start random"):
        resolve(point(number_density=0.2))


def test_several_terms_and_particles_in_a_mixture():
    setup = resolve(
        point(
            particle=None,
            mixture={"amphiphile": 0.5, "snowman": 0.5},
            relative_permittivity=78.5,
            interactions={
                "amphiphile.A-snowman.A": {
                    "attraction": {"epsilon": 5.0},
                    "yukawa": {"charge_product": -4.0, "debye_length": 1.0},
                },
                "J-B": {"yukawa": {"charge_product": 4.0, "debye_length": 1.0}},
            },
        )
    )
    forms = {pair: [row.form for row in rows] for pair, rows in setup.interactions.pairs.items()}
    assert forms["amphiphile.A", "snowman.A"] == ["lennard_jones", "yukawa"]
    assert forms["amphiphile.J", "snowman.B"] == ["lennard_jones", "yukawa"]  # repulsion stays
    assert forms["amphiphile.J", "amphiphile.J"] == ["lennard_jones"]
    with pytest.raises(JanusError, match="interactions: 'A-A' is not allowed"):  # which A?
        resolve(
            point(
                particle=None,
                mixture={"amphiphile": 0.5, "snowman": 0.5},
                interactions={"A-A": {"attraction": {"epsilon": 5.0}}},
            )
        )


def test_a_workspace_keeps_its_own_copy(tmp_path: Path):
    digest = catalog.entry("snowman").digest()
    copies.write(tmp_path, "snowman", digest)
    again = copies.read(copies.copy_file(tmp_path, "snowman", digest))
    assert again.digest() == digest
    assert isinstance(again, BeadParticle)
    assert again.shape is None  # the shape's code may change: its beads are kept
    assert again.build(None) is catalog.body("snowman", None)
    assert copies.edited_in(tmp_path) == set()


@pytest.mark.parametrize(
    ("epsilon", "expected"),
    [
        (3, 0.193568),
        (5, -3.08367),
        *(pytest.param(*one, marks=pytest.mark.slow) for one in OTHERS),
    ],
)
def test_second_virial_coefficient_of_the_amphiphile(epsilon, expected):
    """B2 / b0, b0 = 2 pi S^3 / 3, of (d, s) = (0.40, 0.65): an independent quadrature's values."""
    setup = resolve(point(interactions={"A-A": {"attraction": {"epsilon": epsilon * KT}}}))
    (body,) = setup.bodies
    found = second_virial(body, body, 298.15, pairs=setup.interactions.pairs, accuracy=1e-4)
    b0 = 2 * np.pi / 3 * 2.0**3
    assert found.value / b0 == pytest.approx(
        expected, abs=max(2 * found.error / b0, 2e-4 * abs(expected))
    )


def test_examples_of_the_docs_are_valid(tmp_path: Path):
    text = (ROOT / "docs" / "particles.md").read_text(encoding="utf-8")
    particles = [b for b in re.findall(r"```yaml\n(.*?)```", text, re.S) if "name:" in b]
    assert len(particles) == 3
    for block in particles:
        body = read(block).build(None)
        assert pair_energy(body, body, [0.0, 0.0, 9.0]) == pytest.approx(0.0)
    (template,) = [b for b in re.findall(r"```yaml\n(.*?)```", text, re.S) if "fixed:" in b]
    from janus_md.study.sweeps.templates import read_template

    sweep = read_template(template, "page.yaml")
    assert len(sweep.points) == 3
    assert all(one.model is None and one.definitions for one in sweep.points)


def test_particles_beside_a_template_are_found(janus_md, tmp_path: Path, monkeypatch):
    (tmp_path / "particles").mkdir()
    (tmp_path / "particles" / "two.yaml").write_text(SIX_LINES)
    (tmp_path / "t.yaml").write_text(
        "fixed: {particle: two, n_bodies: 64, volume_fraction: 0.02}\n"
    )
    monkeypatch.setattr(particle_files, "_folders", [])
    done = janus_md("init", tmp_path / "t.yaml", "-d", tmp_path / "w")
    catalog.clear_caches()
    assert done.code == 0, done.err
    (copy,) = (tmp_path / "w" / "particles").iterdir()
    assert copy.name.startswith("two-")


def test_derived_values_are_stored(monkeypatch: pytest.MonkeyPatch):
    """A later version of the code may have other defaults: a workspace's copy has its own."""
    whole = read(SIX_LINES).complete()
    body = read(SIX_LINES).build(None)
    assert whole.hydrodynamic_radius == pytest.approx(body.hydrodynamic_radius, rel=1e-8)
    assert whole.bond is not None
    assert whole.bond.distance == pytest.approx(1.25 * 2.45, rel=1e-3)
    assert whole.symmetry == 0
    assert whole.complete() == whole
    assert whole.digest() == read(SIX_LINES).digest()
    for pair in ("A-J", "J-A"):
        term = f"interactions: {{{pair}: {{attraction: {{epsilon: 1}}}}}}\n"
        assert read(SIX_LINES + term).complete().interactions == {
            "A-J": {"attraction": {"epsilon": 1.0, "cutoff": 2.5}}
        }
    monkeypatch.setattr("janus_md.model.beads.BOND_LENGTHS", 9.0)
    assert BeadParticle.model_validate(whole.model_dump(mode="json")).digest() == whole.digest()


def test_folders_of_particles(janus_md, own_folder: Path, tmp_path: Path, monkeypatch):
    """Copies of a workspace beside a template are ignored, and names must be unique."""
    study = tmp_path / "study"
    (study / "particles").mkdir(parents=True)
    (study / "particles" / "two.yaml").write_text(SIX_LINES)
    (study / "t.yaml").write_text("fixed: {particle: two, n_bodies: 64, volume_fraction: 0.02}\n")
    monkeypatch.setattr(particle_files, "_folders", [])
    monkeypatch.chdir(study)
    try:
        assert janus_md("init", "t.yaml").code == 0  # a folder with what a workspace begins with
        assert len(list((study / "particles").iterdir())) == 2
        again = janus_md("init", "t.yaml")
        assert "0 new jobs" in again.out
        assert not [name for name in catalog.names() if name.startswith("two-")]
        (own_folder / "two.yaml").write_text(SIX_LINES.replace("3000", "1"))
        done = janus_md("init", "t.yaml")
        assert done.code == 2
        assert "have the same name; rename one" in done.err
    finally:
        catalog.use_folder(tmp_path / "nothing")


def test_a_pair_without_interaction():
    alone = "interactions: {A-J: {none: {}}}\n"
    assert read(SIX_LINES + alone).digest() != read(SIX_LINES).digest()
    kept = ("amphiphile.A", "amphiphile.J")
    off = resolve(point(interactions={"A-J": {"none": {}}, "A-A": {"none": {}}}))
    assert kept not in off.interactions.pairs
    # the attraction of the particle file is removed
    assert ("amphiphile.A", "amphiphile.A") not in off.interactions.pairs
    assert Setup.of(off.to_dict()).to_dict() == off.to_dict()
    assert kept in resolve(point()).interactions.pairs


def test_terms_of_a_state_point_replace_no_interaction(own_folder: Path):
    lines = SIX_LINES + "interactions: {A-A: {none: {}}}\n"
    (own_folder / "two.yaml").write_text(lines)
    assert ("two.A", "two.A") not in resolve(point(particle="two")).interactions.pairs
    on = resolve(point(particle="two", interactions={"A-A": {"wca": {"epsilon": 2.0}}}))
    assert on.interactions.pairs["two.A", "two.A"][0]["epsilon"] == 2.0


def test_none_excludes_other_terms():
    both = {"none": {}, "wca": {"epsilon": 1.0}}
    sentence = r"interactions\.A-A\.none: is not allowed beside wca"
    with pytest.raises(JanusError, match=sentence):
        resolve(point(interactions={"A-A": both}))
    with pytest.raises(JanusError, match=sentence):
        read(SIX_LINES + "interactions: {A-A: {none: {}, wca: {epsilon: 1}}}\n")
