"""Two-bead amphiphiles: lowest energies of small clusters, and two bodies in a periodic box.

Bead A of diameter 1.3 nm stands 0.8 nm from the centre of a head J of 2 nm. The reference energies
of clusters are those of a search with basin hopping; the mean energy in the box follows from the
second virial coefficient.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.optimize import minimize

from janus_md.engines.base import CPU, Engine
from janus_md.model.dynamics import Bath
from janus_md.model.interactions.term import TERMS
from janus_md.model.pairs.virial import second_virial
from janus_md.model.setup import Setup
from janus_md.model.system import System
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint

KT = 2.478957  # kJ/mol at 298.15 K
GROUND_STATES = {
    2: -5.315118,
    3: -15.945353,
    4: -31.890706,
    5: -47.836059,
    7: -84.906042,
    8: -100.523194,
}
"""Energy of the best cluster of N bodies at epsilon 6 kT, kT; the last one is the best found."""

PAIR_IN_BOX = -0.80883
"""Mean energy of two bodies in a periodic cube of 8 nm at epsilon 5 kT, kT."""

TAU = 69.575
"""Diameter of the head over its thermal velocity, ps."""


def setup(epsilon: float) -> Setup:
    """Amphiphiles whose A beads attract each other with this energy in kT."""
    return resolve(
        StatePoint.of(
            {
                "particle": "amphiphile",
                "n_bodies": 64,
                "number_density": 0.00625,
                "interactions": {"A-A": {"attraction": {"epsilon": epsilon * KT}}},
            }
        )
    )


class Cluster:
    """Energy of a few bodies from the closed form of each row, and its gradient."""

    def __init__(self, of: Setup, n: int) -> None:
        (self.body,), self.n = of.bodies, n
        self.along = self.body.positions[:, 2]
        self.types = self.body.types
        self.pairs = of.interactions.pairs
        self.i, self.j = np.triu_indices(n, 1)

    def energy(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Energy, kJ/mol, and its gradient; values are centres and axes, which have any length."""
        x, v = values.reshape(2, self.n, 3)
        length = np.linalg.norm(v, axis=1, keepdims=True)
        u = v / length
        total, by_x, by_u = 0.0, np.zeros_like(x), np.zeros_like(u)
        for a, z_a in zip(self.types, self.along, strict=True):
            for b, z_b in zip(self.types, self.along, strict=True):
                r = (x + z_b * u)[self.j] - (x + z_a * u)[self.i]
                r2 = np.einsum("ij,ij->i", r, r)
                for row in self.pairs[min(a, b), max(a, b)]:
                    given = row.parameters
                    cut, term = given.pop("cutoff"), TERMS.get(row.form)
                    near = r2 < cut**2
                    shift = term.energy(np.array([cut**2]), **given)[0]
                    total += float(np.sum(term.energy(r2[near], **given) - shift))
                    push = term.force_over_distance(r2[near], **given)[:, None] * r[near]
                    np.add.at(by_x, self.j[near], -push)
                    np.add.at(by_x, self.i[near], push)
                    np.add.at(by_u, self.j[near], -z_b * push)
                    np.add.at(by_u, self.i[near], z_a * push)
        by_v = (by_u - u * np.einsum("ij,ij->i", by_u, u)[:, None]) / length
        return total, np.concatenate([by_x, by_v]).ravel()

    def lowest(self, starts: int, seed: int = 1) -> tuple[float, np.ndarray]:
        """Lowest minimum reached from compact random starts, with heads outwards."""
        rng, best = np.random.default_rng(seed), (np.inf, np.zeros(0))
        for _ in range(starts):
            out = rng.normal(size=(self.n, 3))
            out /= np.linalg.norm(out, axis=1, keepdims=True)
            start = np.concatenate([(1.2 + 0.25 * self.n**0.5) * out, -out]).ravel()
            found = minimize(
                self.energy, start, jac=True, method="L-BFGS-B",
                options={"maxiter": 3000, "maxfun": 6000, "ftol": 1e-15, "gtol": 1e-9},
            )  # fmt: skip
            best = min(best, (float(found.fun), found.x), key=lambda one: one[0])
        return best


