"""The report of a sweep: one HTML file that needs nothing else, and its figures as PNG."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.pictures.figures.aggregates import with_aggregates
from janus_md.analysis.report.gallery import Picture, draw_figures
from janus_md.analysis.report.readable import read_sweep
from janus_md.analysis.series.steadiness import SLOW
from janus_md.analysis.sweep import evolution
from janus_md.analysis.sweep.groups import Group, job_ids, job_labels, spread, swept
from janus_md.analysis.sweep.results import (
    MAX_ROWS,
    Result,
    console_table,
    headed,
    results,
    results_frame,
    tell_coupling,
)
from janus_md.analysis.sweep.unfinished import changed_since, not_at_temperature, unfinished
from janus_md.analysis.theory.coupling import SPACING
from janus_md.common.files import publish_text
from janus_md.workspace.labels import MISSING, say, tell

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["console_table", "write_report"]

EXECUTION = {
    "engine": "engine",
    "version": "version",
    "device": "device",
    "threads": "threads",
    "steps_per_second": "steps / s",
    "mesh.cutoff_nm": "cutoff / nm",
    "mesh.resolution": "mesh",
    "mesh.order": "order",
    "cutoff.range_nm": "range of the cutoff / nm",
    "force_error": "force error / kT/nm, at the start",
    "force_error_at_end": "and at the end",
    "torque_error": "torque error / kT, at the start",
    "torque_error_at_end": "and at the end",
}
"""Columns of the table of what ran, under ``execution.`` in the rows; errors are those measured on
whole bodies, root mean square."""

TITLES = {
    (True, False): "Nanowires of Janus nanoclusters",
    (False, True): "Aggregates of Janus particles",
    (True, True): "Nanowires and aggregates of Janus particles",
    (False, False): "Janus particles",
}
"""Titles, by whether bodies have dipoles, and whether they can form aggregates."""

LISTED = 100
"""Jobs without a result, and jobs of the table of what ran, that are named at most."""

STATE_POINTS, REPLICAS = 24, 4
"""State points, and replicas of each, whose tables are read and drawn at most; of more state
points, some that are spread evenly."""

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

    Returns
    -------
    list of Path
        report.html first, then the figures and results.csv. Each is renamed when whole.
    """
    import jinja2

    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    read = read_sweep(rows, job_dirs, _chosen)
    for job, why in read.troubles.items():
        told(job, why)
    complete, groups, chosen = read.rows, read.groups, read.chosen
    finished, doubtful = set(job_ids(complete)), not_at_temperature(rows)
    changed = changed_since(rows)
    troubles = {**(damaged or {}), **read.troubles}
    drawn = draw_figures(complete, groups, chosen, read.tables, job_dirs, out)
    table = results(rows, groups, job_dirs)
    dipolar = any(one.dipolar for one in read.tables.values())
    aggregating = bool(with_aggregates(groups))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        title=TITLES[dipolar, aggregating],
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
        sections=_sections(drawn),
        evolution_headings=evolution.HEADINGS,
        evolution=evolution.evolution(complete, chosen, read.tables) if dipolar else [],
        choice=_choice(groups, chosen),
        n_jobs=len(rows) + len(damaged or {}),
        n_done=len(complete),
        unfinished=unfinished(rows, finished, LISTED, troubles),
        n_unfinished=len(rows) + len(damaged or {}) - len(complete),
        n_left_out=len(doubtful - finished),
        n_allowed=len(doubtful & finished),
        n_changed=len(changed - finished),
        n_changed_allowed=len(changed & finished),
        execution=_execution(complete),
        constants=_constants(rows),
    )
    html = out / "report.html"
    publish_text(html, page)
    files = [html, *(one.path for one in drawn)]
    if table:
        files.append(out / "results.csv")
        publish_text(files[-1], results_frame(groups, table).to_csv(index=False))
    return files


def _ends(found: Sequence[Result]) -> list[Result | None]:
    """Rows that the page shows: of too many the first and the last ones, and None between them."""
    if len(found) <= MAX_ROWS:
        return list(found)
    return [*found[: MAX_ROWS // 2], None, *found[-MAX_ROWS // 2 :]]


def _chosen(groups: Sequence[Group]) -> list[Group]:
    """State points and replicas that are drawn."""
    return [replace(group, jobs=group.jobs[:REPLICAS]) for group in spread(groups, STATE_POINTS)]


def _choice(groups: Sequence[Group], chosen: Sequence[Group]) -> str:
    """Say what was left out; nothing where all is there."""
    parts = []
    if len(chosen) < len(groups):
        parts.append(f"{len(chosen)} of {len(groups)} state points, spread evenly")
    if any(len(group.jobs) > REPLICAS for group in groups):
        parts.append(f"{REPLICAS} replicas of each at most")
    return f"Drawn here: {', '.join(parts)}." if parts else ""


def _sections(drawn: Sequence[Picture]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings, each with the captions and images of its figures."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in drawn:
        found.setdefault(one.section, []).append((one.caption, _embedded(one.path)))
    return list(found.items())


def _embedded(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def _execution(rows: pd.DataFrame) -> dict[str, Any]:
    """Headings and rows of what ran; only columns that some job has, only the first jobs."""
    names = {name: title for name, title in EXECUTION.items() if f"execution.{name}" in rows}
    kept = {k: title for k, title in names.items() if rows[f"execution.{k}"].notna().any()}
    first = rows[:LISTED]
    columns = [map(_cell, first[f"execution.{name}"].tolist()) for name in kept]
    body = zip(
        job_labels(rows, range(len(first))),
        (job[:8] for job in job_ids(first)),
        *columns,
        strict=True,
    )
    return {"columns": ["state point", "job", *kept.values()], "rows": list(body)}


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return MISSING if np.isnan(value) else f"{value:.4g}"
    if isinstance(value, list | tuple):
        return " \N{MULTIPLICATION SIGN} ".join(tell(item) for item in value)
    return tell(value)


def _constants(rows: pd.DataFrame) -> list[str]:
    """Values of the main keys that all jobs share."""
    wanted = ("model", "temperature", "n_bodies", "volume_fraction", "protocol.produce_ns")
    shared = (key for key in wanted if key in rows and rows[key].nunique(dropna=False) == 1)
    return say({key: rows[key].iloc[0] for key in shared})
