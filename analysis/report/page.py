"""The report of a sweep: one HTML file that needs nothing else, and its figures as PNG."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.analysis.pictures.figures.aggregates import with_aggregates
from janus_md.analysis.report.drawing import Drawn, Files, Picture, draw_figures
from janus_md.analysis.report.execution import execution
from janus_md.analysis.report.material import Material
from janus_md.analysis.report.readable import Readable, read_sweep
from janus_md.analysis.series.steadiness import SLOW
from janus_md.analysis.sweep import evolution
from janus_md.analysis.sweep.groups import Group, job_ids, spread, swept
from janus_md.analysis.sweep.results import (
    MAX_ROWS,
    Result,
    console_table,
    headed,
    results,
    results_frame,
    tell_coupling,
)
from janus_md.analysis.sweep.unfinished import (
    changed_since,
    count_reasons,
    not_at_temperature,
    unfinished,
)
from janus_md.analysis.theory.coupling import SPACING
from janus_md.common.errors import JanusError
from janus_md.common.files import publish_text
from janus_md.common.uncertainty import MEANING
from janus_md.workspace.labels import say

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["console_table", "write_figures", "write_report"]

TITLES = {
    (True, False): "Nanowires of Janus nanoclusters",
    (False, True): "Aggregates of Janus particles",
    (True, True): "Nanowires and aggregates of Janus particles",
    (False, False): "Janus particles",
}
"""Titles, by whether bodies have dipoles, and whether they can form aggregates."""

LISTED = 100
"""Jobs without a result, and jobs of the table of what ran, that are named at most."""

STATE_POINTS, JOBS = 24, 96
"""State points and jobs whose tables are read and drawn at most; of more state points, some that
are spread evenly, and of more jobs the first replicas of each state point."""

DEFAULT_FILES = Files()
"""All figures as PNG."""

CAVEAT = (
    "Boxes of this size and runs of this length show whether the bodies bond and how fast wires "
    "grow. They do not give the final length of wires, because long wires grow slowly. If the "
    f"dipolar coupling λ is above {SLOW:g} (marked †), the length after some nanoseconds is "
    "determined by kinetics and by the size of the box, not by equilibrium."
)


def write_report(
    rows: pd.DataFrame,
    job_dirs: Mapping[str, Path],
    out: Path,
    *,
    damaged: Mapping[str, str] | None = None,
    told: Callable[[str, str], None] = lambda job, why: None,
    descriptions: Sequence[str] = (),
    files: Files = DEFAULT_FILES,
) -> list[Path]:
    """Write report.html, its figures and its table of results.

    Parameters
    ----------
    rows : DataFrame
        A row per job: its name (column ``job``, or the index), its particle or mixture in words
        (``substance``, or ``particle``), the state point flattened with dots, and ``execution.*``,
        ``analysis.*.mean``, ``analysis.*.error``, ``failure.*`` as far as the job has them.
    job_dirs : mapping of str to Path
        Folder of each job, with its Parquet tables and trajectory.gsd.
    out : Path
        Folder for the report, made where it is missing.
    damaged : mapping of str to str, optional
        Jobs without a row that cannot be used, and why; the page names them.
    told : callable
        Called with each job of `rows` that has results which cannot be read, and why. It is left
        out, and the page names it too.
    descriptions : sequence of str
        Descriptions of the templates; the first one is the title.
    files : Files
        Formats and resolution of the figures.

    Returns
    -------
    list of Path
        report.html first, then the figures and results.csv. Each is renamed when whole.
    """
    import jinja2

    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    read, drawn = _read_and_draw(rows, job_dirs, out, told, files)
    complete, groups, chosen = read.rows, read.groups, read.chosen
    finished, doubtful = set(job_ids(complete)), not_at_temperature(rows)
    changed = changed_since(rows)
    troubles = {**(damaged or {}), **read.troubles}
    table = results(rows, groups, job_dirs)
    dipolar = any(one.dipolar for one in read.tables.values())
    aggregating = bool(with_aggregates(groups))
    left = unfinished(rows, finished, LISTED, troubles)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        **_heading(descriptions, TITLES[dipolar, aggregating]),
        dipolar=dipolar,
        aggregating=aggregating,
        coupled=any(one.coupling is not None for one in table),
        headings=[column.heading for column in headed(groups)],
        spacing=SPACING,
        results=_ends(table),
        swept=swept(groups),
        n_results=len(table),
        cut=max(0, len(table) - MAX_ROWS),
        coupling=tell_coupling,
        caveat=CAVEAT,
        sections=_sections(drawn.pictures),
        not_drawn=drawn.not_drawn(applicable=True),
        meaning=MEANING,
        evolution_headings=evolution.HEADINGS,
        evolution=evolution.evolution(complete, chosen, read.tables) if dipolar else [],
        choice=_choice(groups, chosen),
        n_jobs=len(rows) + len(damaged or {}),
        n_done=len(complete),
        unfinished=left,
        kinds_of_unfinished=count_reasons(rows, finished, troubles),
        n_unfinished=len(rows) + len(damaged or {}) - len(complete),
        n_left_out=len(doubtful - finished),
        n_allowed=len(doubtful & finished),
        n_changed=len(changed - finished),
        n_changed_allowed=len(changed & finished),
        execution=execution(complete, LISTED),
        constants=_constants(rows),
    )
    html = out / "report.html"
    publish_text(html, page)
    written = [html, *(path for one in drawn.pictures for path in one.paths)]
    if table:
        written.append(out / "results.csv")
        publish_text(written[-1], results_frame(groups, table).to_csv(index=False))
    return written


def write_figures(
    rows: pd.DataFrame,
    job_dirs: Mapping[str, Path],
    out: Path,
    files: Files,
    told: Callable[[str, str], None] = lambda job, why: None,
) -> list[Path]:
    """Write figures of the report, without the page.

    Parameters
    ----------
    rows, job_dirs, out, told
        As of :func:`write_report`.
    files : Files
        Names, formats and resolution of the figures.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    JanusError
        If a figure would be flat or empty; the others are written.
    """
    out.mkdir(parents=True, exist_ok=True)
    _, drawn = _read_and_draw(rows, job_dirs, out, told, files)
    if files.names and drawn.reasons:
        written = [path.name for one in drawn.pictures for path in one.paths]
        others = f" (written: {', '.join(written)})" if written else ""
        raise JanusError(f"--figure: not drawn: {drawn.not_drawn()}{others}")
    return [path for one in drawn.pictures for path in one.paths]


def _read_and_draw(
    rows: pd.DataFrame,
    job_dirs: Mapping[str, Path],
    out: Path,
    told: Callable[[str, str], None],
    files: Files,
) -> tuple[Readable, Drawn]:
    read = read_sweep(rows, job_dirs, _chosen)
    for job, why in read.troubles.items():
        told(job, why)
    material = Material(read.groups, read.chosen, read.tables, job_dirs, files.dpi)
    return read, draw_figures(material, out, files)


def _heading(descriptions: Sequence[str], default: str) -> dict[str, Any]:
    """Return the title and the first paragraphs: the descriptions of the templates.

    The title is the first sentence of the first description.
    """
    if not descriptions:
        return {"title": default, "lead": []}
    first, *rest = re.split(r"(?<=[.!?])\s+", descriptions[0], maxsplit=1)
    return {"title": first.removesuffix("."), "lead": [*rest, *descriptions[1:]]}


def _ends(found: Sequence[Result]) -> list[Result | None]:
    """Rows that the page shows: of too many the first and the last ones, and None between them."""
    if len(found) <= MAX_ROWS:
        return list(found)
    return [*found[: MAX_ROWS // 2], None, *found[-MAX_ROWS // 2 :]]


def _chosen(groups: Sequence[Group]) -> list[Group]:
    """Return the state points and replicas that are drawn."""
    shown = spread(groups, STATE_POINTS)
    return [replace(group, jobs=group.jobs[: JOBS // len(shown)]) for group in shown]


def _choice(groups: Sequence[Group], chosen: Sequence[Group]) -> str:
    """Return a sentence about what is not drawn; empty if all is."""
    parts = []
    if len(chosen) < len(groups):
        parts.append(f"{len(chosen)} of {len(groups)} state points, spread evenly")
    most = JOBS // max(len(chosen), 1)
    if any(len(group.jobs) > most for group in groups):
        parts.append(f"{most} replicas of each at most")
    return f"Drawn here: {', '.join(parts)}." if parts else ""


def _sections(drawn: Sequence[Picture]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings, each with the captions and images of its figures."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in drawn:
        found.setdefault(one.kind.section, []).append((one.caption, _embedded(one.png)))
    return list(found.items())


def _embedded(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _constants(rows: pd.DataFrame) -> list[str]:
    """Values of the main keys that all jobs share."""
    wanted = ("model", "temperature", "n_bodies", "volume_fraction", "protocol.produce_ns")
    shared = (key for key in wanted if key in rows and rows[key].nunique(dropna=False) == 1)
    return say({key: rows[key].iloc[0] for key in shared})
