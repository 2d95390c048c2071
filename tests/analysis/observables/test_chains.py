"""Averages over the bonds of wires: turn, handedness, R and S, persistence length."""

import json

import numpy as np
import pandas as pd
import pytest

from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.series.chains import persistence
from tests.analysis.worlds import described, gsd_frame, quaternions_along, write_gsd

SPACING = 1.65


def wires(directions, kinds, turn, path, frames=6):
    """Write a file with one wire along these bonds; each body is turned against the last one.

    `directions` has the bonds of each frame, shape (frames, bonds, 3).
    """
    about = described({"R-1": "R", "S-1": "S"}, distance=2.4, symmetry=3, model="bladed")
    written = []
    for k, bonds in enumerate(directions):
        x = SPACING * np.concatenate([np.zeros((1, 3)), np.cumsum(bonds, axis=0)])
        axes = np.concatenate([bonds[:1], bonds])
        orientations = quaternions_along(axes, turn * np.arange(len(x)))
        box = [2.0 * np.ptp(x) + 40.0] * 3 + [0.0] * 3
        written.append(
            gsd_frame(
                x - x.mean(axis=0),
                orientations,
                box,
                step=200 * k,
                types=["R-1", "S-1"],
                typeid=np.asarray(kinds),
                about=about if k == 0 else None,
            )
        )
    return write_gsd(path, written)


def straight(bodies):
    return np.tile([0.0, 0.0, 1.0], (6, bodies - 1, 1))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_turn_and_handedness_change_sign_under_reflection(tmp_path, sign):
    """A turn by 0.3 rad of threefold bodies, and its mirror image."""
    path = wires(straight(8), [0] * 8, 0.3 * sign, tmp_path / "a.gsd")
    found = analyze_file(path, tmp_path / "out")
    assert found["turn_deg"]["mean"] == pytest.approx(np.rad2deg(0.3 * sign) % 120.0, abs=1e-3)
    assert found["handedness"]["mean"] == pytest.approx(sign * np.sin(0.9), abs=1e-4)
    frames = pd.read_parquet(tmp_path / "out" / "frames.parquet")
    assert frames["turn_deg"].to_numpy() == pytest.approx(found["turn_deg"]["mean"], abs=1e-3)


@pytest.mark.parametrize(
    ("kinds", "share"), [("RSRSRSRS", 1.0), ("RRRRSSSS", 1.0 / 7.0), ("RRRRRRRR", 0.0)]
)
def test_share_of_bonds_between_hands(tmp_path, kinds, share):
    path = wires(straight(8), ["RS".index(one) for one in kinds], 0.3, tmp_path / "a.gsd")
    found = analyze_file(path, tmp_path / "out")
    assert found["opposite_bonds"] == {"mean": pytest.approx(share), "error": pytest.approx(0.0)}


def test_persistence_length_of_an_arc(tmp_path):
    """Bonds at 10 degrees to each other: -b / ln cos 10 degrees = 107.8 nm."""
    angles = np.deg2rad(10.0) * np.arange(11)
    arc = np.stack([np.sin(angles), 0.0 * angles, np.cos(angles)], axis=1)
    path = wires(np.tile(arc, (6, 1, 1)), [0] * 12, 0.3, tmp_path / "a.gsd")
    found = analyze_file(path, tmp_path / "out")
    assert found["bond_cosine"]["mean"] == pytest.approx(np.cos(np.deg2rad(10.0)), abs=1e-5)
    exact = -SPACING / np.log(np.cos(np.deg2rad(10.0)))
    assert found["persistence_nm"]["mean"] == pytest.approx(exact, rel=1e-3)
    json.dumps(found, allow_nan=False)


def test_persistence_length_of_a_worm_like_chain(tmp_path):
    """Random bends with a mean cosine of exp(-b / P) (Kratky and Porod, 1949), P = 30 nm."""
    rng = np.random.default_rng(8)
    exact = 30.0
    chains = []
    for _ in range(90):
        bonds = [np.array([0.0, 0.0, 1.0])]
        for _ in range(19):
            # exponential in 1 - cos, of mean 1 - exp(-b / P)
            cosine = 1.0 - min(rng.exponential(1.0 - np.exp(-SPACING / exact)), 0.3)
            side = np.cross(bonds[-1], rng.normal(size=3))
            side /= np.linalg.norm(side)
            bonds.append(cosine * bonds[-1] + np.sqrt(1.0 - cosine**2) * side)
        chains.append(bonds)
    path = wires(np.array(chains), [0] * 21, 0.3, tmp_path / "a.gsd")
    found = analyze_file(path, tmp_path / "out")["persistence_nm"]
    assert abs(found["mean"] - exact) < 4.0 * found["error"]
    # the relative error of P is that of the mean of 30 frames with 19 exponential values each
    assert found["error"] == pytest.approx(exact / np.sqrt(30 * 19), rel=0.6)


def test_persistence_of_averages():
    """Error propagation against finite differences."""
    bond, cosine = {"mean": 1.6, "error": 0.02}, {"mean": 0.9, "error": 0.01}
    found = persistence(bond, cosine)
    of_c = (-1.6 / np.log(0.9005) + 1.6 / np.log(0.8995)) / 0.001 * 0.01
    of_b = -0.02 / np.log(0.9)
    assert found["error"] == pytest.approx(np.hypot(of_c, of_b), rel=1e-4)
    nothing = {"mean": None, "error": None}
    for undefined in (1.0, 0.0, -0.2, None):
        assert persistence(bond, {"mean": undefined, "error": 0.1}) == nothing
