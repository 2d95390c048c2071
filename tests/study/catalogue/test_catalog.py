"""The catalogue: values compared with independent ones, and invalid entries."""

import numpy as np
import pytest

from janus_md.common.errors import JanusError
from janus_md.model.nanoclusters.sphere import SPHERE_SEPARATION, sphere
from janus_md.model.pairs.energy import pair_energy
from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.particle import from_numbers
from janus_md.study.resolve import bodies_of, resolve
from janus_md.study.statepoint import StatePoint

# standard atomic weights, IUPAC 2021 (abridged)
WEIGHT = {"H": 1.008, "C": 12.011, "N": 14.007, "P": 30.974, "S": 32.06, "Cl": 35.45}
WEIGHT |= {"Cu": 63.546, "Cd": 112.41, "Au": 196.97}
BINAP = {"C": 44, "H": 32, "P": 2}  # 2,2'-bis(diphenylphosphino)-1,1'-binaphthyl
TPP = {"C": 18, "H": 15, "P": 1}  # triphenylphosphine
DPPM = {"C": 25, "H": 22, "P": 2}  # bis(diphenylphosphino)methane
MNT = {"C": 4, "N": 2, "S": 2}  # maleonitriledithiolate


def molar_mass(**parts):
    ligands = {"BINAP": BINAP, "TPP": TPP, "DPPM": DPPM, "MNT": MNT}
    total = 0.0
    for part, count in parts.items():
        formula = ligands.get(part, {part: 1})
        total += count * sum(n * WEIGHT[element] for element, n in formula.items())
    return total


def test_names():
    nanoclusters = [
        "Au3Cd",
        "R-1",
        "R-1-equal",
        "R-Au-Cu",
        "R-Au-Cu-opposite",
        "S-1",
        "S-1-equal",
        "S-Au-Cu",
    ]
    assert catalog.nanocluster_names() == nanoclusters
    names = catalog.names()
    assert names == sorted(names)
    assert {*nanoclusters, "amphiphile", "dumbbell", "snowman"} <= {*names}
    names.clear()
    assert catalog.names()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("R-Au-Cu", {"Au": 8, "BINAP": 3, "Cu": 4, "MNT": 3}),
        ("S-Au-Cu", {"Au": 8, "BINAP": 3, "Cu": 4, "MNT": 3}),
        ("R-1", {"Au": 8, "TPP": 6, "Cu": 4, "MNT": 3}),
        ("S-1", {"Au": 8, "TPP": 6, "Cu": 4, "MNT": 3}),
        ("Au3Cd", {"Au": 3, "DPPM": 3, "Cd": 1, "MNT": 1, "Cl": 1}),
    ],
)
def test_masses_follow_from_the_compositions(name, parts):
    assert catalog.entry(name).mass == pytest.approx(molar_mass(**parts), abs=1.0)


@pytest.mark.parametrize(
    ("name", "dipole", "separation"),
    [("R-Au-Cu", 43.42, 0.4520), ("R-1", 44.6, 0.4643), ("Au3Cd", 21.85, 0.4550)],
)
@pytest.mark.parametrize("model", catalog.MODELS)
def test_fragment_charges_reproduce_the_computed_dipole(name, dipole, separation, model):
    # dipoles: Li et al., ACS Cent. Sci. 2022, 8, 1258-1264
    assert catalog.entry(name).charge_separation == pytest.approx(separation, abs=1e-4)
    np.testing.assert_allclose(catalog.body(name, model).dipole, [0, 0, dipole], atol=1e-10)


@pytest.mark.parametrize("name", catalog.nanocluster_names())
def test_every_number_has_a_source(name):
    sources = catalog.entry(name).sources
    assert {"mass", "dipole", "charge", "hands", "turn"} <= sources.keys()
    for text in sources.values():
        assert text.startswith("model: ") or "1258-1264" in text
    assert sources["dipole"].endswith("ACS Cent. Sci. 2022, 8, 1258-1264")


