"""docs/gallery.md agrees with the catalogue, and every particle has a small picture."""

from __future__ import annotations

import numpy as np

from janus_md.study.catalogue import catalog
from tests.docs.gallery import PAGE, PICTURES, page


def test_the_page_is_that_of_the_catalogue() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text), "run: python -m tests.docs.gallery"


def test_every_particle_has_a_small_picture_in_colour() -> None:
    from matplotlib.image import imread

    files = {path.stem: path for path in PICTURES.glob("*.png")}
    assert sorted(files) == catalog.names(), "run: python -m tests.docs.gallery"
    for path in files.values():
        assert path.stat().st_size < 20_000
        picture = imread(path)[..., :3]
        drawn = picture.min(axis=2) < 0.95
        assert drawn.mean() > 0.08  # a thin rod covers least
        assert not drawn[:, 0].any()  # nothing is cut off
        assert not drawn[:, -1].any()
        assert np.ptp(picture[drawn], axis=1).max() > 0.3 or path.stem == "raspberry_core"
