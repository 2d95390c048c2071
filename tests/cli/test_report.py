"""`janus-md report`: figures by name, their formats and resolution, the title of the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from janus_md.workspace import descriptions
from tests.cli.test_app import refused


def test_help_says_how_to_see_the_names_and_each_name_is_listed(janus_md, tmp_path: Path) -> None:
    from janus_md.analysis.report.gallery import FIGURES

    help_text = " ".join(janus_md("report", "--help").out.replace("│", " ").split())
    assert "`--figure list` prints the names" in help_text
    assert "--format png,svg,pdf --dpi 300" in help_text
    listed = janus_md("report", "--figure", "list", "-d", tmp_path / "nowhere")
    assert listed.code == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == list(FIGURES)


def test_figures_are_written_in_the_formats_and_resolution(
    janus_md, place: Path, tmp_path: Path
) -> None:
    sizes = {}
    for dpi in (60, 120):
        out = tmp_path / str(dpi)
        done = janus_md(
            "report", "-d", place, "--out", out, "--figure", "rdf", "--figure", "snapshots",
            "--format", "png,svg,pdf", "--dpi", str(dpi),
        )  # fmt: skip
        assert done.code == 0, done.err
        names = {f"{name}.{suffix}" for name in ("rdf", "snapshots") for suffix in _MAGIC}
        assert {path.name for path in out.iterdir()} == names
        assert {Path(line).name for line in done.out.splitlines()} == names
        for path in out.iterdir():
            assert path.read_bytes().startswith(_MAGIC[path.suffix[1:]]), path
        sizes[dpi] = [Image.open(out / f"{name}.png").size for name in ("rdf", "snapshots")]
        assert Image.open(out / "rdf.png").info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)
    for small, large in zip(sizes[60], sizes[120], strict=True):
        assert large == pytest.approx([2 * one for one in small], abs=2)


_MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--figure", "growht"), ["--figure", "'growht'", "did you mean growth?", "snapshots"]),
        (("--format", "png,jpg"), ["--format", "'jpg'", "png, svg, pdf"]),
        (("--format", ","), ["--format", "is empty", "png, svg, pdf"]),
        (("--dpi", "3"), ["--dpi", "3", "30 to 1200"]),
        (("--dpi", "nan"), ["--dpi", "nan", "30 to 1200"]),
    ],
)
def test_unknown_names_and_formats_are_refused(janus_md, place: Path, options, said) -> None:
    refused(janus_md("report", "-d", place, *options), said)
    assert not (place / "report").exists()


def test_a_figure_that_would_be_empty_is_refused_and_others_are_written(
    janus_md, place: Path
) -> None:
    done = janus_md("report", "-d", place, "--figure", "aggregates", "--figure", "rdf")
    refused(done, ["--figure", "aggregates, because", "rdf.png"])
    assert [path.name for path in (place / "report").iterdir()] == ["rdf.png"]


def test_the_description_is_the_title_and_what_is_not_drawn_has_a_reason(
    janus_md, place: Path
) -> None:
    descriptions.add(place, "Wires of R-Au-Cu & others. They grow with time.")
    descriptions.add(place, "Another template.")
    done = janus_md("report", "-d", place)
    assert done.code == 0, done.err
    assert done.out.startswith("Wires of R-Au-Cu & others. They grow with time.\n")
    page = (place / "report" / "report.html").read_text(encoding="utf-8")
    assert "<title>Wires of R-Au-Cu &amp; others</title>" in page
    body = page[page.index("<body>") :].split("\n")
    assert body[1:4] == [
        "<h1>Wires of R-Au-Cu &amp; others</h1>",
        "<p>They grow with time.</p>",
        "<p>Another template.</p>",
    ]
    # Two of the five jobs have results; figures come before the list of the others.
    assert "2 of 5 jobs finished" in page
    assert page.rindex("<figure>") < page.index('<details id="unfinished">')
    drawn = {path.stem for path in (place / "report").glob("*.png")}
    assert "rdf" in drawn
    (line,) = [one for one in page.split("\n") if "Not drawn: " in one]
    assert ", because " in line
    assert not drawn & {"aggregates", "sizes"}
    assert "aggregates" not in line  # these bodies cannot form any
