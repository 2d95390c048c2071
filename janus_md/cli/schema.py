"""The command `schema`: the keys of a state point, and the columns of the results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_md.cli.printing import print_json

if TYPE_CHECKING:
    from janus_md.common.registry import Registry


def schema(
    table: Annotated[
        bool, typer.Option("--table", help="Print a line per key instead of JSON.")
    ] = False,
    columns: Annotated[
        bool,
        typer.Option("--columns", help="Print the columns of the results instead of the keys."),
    ] = False,
    particle: Annotated[
        bool, typer.Option("--particle", help="Print the keys of particle files instead.")
    ] = False,
) -> None:
    """Print the schema of a state point as JSON: keys with units, limits and defaults.

    The table (--table) includes the settings of all pair terms, fields and structures. With
    --particle, the keys of particle files and the settings of all shapes are printed; with
    --columns, the columns of the results. Plugins of the current folder are included.
    """
    from janus_md.common import plugins

    plugins.use(Path())
    if columns:
        _print_columns()
        return
    from janus_md.study.catalogue.bead_particle import BeadParticle
    from janus_md.study.statepoint import json_schema

    whole = BeadParticle.model_json_schema() if particle else json_schema()
    if not table:
        print_json(whole)
        return
    from rich.console import Console
    from rich.table import Table

    rows = Table("key", "default", "allowed", "meaning", box=None)
    rows.columns[0].no_wrap = True
    for key, about in _all_keys(whole):
        default = _told(about["default"]) if "default" in about else "must be given"
        meaning = " ".join(about.get("description", "").split())
        rows.add_row(key, default, _allowed(about), meaning)
    console = Console(highlight=False)
    page = console if console.is_terminal else Console(width=140, highlight=False)
    page.print(rows, markup=False)


def _all_keys(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dotted keys of a schema, with those of pair terms, fields, shapes and structures inserted."""
    from janus_md.model.environment import FIELDS
    from janus_md.model.interactions.term import TERMS
    from janus_md.model.shape import SHAPES
    from janus_md.model.structure import STRUCTURES
    from janus_md.study.starts.first_frames import FromSettings

    choices: dict[str, tuple[str, Registry[Any]]] = {
        "interactions": ("interactions.A-B", TERMS),
        "environment": ("environment", FIELDS),
        "shape": ("shape", SHAPES),
        "start": ("start", STRUCTURES),
    }
    for key, about in _keys(whole, whole["$defs"]):
        yield key, about
        if key == "start":
            settings = FromSettings.model_json_schema()
            for inner, one in _keys(settings, {}):
                yield f"start.from.{inner}", one
        if key in choices:
            prefix, registry = choices[key]
            for name in registry:
                settings = registry.get(name).settings.model_json_schema()
                for inner, one in _keys(settings, settings.get("$defs", {})):
                    yield f"{prefix}.{name}.{inner}", one


def _print_columns() -> None:
    """Print the columns of frames, wires and aggregates.parquet and the averages, one per line."""
    from rich.console import Console
    from rich.table import Table

    from janus_md.analysis.pipeline.table import AGGREGATE_COLUMNS, WIRE_COLUMNS
    from janus_md.common.observables import averages, frame_columns

    of_frames = frame_columns()
    rows = Table("table", "column", "unit", "average", "meaning", box=None)
    for name, columns in (
        ("frames", of_frames),
        ("wires", WIRE_COLUMNS),
        ("aggregates", AGGREGATE_COLUMNS),
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
    """Dotted keys of a schema, with the schema of each."""
    for key, about in schema["properties"].items():
        if "$ref" in about:
            inner = parts[about["$ref"].rsplit("/", 1)[-1]]
            yield from ((f"{key}.{name}", one) for name, one in _keys(inner, parts))
        elif "default" in about or key in schema.get("required", ()):
            yield key, about
        else:
            yield key, about | {"default": "empty"}
        if "$ref" in about.get("items", {}):  # a list of settings, each with a name
            inner = parts[about["items"]["$ref"].rsplit("/", 1)[-1]]
            yield from ((f"{key}.NAME.{name}", one) for name, one in _keys(inner, parts))


def _allowed(about: dict[str, Any]) -> str:
    """Allowed values of a key, as text."""
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
    if "$ref" in about:
        return "map"
    names = {"string": "name", "object": "map", "integer": "whole number", "array": "list"}
    return " ".join([names.get(about["type"], about["type"]), *limits])


def _told(value: Any) -> str:
    return "null" if value is None else str(value)
