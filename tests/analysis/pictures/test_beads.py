"""Pictures of all beads: kinds in their colours, bodies whole, and a cut through the middle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from janus_md.analysis.pictures.beads import draw_beads
from janus_md.analysis.pictures.snapshot import balls, last_frame
from janus_md.analysis.pictures.styles import COLOURS
from janus_md.simulation.files import trajectory
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import completed, resolve


@pytest.fixture(scope="module")
def vesicle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trajectory of one frame: a vesicle in the corner of its box."""
    point = completed(
        {
            "particle": "amphiphile-d40-s95",
            "number_density": 0.009,
            "start": {"kind": "prebuilt", "structure": "vesicle"},
        }
    )
    system, path = build(point), tmp_path_factory.mktemp("vesicle") / "trajectory.gsd"
    edge = system.box[0]
    system.positions[:] = np.mod(system.positions, edge) - 0.5 * edge
    with trajectory.GsdWriter(path) as file:
        file.append(trajectory.frame_of(system, 0, resolve(point), 0.0))
    return path


def hues(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the pixels whose colour is nearest to that of heads and of tails."""
    image = np.asarray(Image.open(path).convert("RGB"), float) / 255.0
    coloured = np.ptp(image, axis=2) > 0.15
    unit = image - image.mean(axis=2, keepdims=True)
    palette = np.array([to_rgb(one) for one in COLOURS[:2]])
    palette -= palette.mean(axis=1, keepdims=True)
    nearer = unit @ palette[0] > unit @ palette[1]
    return coloured & nearer, coloured & ~nearer


def test_a_whole_vesicle_shows_heads_and_a_cut_one_its_tails(vesicle: Path, tmp_path: Path) -> None:
    share = {}
    for cut in (False, True):
        out = tmp_path / f"{cut}.png"
        draw_beads([("vesicle", vesicle)], out, cut=cut)
        heads, tails = hues(out)
        share[cut] = tails.sum() / (heads | tails).sum()
        # The vesicle is in one piece in the middle: 22.1 nm of a picture of about 38 nm and more.
        rows, columns = np.nonzero(heads | tails)
        middle = np.array([rows.mean(), columns.mean()]) / heads.shape
        np.testing.assert_allclose(middle, 0.5, atol=0.06)
        assert np.ptp(columns) < 0.65 * heads.shape[1]
        assert out.stat().st_size < 60_000
    assert share[True] > 2.0 * share[False]


@pytest.mark.parametrize(("particle", "radius"), [("J6", 1.25 * 0.5), ("amphiphile", 0.65)])
def test_beads_that_only_touch_the_surface_of_a_larger_one_are_drawn_larger(
    tmp_path: Path, particle: str, radius: float
) -> None:
    """The A beads of J6 are inside its ball; that of the amphiphile stands out and is unchanged."""
    point = completed({"particle": particle, "n_bodies": 20, "number_density": 0.005})
    path = tmp_path / "trajectory.gsd"
    with trajectory.GsdWriter(path) as file:
        file.append(trajectory.frame_of(build(point), 0, resolve(point), 0.0))
    drawn = balls(last_frame(path), np.arange(20))
    assert drawn.radius[drawn.attractive] == pytest.approx(radius)
    assert drawn.radius[~drawn.attractive] == pytest.approx(1.0)
