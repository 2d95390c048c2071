"""Structure against crystals and bodies at random."""

import numpy as np
import pytest

from janus_md.analysis.order import structure
from janus_md.analysis.order.order import RadialDistribution, nematic_order
from janus_md.analysis.order.structure import (
    axial_distribution,
    bond_orientational_order,
    local_density,
)
from janus_md.model.box import lattice_vectors, wrap


def test_neighbours_ahead_and_beside():
    """Wires along x, 1.6 nm a body; neighbouring wires 2.5 nm to the side: where they must be."""
    n, d, side = 10, 1.6, 5.0
    box = np.array([n * d, 2 * side, 30.0, 0, 0, 0])
    x = np.array([[d * k, side * row, 0.0] for row in range(2) for k in range(n)])
    found = axial_distribution(x, np.tile([1.0, 0, 0], (len(x), 1)), box, reach=5.5, width=0.1)
    z = 0.5 * (found.along[1:] + found.along[:-1])
    shells = np.pi * np.diff(found.across**2)[None] * 0.1
    density = len(x) / np.prod(box[:3])
    number = found.g * shells * density
    ahead = number[(np.abs(z - d) < 0.2)][:, :2].sum()
    behind = number[(np.abs(z + d) < 0.2)][:, :2].sum()
    assert (ahead, behind) == (pytest.approx(1.0), pytest.approx(1.0))
    beside = number[np.abs(z) < 0.2][:, 49:52].sum()
    assert beside == pytest.approx(2.0)
    assert number[np.abs(z - 0.8) < 0.3][:, :20].sum() == 0.0


def test_random_positions_have_isotropic_distribution():
    rng = np.random.default_rng(1)
    box = np.array([20.0] * 3 + [0.0] * 3)
    x, u = rng.uniform(-10, 10, (2000, 3)), rng.normal(size=(2000, 3))
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    found = axial_distribution(x, u, box, reach=4.0, width=1.0)
    volume = np.pi * np.diff(found.across**2)[None] * np.diff(found.along)[:, None]
    counted = 2000 * 0.25 * volume
    # Each pair is counted from both its ends.
    assert np.all(np.abs(found.g - 1.0) < 5.0 * np.sqrt(2.0 / counted))


def test_face_centred_cubic():
    """q_6 = 0.57452 (Steinhardt, Nelson and Ronchetti, 1983)."""
    a, n = 2.0, 4
    cell = a * np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    x = (a * np.indices((n, n, n)).reshape(3, -1).T[:, None] + cell).reshape(-1, 3) - a * n / 2
    box = np.array([a * n] * 3 + [0.0] * 3)
    np.testing.assert_allclose(bond_orientational_order(x, box), 0.57452, atol=1e-5)
    # 12 neighbours within 1.2 contact distances.
    radius = 1.2 * a / np.sqrt(2.0)
    expected = 12 / (4 / 3 * np.pi * radius**3)
    np.testing.assert_allclose(local_density(x, box, radius), expected, rtol=1e-6)


def test_bodies_outside_the_box_are_wrapped():
    """A file with unwrapped positions has the structure of one whose positions are in the box."""
    rng = np.random.default_rng(4)
    box = np.array([12.0, 14.0, 13.0, 0.1, -0.2, 0.3])
    inside, _ = wrap(rng.uniform(-7, 7, (150, 3)), lattice_vectors(box))
    far = inside + rng.integers(-3, 4, inside.shape) @ lattice_vectors(box)
    found = []
    for x in (inside, far):
        rdf = RadialDistribution.for_box(box)
        rdf.add(x, box)
        found.append((rdf.counts, local_density(x, box, 3.0), bond_orientational_order(x, box)))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1.0 if a is found[0][0] else 1e-4)
    assert found[0][0].sum() > 5000


def test_nematic_order_of_parallel_and_of_planar_axes():
    """S = 1 for parallel axes; axes even in a plane have eigenvalues 1/4, 1/4, -1/2."""
    assert nematic_order(np.tile([0.6, 0.0, -0.8], (9, 1))) == pytest.approx(1.0)
    t = 2 * np.pi * np.arange(12) / 12
    plane = np.c_[np.cos(t), np.sin(t), 0 * t]
    assert nematic_order(plane) == pytest.approx(0.25, abs=1e-6)


def test_radial_distribution_agrees_with_freud():
    import freud

    rng = np.random.default_rng(3)
    box = np.array([12.0, 14.0, 13.0, 0.1, -0.2, 0.3])
    frames = [rng.uniform(-5, 5, (150, 3)).astype(np.float32) for _ in range(3)]
    ours = RadialDistribution.for_box(box)
    for x in frames:
        ours.add(x, box)
    theirs = freud.density.RDF(bins=len(ours.counts), r_max=float(ours.edges[-1]))
    for x in frames:
        theirs.compute((freud.box.Box(*box), x), reset=False)
    np.testing.assert_allclose(ours.radii, theirs.bin_centers, rtol=1e-5)
    np.testing.assert_allclose(ours.values, theirs.rdf, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("edges", [np.linspace(-6.0, 6.0, 121), np.linspace(0.0, 2.1, 22)])
def test_bins_are_those_of_a_binary_search(edges):
    """Also of values at the edges and next to them, where the quotient is rounded."""
    inner = np.random.default_rng(1).uniform(edges[0], edges[-1], 1000)
    next_to = [np.nextafter(edges[1:], -np.inf), np.nextafter(edges[:-1], np.inf)]
    values = np.concatenate([edges, inner, *next_to])
    expected = np.minimum(np.searchsorted(edges, values, side="right") - 1, len(edges) - 2)
    np.testing.assert_array_equal(structure._bins(values, edges), expected)
