"""What is measured in a run, held to wires whose structure is known."""

from __future__ import annotations

import numpy as np
import pytest

from janus_md.analysis.pictures.micrograph import Microscope
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.model.pairs.energy import pair_energy
from janus_md.model.rotations import turn_about_z
from janus_md.papers.measures import Measured, Run, measure
from janus_md.papers.measuring.side_distances import (
    SIDE_EDGES,
    most_frequent_distance,
    side_distance,
)
from janus_md.papers.sections.aligned_dipoles import aligned_energy
from janus_md.study.catalogue import catalog
from tests.analysis.worlds import described, gsd_frame, quaternions_along, write_gsd

ACROSS, LENGTH, SPACING, SIDEWAYS, TURN = 6, 10, 1.65, 2.68, 0.4

MOMENT = float(np.linalg.norm(catalog.body("R-1", "bladed").dipole))

STATEPOINT = {
    "particle": None,
    "mixture": {"R-1": 0.5, "S-1": 0.5},
    "relative_permittivity": 1.0,
    "n_bodies": ACROSS * ACROSS * LENGTH,
    "protocol": {"time_step_ps": 0.1},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A square lattice of straight wires, every other one upside down, R and S in turn."""
    folder = tmp_path_factory.mktemp("lattice")
    x, y, z = (one.ravel() for one in np.mgrid[:ACROSS, :ACROSS, :LENGTH])
    up = np.where((x + y) % 2, -1.0, 1.0)
    box = [ACROSS * SIDEWAYS, ACROSS * SIDEWAYS, LENGTH * SPACING + 4.0, 0, 0, 0]
    positions = np.stack([x * SIDEWAYS, y * SIDEWAYS, z * SPACING], axis=1) - 0.5 * np.array(
        box[:3]
    )
    axes = np.stack([0 * up, 0 * up, up], axis=1)
    # Along its own dipole each body is turned by TURN against the one before.
    orientations = quaternions_along(axes, TURN * np.where(up > 0, z, LENGTH - z))
    about = described({"R-1": "R", "S-1": "S"}, distance=2.4, symmetry=3, model="bladed")
    frames = [
        gsd_frame(
            positions,
            orientations,
            box,
            step=200 * k,
            types=["R-1", "S-1"],
            typeid=z % 2,
            about=about if k == 0 else None,
        )
        for k in range(6)
    ]
    path = write_gsd(folder / "trajectory.gsd", frames)
    document = {"analysis": analyze_file(path, folder)}
    return Run("lattice", STATEPOINT, folder, document)


def test_the_averages_of_the_job_know_the_order_in_the_wires(run: Run) -> None:
    """R and S in turn, each turned by 0.4 rad against the one before; straight wires."""
    found = run.document["analysis"]
    assert found["opposite_bonds"]["mean"] == 1.0
    assert found["turn_deg"]["mean"] == pytest.approx(np.rad2deg(TURN), abs=1e-3)
    assert found["turn_deg"]["period"] == 120.0
    assert found["handedness"]["mean"] == pytest.approx(np.sin(3.0 * TURN), abs=1e-4)
    assert found["bond_cosine"]["mean"] == pytest.approx(1.0, abs=1e-6)


@pytest.fixture(scope="module")
def measured(run: Run) -> Measured:
    return measure(run)


def test_a_lattice_of_wires_gives_its_own_numbers(measured: Measured) -> None:
    expected = {
        "share_single": 0.0,
        "share_in_wires": 1.0,
        "mean_n": LENGTH,
        "mean_w": LENGTH,
        "bond_nm": SPACING,
        "opposite_bonds": 1.0,
        "turn_deg": np.degrees(TURN),
        # straight wires of aligned dipoles; neighbours in other wires are beyond 2.4 nm
        "bond_dipole_energy": aligned_energy(MOMENT, SPACING),
        "bond_aligned_energy": aligned_energy(MOMENT, SPACING),
        "shell_nm": SPACING,
        # every body has four such neighbours, each contact has two bodies
        "side_contacts": 2.0,
    }
    for name, value in expected.items():
        assert measured.values[name][0] == pytest.approx(value, abs=1e-4), name
    # wires that stand upright, seen from above: the lattice, to the size of a pixel
    assert measured.values["micrograph_nm"][0] == pytest.approx(SIDEWAYS, abs=Microscope.pixel_nm)
    side, error = measured.values["side_nm"]
    assert error is None  # two frames are too few for blocks
    assert side == pytest.approx(SIDEWAYS, abs=SIDE_EDGES[1] - SIDE_EDGES[0])


def test_the_energy_of_a_bond_is_that_of_its_two_bodies(measured: Measured) -> None:
    first, second = (catalog.body(name, "bladed") for name in ("R-1", "S-1"))
    alone = [
        pair_energy(a, b, [0.0, 0.0, SPACING], orientation_b=turn_about_z(TURN))[0]
        for a, b in ((first, second), (second, first))
    ]
    # five bonds of nine begin with R, in wires that stand upright; S leads in the others
    half = (LENGTH // 2 * alone[0] + (LENGTH // 2 - 1) * alone[1]) / (LENGTH - 1)
    other = (LENGTH // 2 * alone[1] + (LENGTH // 2 - 1) * alone[0]) / (LENGTH - 1)
    found, _ = measured.values["bond_energy"]
    assert found == pytest.approx(0.5 * (half + other), rel=1e-4)


def test_the_order_of_hands_is_known_over_the_whole_run(run: Run, measured: Measured) -> None:
    assert measured.opposite.tolist() == [1.0] * 6
    assert measured.time_ns.tolist() == pytest.approx([0.02 * k for k in range(6)])
    assert run.shares == {"R-1": 0.5, "S-1": 0.5}


def test_the_most_frequent_distance_is_that_of_a_density() -> None:
    middle = 0.5 * (SIDE_EDGES[1:] + SIDE_EDGES[:-1])
    shell = 1.0 + 2.0 * np.exp(-(((middle - 2.68) / 0.2) ** 2) / 2.0)
    # in counts, r^2 hides the peak: the largest are at the far end
    counts = shell * middle**2
    assert np.argmax(counts) == len(counts) - 1
    assert most_frequent_distance(counts) == pytest.approx(2.68, abs=0.02)
    assert most_frequent_distance(0.0 * counts) is None


def test_the_error_of_the_most_frequent_distance_is_that_of_its_scatter() -> None:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(20):
        frames = [rng.normal(3.0, 0.3, 400) for _ in range(20)]
        found.append(side_distance(frames))
    means = np.array([mean for mean, _ in found], float)
    errors = np.array([error for _, error in found], float)
    spread = means.std(ddof=1)
    # a normal distribution over r^2 peaks where r = 3 - 2 * 0.3**2 / r
    assert abs(means.mean() - 2.94) < 4.0 * spread / 20**0.5 + 0.01
    # blocks hold a quarter of the data, so that tops of them scatter at least as widely
    assert 0.5 * spread < np.sqrt(np.mean(errors**2)) < 3.0 * spread
