"""All sites of a frame for OVITO, and the picture of a frame."""

from __future__ import annotations

from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
from PIL import Image

from janus_md.analysis.pictures.sites import export_ovito, read_context
from janus_md.common.errors import JanusError
from tests.analysis.amphiphiles import amphiphile
from tests.analysis.worlds import gsd_frame, quaternions_along, write_gsd

BOX = [40.0, 40.0, 40.0, 0.0, 0.0, 0.0]


def written(folder: Path) -> Path:
    """Two amphiphiles along x and -z, far apart."""
    positions = np.array([[0.0, 0.0, 0.0], [12.0, 0.0, 0.0]])
    axes = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    frame = gsd_frame(positions, quaternions_along(axes), BOX, types=("am",), about=amphiphile())
    return write_gsd(folder / "trajectory.gsd", [frame])


def test_exported_sites_are_those_of_the_turned_bodies(tmp_path: Path) -> None:
    assert export_ovito(written(tmp_path), tmp_path / "all.gsd") == 1
    with gsd.hoomd.open(tmp_path / "all.gsd") as file:
        frame = file[0]
    body = amphiphile().body("am")
    assert body is not None
    along = body.positions[:, 2]
    assert np.allclose(body.positions[:, :2], 0.0)  # so that the axis alone places the sites
    owner, half = frame.particles.body, frame.log["particles/half"]
    first = frame.particles.position[(owner == 0) & (half > 0)]
    second = frame.particles.position[(owner == 1) & (half > 0)]
    np.testing.assert_allclose(first[:, 0], along, atol=1e-5)
    np.testing.assert_allclose(second[:, 2], -along, atol=1e-5)
    assert set(half) == {0, *range(1, 1 + len(set(body.types)))}
    assert len(set(frame.log["particles/wire"][owner == 0])) == 1
    assert frame.log["particles/wire_length"].tolist() == [1] * frame.particles.N


def test_ovito_shows_the_properties(tmp_path: Path) -> None:
    io = pytest.importorskip("ovito.io", reason="ovito is not installed")
    export_ovito(written(tmp_path), tmp_path / "all.gsd")
    particles = io.import_file(str(tmp_path / "all.gsd")).compute().particles
    names = {name.rpartition("/")[2] for name in particles.keys()}  # noqa: SIM118
    assert {"wire", "wire_length", "hand", "half"} <= names


def test_a_frame_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JanusError, match=r"--frame: 1 is not in .* -1 to 0"):
        read_context(written(tmp_path), 1)


def test_a_picture_has_the_colours_of_both_halves(tmp_path: Path) -> None:
    pytest.importorskip("pyvista", reason="PyVista is not installed")
    from janus_md.analysis.pictures.render import PIXELS, render

    render(read_context(written(tmp_path), 0), tmp_path / "view.png")
    image = np.asarray(Image.open(tmp_path / "view.png").convert("RGB")).astype(int)
    assert image.shape == (PIXELS, PIXELS, 3)
    red, blue = image[..., 0], image[..., 2]
    assert (blue - red > 60).sum() > 50  # the first half is blue
    assert (red - blue > 60).sum() > 50  # the second is orange