@pytest.mark.parametrize("name", catalog.nanocluster_names())
@pytest.mark.parametrize("model", catalog.MODELS)
def test_bodies(name, model):
    body = catalog.body(name, model)
    assert body is catalog.body(name, model)
    assert (body.name, body.model) == (name, model)
    assert body.enantiomer == catalog.entry(name).enantiomer
    ball = model in ("sphere", "sphere_tem")
    assert body.diameters[name] == {"sphere": 1.727, "sphere_tem": 1.88}.get(model, 0.0)
    assert body.volume == 2.19
    assert body.bond.distance == (2.1 if ball else 2.4)
    assert body.bond.angle == 35.0
    radii = {"sphere": 0.805, "bladed": 1.12, "narrow": 0.949, "sphere_tem": 0.805}
    assert body.hydrodynamic_radius == radii[model]
    assert body.symmetry == (0 if ball else 3)
    with pytest.raises(ValueError, match="read-only"):
        body.positions[0, 0] = 1.0


def test_phi_of_0_05_is_0_0228_bodies_per_nm3_in_either_model():
    for model in catalog.MODELS:
        assert 0.05 / catalog.body("R-Au-Cu", model).volume == pytest.approx(0.0228, abs=5e-5)


@pytest.mark.parametrize(("name", "image"), [("R-Au-Cu", "S-Au-Cu"), ("R-1", "S-1")])
def test_s_is_the_mirror_image_of_r(name, image):
    ours, theirs = catalog.entry(name), catalog.entry(image)
    assert theirs.mirror_of == name
    assert (ours.enantiomer, theirs.enantiomer) == ("R", "S")
    assert theirs.hands.positive == -ours.hands.positive
    assert theirs.hands.negative == -ours.hands.negative
    assert theirs.turn == -ours.turn
    assert (theirs.mass, theirs.dipole, theirs.charge) == (ours.mass, ours.dipole, ours.charge)
    for model in catalog.MODELS:
        body, other = catalog.body(name, model), catalog.body(image, model)
        np.testing.assert_array_equal(other.positions, body.positions * [-1, 1, 1])
        np.testing.assert_array_equal(other.inertia, body.inertia)
        # built from its own numbers it is the same, up to half a turn about z
        built = from_numbers(theirs, model).positions * [-1, -1, 1]
        gap = np.linalg.norm(built[:, None] - other.positions[None], axis=-1).min(axis=1)
        assert gap.max() < 1e-12


def test_a_mixture_of_enantiomers_shares_its_bead_types():
    types = {t for name in ("R-1", "S-1") for t in catalog.body(name, "bladed").types}
    assert types == {"core", "blade"}


@pytest.mark.parametrize(
    ("name", "hint"), [("R-AuCu", "did you mean R-Au-Cu"), ("gold", "allowed are Au3Cd, J6")]
)
def test_unknown_particle(name, hint):
    with pytest.raises(JanusError, match=f"particle: '{name}' is unknown.*{hint}"):
        catalog.entry(name)


def test_unknown_model():
    with pytest.raises(
        JanusError, match="model: 'cube' is unknown; allowed are bladed, narrow, sphere"
    ):
        catalog.body("R-1", "cube")


GOOD = """
name: X
composition: X
positive_fragment: X+
negative_fragment: X-
enantiomer: ""
mass: 10
dipole: 1
charge: 1
hands: {positive: 1, negative: 1}
turn: 0.0
sources: {composition: a, mass: a, dipole: a, charge: a, hands: a, turn: a}
"""


def test_a_whole_file_is_read():
    assert catalog.read_particle(GOOD, "X").mass == 10


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mass: 10", "mass: -10", "mass: .*greater than 0"),
        ("mass: 10", "mass: heavy", "mass: .*valid number"),
        ("mass: 10", "mass: 10\nweight: 10", "weight: Extra inputs"),
        ("mass: 10", "mass: 10\nmass: 11", "duplicate key"),
        ("turn: 0.0", "", "turn: Field required"),
        ("negative: 1", "negative: 2", r"hands\.negative: Input should be 1 or -1"),
        ("turn: a", "tau: a", "sources must be given for exactly"),
        ("name: X", "name: Z", "name is 'Z'; it must be that of the file, X"),
        ("name: X", "name: [X", "particle X: while parsing"),
        ("name: X", "name: X\nmirror_of: R-1", "a mirror image may only have"),
    ],
)
def test_mismatched_file_is_refused(old, new, message):
    with pytest.raises(JanusError, match=message) as caught:
        catalog.read_particle(GOOD.replace(old, new, 1), "X")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["core", "blade", "charge", "a.b", "a,b", "a b", "a=1", "-a"])
