"""The picture of a last frame: colours by kind, depth, aggregates left out, size of the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from janus_md.analysis.pictures.beads import draw_beads
from janus_md.analysis.pictures.figures.styles import COLOURS
from janus_md.analysis.pictures.snapshot import view
from janus_md.common.errors import JanusError
from janus_md.simulation.files import trajectory
from janus_md.simulation.start.first_state import build
from janus_md.study.resolve import completed, resolve
from tests.analysis.amphiphiles import amphiphile
from tests.analysis.worlds import gsd_frame, quaternions_along, write_gsd

BOX = [40.0, 40.0, 40.0, 0.0, 0.0, 0.0]


def drawn(tmp_path: Path, positions, axes, least: int = 1) -> np.ndarray:
    """RGB of the picture, shape (rows, columns, 3)."""
    setup = amphiphile()
    frame = gsd_frame(positions, quaternions_along(axes), BOX, types=("am",), about=setup)
    picture = tmp_path / "picture.png"
    draw_beads(write_gsd(tmp_path / "trajectory.gsd", [frame]), picture, least)
    assert picture.stat().st_size < 60_000
    return np.asarray(Image.open(picture).convert("RGB"))


def test_the_bead_that_is_nearest_to_the_reader_covers_the_other(tmp_path: Path) -> None:
    towards = view()[:, 2]  # from the page to the reader, in the laboratory
    positions = np.array([[0.0, 0.0, 0.0]])
    front = drawn(tmp_path, positions, towards[None])
    back = drawn(tmp_path, positions, -towards[None])
    middle = front.shape[0] // 2
    red, _, blue = front[middle, middle].tolist()
    assert red > blue  # A, the attractive bead, is orange
    red, _, blue = back[middle, middle].tolist()
    assert blue > red  # J, the head, is blue


def test_from_the_side_z_is_up_and_bodies_are_where_the_box_has_them(tmp_path: Path) -> None:
    """A body that points up, low at the right, and one that points down, high at the left."""
    setup = amphiphile()
    positions = np.array([[15.0, 0.0, -15.0], [-15.0, 0.0, 15.0]])
    axes = quaternions_along(np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]))
    frame = gsd_frame(positions, axes, BOX, types=("am",), about=setup)
    picture = tmp_path / "picture.png"
    draw_beads(write_gsd(tmp_path / "trajectory.gsd", [frame]), picture, side=True)
    image = np.asarray(Image.open(picture).convert("RGB"), float)
    middle = image.shape[0] // 2
    right, left = image[middle:, middle:], image[:middle, :middle]
    for corner, sign in ((right, 1.0), (left, -1.0)):
        redness = np.where(np.ptp(corner, axis=2) > 30.0, corner[..., 0] - corner[..., 2], 0.0)
        orange, blue = (np.nonzero(mask)[0] for mask in (redness > 0.0, redness < 0.0))
        assert sign * (blue.mean() - orange.mean()) > 3.0  # A is orange; rows count from the top
    assert image[:middle, middle:].min() == 255.0


def test_nanoclusters_have_a_colour_for_each_half(tmp_path: Path) -> None:
    """A single sphere that points up: the upper half is blue, the lower one orange."""
    point = completed(
        {
            "particle": "R-Au-Cu", "n_bodies": 2, "volume_fraction": 0.001,
            "relative_permittivity": 1.0, "protocol": {"produce_ns": 1.0},
        }
    )  # fmt: skip
    system, path = build(point), tmp_path / "trajectory.gsd"
    system.positions[:] = [[0.0, 0.0, 0.0], [30.0, 0.0, 0.0]]
    system.orientations[:] = [1.0, 0.0, 0.0, 0.0]
    with trajectory.GsdWriter(path) as file:
        file.append(trajectory.frame_of(system, 0, resolve(point), 0.0))
    picture = tmp_path / "picture.png"
    draw_beads(path, picture, side=True, width=10.0)
    image = np.asarray(Image.open(picture).convert("RGB"), float)
    middle, column = image.shape[0] // 2, image.shape[1] // 2
    upper, lower = image[middle // 2, column], image[middle + middle // 2, column]
    assert upper[2] > upper[0] + 30.0
    assert lower[0] > lower[2] + 30.0
    assert (image.min(axis=2) < 250.0).mean() == pytest.approx(np.pi / 4, abs=0.05)


def test_small_aggregates_are_left_out(tmp_path: Path) -> None:
    """A pair with touching A beads, and a single body far away."""
    positions = np.array([[0.0, 0.0, -1.5], [0.0, 0.0, 1.5], [15.0, 0.0, 0.0]])
    axes = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [0.0, 0.0, 1.0]])
    every = drawn(tmp_path, positions, axes)
    pair = drawn(tmp_path, positions, axes, least=2)
    shares = [float((image.min(axis=2) < 250).mean()) for image in (every, pair)]
    assert shares[1] > 3.0 * shares[0]  # the pair fills the picture
    with pytest.raises(JanusError, match="no aggregate of 3 bodies"):
        drawn(tmp_path, positions, axes, least=3)


def test_an_aggregate_across_the_border_is_drawn_in_one_piece(tmp_path: Path) -> None:
    inside = np.array([[0.0, 0.0, -1.5], [0.0, 0.0, 1.5]])
    axes = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    across = inside + np.array([0.0, 0.0, 20.0])
    across[1, 2] -= 40.0
    one, other = drawn(tmp_path, inside, axes), drawn(tmp_path, across, axes)
    shares = [float((image.min(axis=2) < 250).mean()) for image in (one, other)]
    assert shares[1] == pytest.approx(shares[0], rel=0.05)  # two pieces would be drawn smaller


def test_files_that_do_not_describe_their_bodies_are_refused(tmp_path: Path) -> None:
    frame = gsd_frame([[0.0, 0.0, 0.0]], [[0.0, 1.0, 0.0, 0.0]], BOX)
    path = write_gsd(tmp_path / "foreign.gsd", [frame])
    with pytest.raises(JanusError, match="does not describe its bodies"):
        draw_beads(path, tmp_path / "picture.png")
    assert not (tmp_path / "picture.png").exists()


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
        draw_beads(vesicle, out, cut=cut)
        heads, tails = hues(out)
        share[cut] = tails.sum() / (heads | tails).sum()
        # in one piece, the vesicle is a disc that fills the picture
        filled = (heads | tails).mean()
        assert filled == pytest.approx(np.pi / 4, abs=0.1)
        assert out.stat().st_size < 60_000
    assert share[True] > 2.0 * share[False]
