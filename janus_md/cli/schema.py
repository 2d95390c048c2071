"""The command `schema`: the keys of a state point, and the columns of the results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from janus_md.cli.printing import print_json


def schema(
    table: Annotated[
        bool, typer.Option("--table", help="Print a line per key instead of JSON.")
    ] = False,
    columns: Annotated[
        bool,
        typer.Option("--columns", help="Print the columns of the results instead of the keys."),
    ] = False,
) -> None:
    """Print the schema of a state point: its keys with units, limits and defaults, as JSON.

    With --columns, print the columns of the results, those of the plugins here too.
    """
    if columns:
        _print_columns()
        return
    from janus_md.study.statepoint import json_schema

    whole = json_schema()
    if not table:
        print_json(whole)
        return
    from rich.console import Console
    from rich.table import Table

    rows = Table("key", "default", "allowed", "meaning", box=None)
    rows.columns[0].no_wrap = True
    for key, about in _keys(whole, whole["$defs"]):
        default = _told(about["default"]) if "default" in about else "must be given"
        rows.add_row(key, default, _allowed(about), about.get("description", ""))
    console = Console(highlight=False)
    page = console if console.is_terminal else Console(width=120, highlight=False)
    page.print(rows, markup=False)


def _print_columns() -> None:
    """Print the columns of frames.parquet, wires.parquet and the averages, a line each."""
    from rich.console import Console
    from rich.table import Table

    from janus_md.analysis.pipeline.table import WIRE_COLUMNS
    from janus_md.common import plugins
    from janus_md.common.observables import averages, frame_columns

    plugins.use(Path())
    of_frames = frame_columns()
    rows = Table("table", "column", "unit", "average", "meaning", box=None)
    for name, columns in (
        ("frames", of_frames),
        ("wires", WIRE_COLUMNS),
        ("averages", [one for one in averages() if one not in of_frames]),
    ):
        for one in columns:
            rows.add_row(name, one.name, one.unit, "mean" if one.averaged else "", one.meaning)
    for column in rows.columns[:4]:
        column.no_wrap = True
    console = Console(highlight=False)
    page = console if console.is_terminal else Console(width=120, highlight=False)
    page.print(rows, markup=False)


def _keys(schema: dict[str, Any], parts: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dotted keys of a schema, with what it says of each."""
    for key, about in schema["properties"].items():
        if "$ref" in about:
            inner = parts[about["$ref"].rsplit("/", 1)[-1]]
            yield from ((f"{key}.{name}", one) for name, one in _keys(inner, parts))
        else:
            yield key, about


def _allowed(about: dict[str, Any]) -> str:
    """Values that a key may have, in words."""
    if "anyOf" in about:
        return " or ".join(map(_allowed, about["anyOf"]))
    if "enum" in about:
        return ", ".join(map(_told, about["enum"]))
    if "const" in about:
        return _told(about["const"])
    words = {
        "exclusiveMinimum": "above",
        "minimum": "from",
        "maximum": "to",
        "exclusiveMaximum": "below",
    }
    limits = [f"{word} {about[key]:,}" for key, word in words.items() if key in about]
    names = {"string": "name", "object": "shares", "integer": "whole number"}
    return " ".join([names.get(about["type"], about["type"]), *limits])


def _told(value: Any) -> str:
    return "null" if value is None else str(value)
