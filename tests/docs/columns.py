"""Write the tables of docs/columns.md from the declarations: ``python -m tests.docs.columns``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from janus_md.analysis.pipeline.table import AGGREGATE_COLUMNS, WIRE_COLUMNS
from janus_md.common.observables import Column, averages, frame_columns, sources

PAGE = Path(__file__).resolve().parents[2] / "docs" / "columns.md"

BEGIN, END = "<!-- begin {} -->", "<!-- end {} -->"
"""Lines of the page before and after a generated table."""


MEASURES = "janus_md.analysis.aggregates.measures"
"""Module of the columns of wires.parquet that name no other."""

OF_AGGREGATES = "janus_md.analysis.aggregates.morphology.measures"
"""The same of aggregates.parquet."""


def rows(columns: Sequence[Column], averaged: bool = False, fallback: str = MEASURES) -> list[str]:
    """Lines of a table, a column each."""
    found, known = [], sources()
    for one in columns:
        mean = f" {'mean' if one.averaged else ''} |" if averaged else ""
        source = one.source or (known[one.name] if averaged else fallback)
        source = f"`{source}`" if source.startswith("janus_md.") else source
        found.append(f"| `{one.name}` | {one.unit} |{mean} {one.meaning} | {source} |")
    return found


def tables() -> dict[str, str]:
    """Return the generated tables by name."""
    of_frames = frame_columns()
    averaged = ", ".join(f"`{one.name}`" for one in of_frames if one.averaged)
    others = [one for one in averages() if one not in of_frames]
    plain = ["| column | unit | meaning | source |", "|---|---|---|---|"]
    return {
        "averages": "\n".join(
            [
                plain[0].replace("column", "average"),
                plain[1],
                f"| {averaged} | | those of `frames.parquet` | |",
                *rows(others, fallback=""),
            ]
        ),
        "frames": "\n".join(
            [
                "| column | unit | average | meaning | source |",
                "|---|---|---|---|---|",
                *rows(of_frames, averaged=True),
            ]
        ),
        "wires": "\n".join([*plain, *rows(WIRE_COLUMNS)]),
        "aggregates": "\n".join([*plain, *rows(AGGREGATE_COLUMNS, fallback=OF_AGGREGATES)]),
    }


def page(text: str) -> str:
    """Return the text of the page with its tables as the declarations have them."""
    for name, table in tables().items():
        begin, end = BEGIN.format(name), END.format(name)
        pattern = re.compile(f"{re.escape(begin)}\n.*?{re.escape(end)}", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise ValueError(f"{PAGE.name}: one {begin} with one {end} after it is needed")
        text = pattern.sub(lambda _, new=f"{begin}\n{table}\n{end}": new, text)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
