"""The command `methods`: a methods paragraph for a paper, with references."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from janus_md.cli.options import Directory, Filters
from janus_md.common.errors import JanusError

WIDTH = 80
"""Width of the lines of the paragraph."""


def methods(
    filters: Filters = None,
    directory: Directory = Path(),
    latex: Annotated[
        bool, typer.Option("--latex", help=r"Cite with \cite instead of [@key].")
    ] = False,
    bib: Annotated[
        Path | None,
        typer.Option("--bib", help="Write the references to this file.", show_default=False),
    ] = None,
) -> None:
    """Print a methods paragraph for a paper, and the BibTeX entries of all software and methods.

    It describes the finished jobs that match all FILTERS: engine and version, particles,
    interactions, mesh or cutoff and its measured error, bath, time step, lengths and number of
    runs. Only what was used is cited. Check the text before you publish it.
    """
    import textwrap

    from janus_md.common.files import publish_text
    from janus_md.papers.methods import electrostatics, paragraph, references, runs
    from janus_md.workspace import query

    if bib is not None and not bib.absolute().parent.is_dir():
        raise JanusError(f"--bib: the folder of {str(bib)!r} does not exist; it must be created")
    project = query.open_project(directory)
    root = Path(project.path)
    found = runs.complete_runs(query.matching_records(project, filters or []), root)
    cite = references.Citations(latex)
    text = paragraph.paragraph(found, runs.sources(found, root), cite)
    if latex:
        formulas = (("nm^-3", "nm$^{-3}$"), (electrostatics.FORMULA, f"${electrostatics.FORMULA}$"))
        for plain, escaped in (*formulas, *((x, f"\\{x}") for x in "%&#_")):
            text = text.replace(plain, escaped)
    typer.echo(textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False))
    if bib is None:
        typer.echo(f"\n{cite.bibtex()}", nl=False)
        return
    try:
        publish_text(bib, cite.bibtex())
    except OSError as error:
        raise JanusError(f"--bib: {str(bib)!r} cannot be written: {error.strerror}") from error
