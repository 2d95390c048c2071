"""The reproduction as a Markdown page, with data in CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from janus_md import __version__
from janus_md.common.files import publish_text
from janus_md.common.uncertainty import MEANING, with_error
from janus_md.papers.measuring.excess import ExcessResult, by_excess, sorting
from janus_md.papers.paper import Fact
from janus_md.papers.quantities import QUANTITIES
from janus_md.papers.rows import Row
from janus_md.papers.sections import (
    crystal,
    drying_page,
    equilibrium,
    film,
    growth_to_length,
    second_calibration,
)
from janus_md.papers.sections.aligned_dipoles import finding
from janus_md.papers.sections.before import HEADINGS as BESIDE
from janus_md.papers.sections.markdown import grid as _grid
from janus_md.papers.tables import (
    HEADINGS,
    Reproduction,
    as_data,
    cells,
    comma_separated,
    told,
    verdict_counts,
    wanted,
)
from janus_md.papers.verdicts import AGREEMENT, ERRORS
from janus_md.workspace.labels import MISSING


def write(found: Reproduction, figures: Sequence[tuple[Path, str]], out: Path) -> list[Path]:
    """Write NAME.md, NAME.csv and NAME.json into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    data = as_data(found) | {
        "second_calibration": second_calibration.data(found.paper, found.results)
    }
    texts = {
        "md": markdown(found, [(path.relative_to(out), text) for path, text in figures]),
        "csv": comma_separated(found.rows),
        "json": json.dumps(data, indent=2, ensure_ascii=False) + "\n",
    }
    written = []
    for ending, text in texts.items():
        written.append(out / f"{found.paper.name}.{ending}")
        publish_text(written[-1], text)
    return written


def markdown(found: Reproduction, figures: Sequence[tuple[Path, str]]) -> str:
    """Write the page."""
    paper = found.paper
    parts = [
        f"# {paper.name}: paper and simulation",
        paper.citation + ".",
        _about(found),
        *(f"- {remark}" for remark in paper.remarks),
        "## Facts",
        f"{verdict_counts(found.rows)}. Values are averages over the last third of the runs. "
        f"{MEANING}. The standard error is that over replicas, or the error within the runs if "
        "that is larger. Runs that are not steady by the definition of janus-md "
        "(docs/questions.md) are counted in brackets. One rule gives all verdicts. The interval of "
        f"{ERRORS:g} standard errors around the value lies inside the range (agreement), outside "
        "the range (disagreement), or across its edge (undecided). A fact that the model was "
        "calibrated to is marked *put in by calibration*.",
        _grid(HEADINGS, [cells(row) for row in found.rows]),
        "The range of agreement of each fact, and its reason:",
        _facts([fact for fact in paper.facts if any(row.fact == fact for row in found.rows)]),
    ]
    if found.choice:
        parts += [f"## Choice of the model: {paper.model}", *_choice(found.choice)]
    if found.before:
        parts += [
            "## Before and now",
            f"The same facts in an earlier reproduction ({found.before[0]}).",
            _grid(BESIDE, found.before[1]),
        ]
    if paper.bond is not None:
        parts += ["## One bond, three values", *finding(paper.bond)]
    if paper.crystal is not None:
        parts += ["## Repeat or contact?", *crystal.finding(paper.crystal)]
    for one in (film, growth_to_length, second_calibration):
        parts += one.section(paper, found.results)
    if found.combinations:
        parts += ["## Hypotheses", *_hypotheses(found)]
    if found.excess is not None or found.drying is not None:
        parts += [
            "## Predictions",
            "No measurement of these quantities is known. An experiment can test them.",
        ]
    if found.excess is not None:
        parts += _predictions(found.excess)
    if paper.drying is not None and found.drying is not None:
        parts += [
            "### Wire length against drying time",
            drying_page.introduction(paper.drying, found.drying),
            _grid(drying_page.headings(paper.drying), drying_page.rows(found.drying)),
            *drying_page.statements(paper.drying, found.drying),
            *paper.drying.notes,
        ]
    if paper.equilibrium is not None and found.equilibrium is not None:
        parts += ["## Equilibrium", *equilibrium.section(paper.equilibrium, found.equilibrium)]
    if figures:
        parts.append("## Figures")
        parts += [f"![{text}]({path.as_posix()})\n\n{text}" for path, text in figures]
    return _joined(parts)


def _about(found: Reproduction) -> str:
    """Return what was run, with which versions, for how long, and what is left out."""
    seconds, engines = 0.0, set()
    for run in found.runs:
        execution: Mapping[str, Any] = run.document.get("execution", {})
        seconds += float(execution.get("seconds", 0.0)) * float(execution.get("threads", 1))
        engines.add(f"{execution.get('engine')} {execution.get('version')}")
    left = found.n_jobs - len(found.runs)
    unfinished = (
        f" {left} of the {found.n_jobs} jobs are not finished and are left out." if left else ""
    )
    hours = f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.0f} minutes"
    return (
        f"`{found.command}` with janus-md {__version__} ({', '.join(sorted(engines))}): "
        f"{len(found.runs)} runs, {hours} of core time in total.{unfinished}"
    )


