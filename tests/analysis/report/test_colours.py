"""A state point has one colour in all figures of a report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from janus_md.analysis.report.gallery import FIGURES
from janus_md.analysis.report.material import Material
from janus_md.analysis.sweep.groups import group_jobs
from janus_md.analysis.sweep.tables import read_job
from tests.analysis.report.test_page import job

PERMITTIVITIES = (1.0, 1.5, 2.0)
CURVES = ("growth", "lengths", "scattering", "rdf")
TITLED = ("snapshots", "snapshots_by_wire", "micrograph", "structure")


@pytest.fixture(scope="module")
def material(tmp_path_factory) -> Material:
    folder = tmp_path_factory.mktemp("colours")
    rows = [
        job(folder, name, length, relative_permittivity=value)
        for name, length, value in zip("abc", (6, 4, 3), PERMITTIVITIES, strict=True)
    ]
    folders = {name: folder / name for name in "abc"}
    groups = group_jobs(pd.DataFrame(rows))
    tables = {name: read_job(folders[name], 0.1) for name in "abc"}
    tables = {  # bodies that are single, beside the wires
        name: replace(one, lengths=np.append(one.lengths, np.ones(5, dtype=int)))
        for name, one in tables.items()
    }
    return Material(groups, groups, tables, folders, 60.0)


def colours_of_curves(figure) -> dict[str, str]:
    return {
        line.get_label(): to_hex(line.get_color())
        for axes in figure.axes
        for line in axes.lines
        if line.get_label().startswith("ε")
    }


def test_curves_points_and_titles_agree(material):
    expected = {f"ε {value:g}": to_hex(material.styles.colour(f"ε {value:g}"))
                for value in PERMITTIVITIES}  # fmt: skip
    assert len(set(expected.values())) == 3
    for name in CURVES:
        assert colours_of_curves(FIGURES[name].draw(material)) == expected, name
    found = {}
    for container in FIGURES["sweep"].draw(material).axes[0].containers:
        (x,), line = container.lines[0].get_xdata(), container.lines[0]
        found[f"ε {x:g}"] = to_hex(line.get_color())
    assert found == expected
    for name in TITLED:
        titles = [axes.title for axes in FIGURES[name].draw(material).axes if axes.get_title()]
        edges = {one.get_text().split("\n")[0]: to_hex(one.get_bbox_patch().get_edgecolor())
                 for one in titles}  # fmt: skip
        assert edges == {label: expected[label] for label in edges}, name
        assert len(edges) == (3 if name.startswith("snapshots") else 2)


def test_colours_do_not_depend_on_which_state_points_a_figure_shows(material):
    """Two of three state points: each keeps its colour."""
    part = Material(material.swept, material.groups, material.tables, material.job_dirs, 60.0)
    part.__dict__["shown"] = material.seen[1:]
    drawn = colours_of_curves(FIGURES["scattering"].draw(part))
    assert list(drawn) == ["ε 1.5", "ε 2"]
    assert all(colour == to_hex(material.styles.colour(label)) for label, colour in drawn.items())


def test_flat_growth_is_not_drawn(material, tmp_path):
    from janus_md.analysis.pictures.figures.replicas import NotDrawnError

    for table in material.tables.values():
        assert np.ptp(table.frames["mean_w"]) == 0.0  # wires of this world keep their length
    with pytest.raises(NotDrawnError, match="mean wire length is"):
        FIGURES["growth"].draw(Material(material.swept, material.groups[:1], material.tables,
                                        material.job_dirs, 60.0))  # fmt: skip
