"""Mass action of chains of one and of two kinds against closed forms."""

import numpy as np
import pytest

from janus_md.analysis.theory.theory import mean_length
from janus_md.model.association.chains import chain_equilibrium


@pytest.mark.parametrize("association", [1e-6, 0.3, 20.0, 4e4, 1e10])
def test_one_kind_is_isodesmic(association):
    """Of one kind, and of two kinds that do not differ (Cates and Candau, 1990)."""
    expected = float(mean_length(association))
    one = chain_equilibrium([[association]], [1.0])
    assert one.mean_length == pytest.approx(expected, rel=1e-9)
    two = chain_equilibrium(np.full((2, 2), association), [0.3, 0.7])
    assert two.mean_length == pytest.approx(expected, rel=1e-9)
    assert two.unlike_share == pytest.approx(2 * 0.3 * 0.7, rel=1e-9)


@pytest.mark.parametrize(("like", "unlike"), [(1.0, 1.0), (3.0, 40.0), (500.0, 1.0), (0.0, 9.0)])
def test_share_of_a_racemate(like, unlike):
    """At equal densities the share is K_RS / (K_RR + K_RS), at any density."""
    for density in (1e-3, 1.0, 1e6):
        found = chain_equilibrium([[like, unlike], [unlike, like]], [density, density])
        assert found.unlike_share == pytest.approx(unlike / (like + unlike), rel=1e-9)
        assert found.mean_length == pytest.approx(
            float(mean_length((like + unlike) * density)), rel=1e-8
        )


def test_mass_action_of_any_mixture():
    """Random constants over twenty orders of magnitude: each equation, and the balance of ends."""
    rng = np.random.default_rng(5)
    for _ in range(200):
        k, rho = 10.0 ** rng.uniform(-10, 10, (2, 2)), 10.0 ** rng.uniform(-6, 0, 2)
        found = chain_equilibrium(k, rho)
        np.testing.assert_allclose(
            found.free_heads * (1.0 + k @ (rho * found.free_tails)), 1.0, rtol=1e-7
        )
        np.testing.assert_allclose(
            found.free_tails * (1.0 + k.T @ (rho * found.free_heads)), 1.0, rtol=1e-7
        )
        chains = rho.sum() - found.bonds.sum()
        assert found.mean_length * chains == pytest.approx(rho.sum(), rel=1e-3, abs=1e-7)


def test_few_bodies_that_bind_strongly_only_to_the_others():
    """Only A to B binds: pairs at most. The quadratic of one reaction A + B = AB."""
    constant, rho = 50.0, np.array([0.2, 1.0])
    found = chain_equilibrium([[0.0, constant], [0.0, 0.0]], rho)
    b = rho.sum() + 1.0 / constant
    pairs = 0.5 * (b - np.sqrt(b * b - 4.0 * rho.prod()))
    assert found.bonds[0, 1] == pytest.approx(pairs, rel=1e-9)
    assert found.mean_length == pytest.approx(rho.sum() / (rho.sum() - pairs), rel=1e-9)


@pytest.mark.parametrize(("constants", "densities"), [([[-1.0]], [1.0]), ([[1.0]], [0.0])])
def test_impossible_mixtures_are_refused(constants, densities):
    with pytest.raises(ValueError, match="densities"):
        chain_equilibrium(constants, densities)
