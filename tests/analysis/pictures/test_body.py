"""Small pictures of bodies: colours of halves, of hidden patches and of charges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.image import imread

from janus_md.analysis.pictures.body import SMALL, draw_small
from janus_md.model.beads import body_of_beads
from janus_md.model.body import RigidBody

Bead = tuple[str, tuple[float, float, float]]


def picture(path: Path, body: RigidBody) -> tuple[np.ndarray, np.ndarray]:
    """Orange and blue pixels, from the top row."""
    draw_small(body, path / "a.png")
    image = imread(path / "a.png")[..., :3]
    assert image.shape == (SMALL, SMALL, 3)
    red, blue = image[..., 0], image[..., 2]
    return red > blue + 0.2, blue > red + 0.2


def test_halves_have_their_colours_and_a_is_on_top(tmp_path: Path) -> None:
    beads: list[Bead] = [("B", (0.0, 0.0, 0.0)), ("A", (0.0, 0.0, 2.0))]
    body = body_of_beads("any", beads, {"A": 2.0, "B": 2.0}, {}, 1.0)
    orange, blue = picture(tmp_path, body)
    rows = np.arange(SMALL)
    assert rows[orange.any(axis=1)].mean() < SMALL / 2 < rows[blue.any(axis=1)].mean()
    # two discs of one size, of which the nearer one hides little of the other
    area = np.pi * (SMALL / (2 * 1.08 * body.reach)) ** 2
    assert 0.8 * area < orange.sum() <= 1.05 * area
    assert 0.8 * area < blue.sum() <= 1.05 * area


def test_beads_inside_a_ball_are_patches_on_it(tmp_path: Path) -> None:
    beads: list[Bead] = [("J", (0.0, 0.0, 0.0)), ("A", (0.0, -0.5, 0.0))]
    diameters = {"J": 2.0, "A": 1.0}
    body = body_of_beads("any", beads, diameters, {}, 1.0)
    orange, blue = picture(tmp_path, body)
    assert 0.05 < orange.sum() / blue.sum() < 0.5
    deep = body_of_beads("any", [beads[0], ("A", (0.0, -0.2, 0.0))], diameters, {}, 1.0)
    assert not picture(tmp_path, deep)[0].any()  # it does not touch the surface


def test_charges_of_one_kind_have_the_colours_of_their_signs(tmp_path: Path) -> None:
    from janus_md.study.catalogue import catalog

    orange, blue = picture(tmp_path, catalog.body("R-Au-Cu", "bladed"))
    rows = np.arange(SMALL)
    assert rows[orange.any(axis=1)].mean() < rows[blue.any(axis=1)].mean()