def _choice(rows: Sequence[Row]) -> list[str]:
    met = sum(row.verdict == AGREEMENT for row in rows)
    return [
        "The model of this page has to meet these conditions: the interval of "
        f"{ERRORS:g} standard errors around the value lies inside the range. "
        f"{met} of {len(rows)} are met.",
        _grid(
            ("condition", "substance", "needed", "simulation", "runs", "met"),
            [
                (
                    row.fact.name,
                    row.substance,
                    wanted(row.fact),
                    told(row),
                    cells(row)[HEADINGS.index("runs")],
                    "yes" if row.verdict == AGREEMENT else "no",
                )
                for row in rows
            ],
        ),
    ]


def _facts(facts: Sequence[Fact]) -> str:
    rows = [(f.name, QUANTITIES[f.quantity].label, wanted(f), _why(f)) for f in facts]
    return _grid(("fact", "measured", "agrees if", "why"), rows)


def _why(fact: Fact) -> str:
    put_in = sorted(set(fact.calibrated.values()))
    return "; ".join([fact.why, *(f"put in: {text}" for text in put_in)])


def _hypotheses(found: Reproduction) -> list[str]:
    names = [one.substance for one in found.paper.hypotheses]
    rows = [
        (
            *one.choices,
            f"{len(one.kept)} of {len(one.kept) + len(one.broken) + len(one.open)}",
            _listed(one.broken),
            _listed(one.open),
        )
        for one in found.combinations
    ]
    return [
        "The handedness of the faces of each substance is not known. Every combination is compared "
        "with all facts above that have a range, including the facts that the choice was made for. "
        "A fact is met, violated or open (undecided, or not run).",
        _grid((*names, "facts met", "violated", "open"), rows),
        *(one.note for one in found.paper.hypotheses if one.note),
        "Results of each choice:",
        _choices(found),
    ]


def _choices(found: Reproduction) -> str:
    """Return the value of every fact for every choice."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for combination in found.combinations:
        named = list(zip(found.paper.hypotheses, combination.choices, strict=True))
        for row in (*combination.kept, *combination.broken, *combination.open):
            for hypothesis, choice in named:
                if hypothesis.options[choice] != row.substance:
                    continue
                head = f"{hypothesis.substance}: {choice}"
                place = rows.setdefault((row.fact.name, wanted(row.fact)), {})
                place[head] = f"{told(row)}, {row.verdict}"
    heads = [f"{one.substance}: {name}" for one in found.paper.hypotheses for name in one.options]
    order = [fact.name for fact in found.paper.facts]
    ordered = sorted(rows.items(), key=lambda item: order.index(item[0][0]))
    return _grid(
        ("fact", "agrees if", *heads),
        [(*key, *(texts.get(head, "") for head in heads)) for key, texts in ordered],
    )


def _predictions(excess: ExcessResult) -> list[str]:
    begin, end = excess.window_ns
    like = {x: (mean, error) for x, mean, error in by_excess(excess.points, "like")}
    random = {point.excess: point.random for point in excess.points}
    lengths = [by_excess(excess.points, name) for name in ("mean_n", "mean_w")]
    rows = []
    for (x, *by_number), (_, *by_weight) in zip(*lengths, strict=True):
        count = sum(abs(point.excess - x) < 1e-6 for point in excess.points)
        known = like.get(x, (None, None))
        rows.append(
            (
                f"{x:g}",
                str(count),
                with_error(*known),
                f"{next(v for e, v in random.items() if abs(e - x) < 1e-6):.3f}",
                with_error(*by_number),
                with_error(*by_weight),
            )
        )
    said = [
        _grid(
            (
                "enantiomeric excess",
                "runs",
                "bonds of like hands",
                "random order",
                "length by number",
                "length by weight",
            ),
            rows,
        ),
        f"All values are means over {begin:.2g} to {end:.2g} ns of each run: lengths and order "
        "still change in this period, and some runs are longer.",
    ]
    if 0.0 in like and like[0.0][0] is not None:
        mean, error = like[0.0]
        said.append(
            f"50:50 mixture: {sorting(mean, error, random[0.0])} "
            f"({with_error(mean, error)} against {random[0.0]:.3f})."
        )
    for name, fit in (("number", excess.by_number), ("weight", excess.by_weight)):
        if fit is not None:
            said.append(
                f"Mean length by {name} against the excess: {fit.statement} "
                f"({with_error(fit.slope, fit.error)} bodies from an excess of 0 to 1, "
                f"straight line through {len(excess.points)} runs, p = {fit.probability:.2g})."
            )
    return said


def _listed(rows: Sequence[Row]) -> str:
    return "; ".join(f"{row.fact.name} ({row.substance})" for row in rows) or MISSING


def _joined(parts: Sequence[str]) -> str:
    """Join paragraphs with blank lines; items of a list are kept together."""
    text = parts[0]
    for before, part in pairwise(parts):
        text += ("\n" if before.startswith("- ") and part.startswith("- ") else "\n\n") + part
    return text + "\n"