def upright(axes: np.ndarray) -> np.ndarray:
    """Orientations that turn +z to these unit vectors, shape (N, 4)."""
    half = np.stack([1.0 + axes[:, 2], -axes[:, 1], axes[:, 0], np.zeros(len(axes))], axis=1)
    return half / np.linalg.norm(half, axis=1, keepdims=True)


def system(of: Setup, length: float, x: np.ndarray, u: np.ndarray) -> System:
    return System(
        bodies=of.bodies,
        kinds=np.zeros(len(x), np.int32),
        box=np.array([length, length, length, 0, 0, 0]),
        positions=x,
        orientations=upright(u / np.linalg.norm(u, axis=1, keepdims=True)),
        interactions=of.interactions,
    )


@cache
def lowest(n: int) -> tuple[float, np.ndarray]:
    """Lowest energy found for n bodies at 6 kT, kJ/mol, with centres and axes."""
    return Cluster(setup(6.0), n).lowest(starts=20 if n < 8 else 60)


@pytest.mark.xdist_group("ground states of amphiphiles")
@pytest.mark.parametrize("n", GROUND_STATES)
def test_lowest_energy_of_a_cluster(report_check, engine: Engine, n: int) -> None:
    of = setup(6.0)
    energy, values = lowest(n)
    x, u = values.reshape(2, n, 3)
    x = x - x.mean(axis=0)
    found = engine.energies_and_forces(system(of, 30.0, x, u))
    report_check(
        f"{n} two-bead amphiphiles at 6 kT, lowest energy / kT",
        reference=GROUND_STATES[n],
        source="basin hopping",
        ours=found.energy / KT,
        engine=engine.name,
    )
    assert found.energy == pytest.approx(energy, rel=1e-9)
    assert found.energy / KT == pytest.approx(GROUND_STATES[n], abs=2e-6)
    np.testing.assert_allclose(found.forces, 0.0, atol=2e-3)


def mean_energy_in_box(of: Setup, length: float) -> float:
    """Mean energy of two bodies in a periodic cube that is wider than twice their range, kT.

    The configuration integral over the relative position is V - 2 B2, and the mean energy is minus
    its logarithmic derivative by 1/kT.
    """
    (body,) = of.bodies
    step, kelvin = 2e-3, 298.15
    low, middle, high = (
        second_virial(body, body, kelvin / s, pairs=of.interactions.pairs, accuracy=1e-6).value
        for s in (1 - step, 1.0, 1 + step)
    )
    return 2.0 * (high - low) / (2.0 * step) / (length**3 - 2.0 * middle)


@pytest.mark.slow
def test_mean_energy_of_two_bodies_in_a_box_by_quadrature() -> None:
    assert mean_energy_in_box(setup(5.0), 8.0) == pytest.approx(PAIR_IN_BOX, abs=5e-5)


@pytest.mark.slow
def test_two_bodies_in_a_box(report_check, engine: Engine) -> None:
    of = setup(5.0)
    (body,) = of.bodies
    means = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        start = system(of, 8.0, np.array([[0, 0, -2.0], [0, 0, 2.0]]), rng.normal(size=(2, 3)))
        rates = np.full(1, body.mass / TAU), np.array([body.inertia / TAU])
        run = engine.start(
            start, Bath(KT, "langevin", *rates), 0.348, None, seed=seed + 1, device=CPU
        )
        energies = []
        for _ in range(20_000):
            run.advance(40)
            energies.append(run.potential_energy())
        run.close()
        means.append(np.mean(energies[200:]) / KT)
    mean, error = np.mean(means), np.std(means, ddof=1) / np.sqrt(len(means))
    report_check(
        "two two-bead amphiphiles in a cube of 8 nm at 5 kT, mean energy / kT",
        reference=PAIR_IN_BOX,
        source="quadrature",
        ours=mean,
        error=error,
        engine=engine.name,
    )
    assert error < 0.04
    assert mean == pytest.approx(PAIR_IN_BOX, abs=3.5 * error)
