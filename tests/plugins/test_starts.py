"""docs/starts.md: its templates, and its structure as a file in ``plugins/``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
import rowan

from janus_md.study.sweeps.templates import read_template
from tests.conftest import Result
from tests.plugins.environment import blocks

PAGE = "starts.md"


def test_the_vesicle_of_the_page_is_a_template() -> None:
    points = read_template(blocks(PAGE, "yaml")[0], "vesicle.yaml").points
    assert [point.n_bodies for point in points] == [420, 420]


def test_the_ring_of_the_page(
    janus_md: Callable[..., Result],
    tmp_path: Path,
    engine: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo" / "plugins").mkdir(parents=True)
    (tmp_path / "demo" / "plugins" / "ring.py").write_text(blocks(PAGE, "python")[0])
    (tmp_path / "ring.yaml").write_text(blocks(PAGE, "yaml")[1])
    for command in (["init", "ring.yaml"], ["run", "--engine", engine]):
        done = janus_md(*command, "--directory", "demo")
        assert done.code == 0, done.err
    (job,) = (tmp_path / "demo" / "workspace").iterdir()
    with gsd.hoomd.open(str(job / "init.gsd")) as file:
        x, q = file[0].particles.position, file[0].particles.orientation
    ahead = np.roll(x, -1, axis=0) - x
    np.testing.assert_allclose(np.linalg.norm(ahead, axis=1), 1.65, atol=1e-5)
    axes = rowan.rotate(q, np.array([0.0, 0.0, 1.0]))
    cosine = np.einsum("ij,ij->i", axes, ahead) / 1.65
    np.testing.assert_allclose(cosine, np.cos(np.pi / 12), atol=1e-5)  # a tangent and a chord
    with gsd.hoomd.open(str(job / "trajectory.gsd")) as file:
        assert len(file) == 11
    assert "start.ring.distance" in janus_md_schema(janus_md, monkeypatch, tmp_path / "demo")


def janus_md_schema(janus_md, monkeypatch: pytest.MonkeyPatch, place: Path) -> str:
    """Table of the keys, with the plugins of a workspace."""
    monkeypatch.chdir(place)
    return janus_md("schema", "--table").out