def test_name_with_another_meaning_is_refused(name):
    """The name `charge` would collide with the type of a site."""
    with pytest.raises(JanusError, match=r"name: .* is not allowed; it must consist of letters"):
        catalog.read_particle(GOOD.replace("name: X", f"name: {name}"), name)


def test_charges_within_reach_of_another_body_are_refused(own_folder):
    """At the limit, two bodies of charge 3 are still kept from that by hundreds of kT."""
    far = WEAK.replace("30.0", "160.0")
    (own_folder / "R-Au-Cu-weak.yaml").write_text(far)
    with pytest.raises(JanusError, match=r"160 debye puts charges of 2 e 1\.666 nm apart; .*0\.86"):
        catalog.body("R-Au-Cu-weak", "sphere")
    assert catalog.body("R-Au-Cu-weak", "bladed").charges[0] == 2.0
    edge = sphere("x", mass=1, charge=3, separation=SPHERE_SEPARATION)
    r = np.linspace(SPHERE_SEPARATION + 0.02, 1.3, 2000)
    energy = pair_energy(edge, edge, np.c_[0 * r, 0 * r, r])
    top = int(np.argmax(energy[r > 1.0])) + np.count_nonzero(r <= 1.0)
    assert energy[top] - energy[top:].min() > 300 * 2.48


def test_a_mirror_of_nothing_is_refused():
    for name in ("R-2", "S-2"):
        with pytest.raises(JanusError, match=f"particle S-2: mirror_of: '{name}' is unknown"):
            catalog.read_particle(f"{{name: S-2, mirror_of: {name}}}", "S-2")


@pytest.mark.parametrize(
    ("name", "of", "hands"),
    [("R-Au-Cu-opposite", "R-Au-Cu", (1, -1)), ("R-1-equal", "R-1", (1, 1))],
)
def test_a_variant_changes_only_what_its_file_says(name, of, hands):
    variant, original = catalog.entry(name), catalog.entry(of)
    assert (variant.hands.positive, variant.hands.negative) == hands
    assert variant.sources["hands"].startswith("model: hypothesis")
    kept = {"name", "variant_of", "hands", "sources"}
    assert variant.model_dump(exclude=kept) == original.model_dump(exclude=kept)
    assert variant.variant_of == of
    assert catalog.entry("S-1-equal").variant_of is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{name: X, variant_of: R-1, turn: 0.1}", "sources must be given for turn"),
        ("{name: X, variant_of: R-1, enantiomer: S}", "enantiomer: a variant may only have"),
        ("{name: X, variant_of: R-2}", "particle X: variant_of: 'R-2' is unknown"),
        ("{name: X, variant_of: X}", "particle X: variant_of: 'X' is unknown"),
    ],
)
def test_a_variant_that_does_not_fit_is_refused(text, message):
    with pytest.raises(JanusError, match=message):
        catalog.read_particle(text, "X")


WEAK = """
name: R-Au-Cu-weak
variant_of: R-Au-Cu
dipole: 30.0
sources: {dipole: "model: weaker"}
"""


DILUTE = {"n_bodies": 8, "volume_fraction": 0.01, "relative_permittivity": 1.0}


def test_own_particle_is_used_like_those_of_the_catalogue(own_folder):
    (own_folder / "R-Au-Cu-weak.yaml").write_text(WEAK)
    (own_folder / "X.yaml").write_text(GOOD)
    assert {"R-Au-Cu-weak", "X", "Au3Cd"} <= set(catalog.names())
    mixture = {"R-Au-Cu-weak": 0.5, "R-Au-Cu": 0.5}
    point = StatePoint.of({"mixture": mixture, **DILUTE})
    weak, strong = (body.dipole[2] for body in sorted(bodies_of(point), key=lambda b: b.dipole[2]))
    assert weak / strong == pytest.approx(30.0 / 43.42)
    assert catalog.body("X", "sphere").mass == 10


def test_own_particle_does_not_hide_the_catalogue(own_folder):
    (own_folder / "R-1.yaml").write_text(GOOD.replace("name: X", "name: R-1"))
    with pytest.raises(
        JanusError, match=r"particle R-1: .*R-1\.yaml has the name of a catalogue particle"
    ):
        catalog.names()


def test_missing_particle_message_names_the_folder(own_folder):
    with pytest.raises(JanusError, match=f"particle: 'Y' is unknown; .* in {own_folder}"):
        resolve(StatePoint.of({"particle": "Y", **DILUTE}))
