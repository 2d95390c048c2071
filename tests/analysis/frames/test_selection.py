"""Which particles are bodies, by `body` or by type."""

from types import SimpleNamespace

import numpy as np
import pytest

from janus_md.analysis.frames.selection import bodies_among, selection_note
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.common.errors import JanusError
from tests.analysis.worlds import gsd_frame, write_gsd


def particles(body, typeid=None, types=("A", "bead")):
    kinds = np.zeros(len(body), int) if typeid is None else np.array(typeid)
    return SimpleNamespace(body=np.array(body), typeid=kinds, types=list(types))


@pytest.mark.parametrize(
    ("body", "typeid", "bodies"),
    [
        ([-1, -1, -1], None, [0, 1, 2]),
        ([0, 1, 0, 0, 1, 1], [0, 0, 1, 1, 1, 1], [0, 1]),
        ([2, 2, 2, 5, 5, 5], [1, 1, 0, 1, 1, 0], [2, 5]),  # centres behind their constituents
        ([0, -1, 0, -2, -2], [0, 2, 1, 2, 2], [0, 1, 3, 4]),  # floppy bodies are not rigid
    ],
)
def test_centres_and_free_particles(body, typeid, bodies):
    one = particles(body, typeid, ("A", "bead", "free"))
    assert bodies_among(one, None, "here:").tolist() == bodies
    assert selection_note(one, None) is None


@pytest.mark.parametrize(
    "body",
    [
        [*range(10), *range(20, 30)],  # centres of two kinds, made one after the other
        [5, 6, 7, 8],
        [-1, -1, 4, 5],
    ],
)
def test_filtered_centres_keep_their_body_indices(body):
    one = particles(body)
    assert bodies_among(one, None, "here:").tolist() == list(range(len(body)))
    assert f"all {len(body)} count as bodies" in selection_note(one, None)
    assert selection_note(one, ["A"]) is None


@pytest.mark.parametrize(
    ("body", "typeid"),
    [
        ([10, 11, 10, 10, 11, 11], [0, 0, 1, 1, 1, 1]),  # the first ten were not written
        ([0, 0, 0, 0], [0, 0, 0, 0]),  # no rigid body has centre and constituents of one type
        ([0, 0, 1, 1], [0, 1, 0, 1]),  # numbers of bodies, not of particles
    ],
)
def test_ambiguous_body_is_refused_with_types(body, typeid):
    one = particles(body, typeid)
    with pytest.raises(JanusError, match=r"here: .*--types; the file has A, bead") as caught:
        bodies_among(one, None, "here:")
    assert "\n" not in str(caught.value)
    assert bodies_among(one, ["A"], "here:").tolist() == np.flatnonzero(one.typeid == 0).tolist()


def test_two_wires_of_filtered_centres(tmp_path):
    line = 1.6 * np.outer(np.arange(10) - 4.5, [0.0, 0.0, 1.0])
    turned = np.tile([np.cos(0.1), 0.0, 0.0, np.sin(0.1)], (20, 1))
    beside = line + np.array([8.0, 0.0, 0.0])
    frame = gsd_frame(np.vstack([line, beside]), turned, [30.0] * 3 + [0.0] * 3)
    frame.particles.body = [*range(10), *range(20, 30)]
    summary = analyze_file(write_gsd(tmp_path / "centres.gsd", [frame]), tmp_path / "out")
    assert summary["mean_n"]["mean"] == 10.0
    assert "all 20 count as bodies" in summary["notes"][0]
