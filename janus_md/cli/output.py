"""Output of tables as CSV, JSON and Parquet, to standard output or to a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from janus_md.common.encoding import json_text
from janus_md.common.errors import JanusError
from janus_md.workspace.documents import finite

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = ("csv", "json", "parquet")
"""Formats of a file, which are the endings of its name."""

_CHUNK = 1000
"""Number of rows that are converted at a time."""

_NESTED = {list, dict}

Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, a list of rows.")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", help="Write this file instead: .csv, .json or .parquet.", show_default=False
    ),
]

Rows = Iterable[Sequence[Any]]


def format_of(csv: bool, json: bool, out: Path | None) -> str:
    """Return the format that the options select: one of :data:`FORMATS`; empty for a table.

    Raises
    ------
    JanusError
        If they contradict each other, or the file cannot have such a name.
    """
    if csv and json:
        raise JanusError("--csv: cannot be combined with --json")
    chosen = "csv" if csv else "json" if json else ""
    if out is None:
        return chosen
    if chosen:
        raise JanusError(f"--out: cannot be combined with --{chosen}; its ending is the format")
    ending = out.suffix.lstrip(".").lower()
    if ending not in FORMATS:
        raise JanusError(
            f"--out: {str(out)!r} ends with {out.suffix!r}; allowed are "
            + ", ".join(f".{one}" for one in FORMATS)
        )
    if not out.absolute().parent.is_dir():
        raise JanusError(f"--out: the folder {str(out.absolute().parent)!r} does not exist")
    if out.is_dir():
        raise JanusError(f"--out: {str(out)!r} is a folder; it must be a file")
    return ending


def write(kind: str, names: Sequence[str], rows: Rows, out: Path | None) -> None:
    """Write rows in this format to a file, or to standard output.

    Numbers that are not finite are null in JSON. Lists and maps are JSON text in CSV.
    """
    import sys

    from janus_md.common.files import written_whole

    if out is None:
        _TEXT[kind](sys.stdout, names, rows)
        return
    with ExitStack() as stack:
        stack.enter_context(writing(out))
        partial = stack.enter_context(written_whole(out))
        if kind == "parquet":
            write_parquet(partial, names, rows)
            return
        file = stack.enter_context(partial.open("w", encoding="utf-8", newline=""))
        _TEXT[kind](file, names, rows)


class writing:
    """Context in which errors of writing a file become a :class:`JanusError`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            why = error.strerror or error
            raise JanusError(f"--out: {str(self._path)!r} cannot be written: {why}") from error


def write_csv(file: TextIO, names: Sequence[str], rows: Rows) -> None:
    """Write rows as CSV; lists and maps are JSON text."""
    import csv

    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    left = iter(rows)
    while piece := list(islice(left, _CHUNK)):
        columns = (
            column if _NESTED.isdisjoint(map(type, column)) else map(plain, column)
            for column in zip(*piece, strict=True)
        )
        writer.writerows(zip(*columns, strict=True))


def plain(value: Any) -> Any:
    """Return lists and maps as JSON text, and other values as they are."""
    return json_text(finite(value)) if isinstance(value, list | dict) else value


def _json(file: TextIO, names: Sequence[str], rows: Rows) -> None:
    before = "["
    for row in rows:  # one at a time, to save memory
        one = [dict(zip(names, row, strict=True))]
        try:
            text = json.dumps(one, indent=2, allow_nan=False)
        except ValueError:
            text = json.dumps(finite(one), indent=2, allow_nan=False)
        file.write(before + text[1:-2])
        before = ","
    file.write("[]\n" if before == "[" else "\n]\n")


_TEXT: dict[str, Callable[[TextIO, Sequence[str], Rows], None]] = {"csv": write_csv, "json": _json}


def write_parquet(path: Path, names: Sequence[str], rows: Rows) -> None:
    """Write a Parquet file with a type for each column; mixed values and maps become text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = list(zip(*rows, strict=True)) or [()] * len(names)
    pq.write_table(pa.table([_array(column) for column in held], names=list(names)), path)


def _array(values: Sequence[Any]) -> Any:
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    try:
        if kinds <= {int, float} and float in kinds:
            return pa.array([None if one is None else float(one) for one in values], pa.float64())
        if len(kinds) <= 1 and dict not in kinds:
            return pa.array(values)
    except (pa.ArrowException, OverflowError):  # lists of different things, very large integers
        pass
    texts = [
        one if one is None or isinstance(one, str) else json_text(finite(one)) for one in values
    ]
    return pa.array(texts, pa.string())


def write_batches(
    kind: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch], out: Path | None
) -> None:
    """Write batches of rows as they come, in the same formats as :func:`write`."""
    import sys

    from janus_md.common.files import written_whole

    if kind == "json":
        rows = (list(row.values()) for batch in batches for row in batch.to_pylist())
        write(kind, schema.names, rows, out)
        return
    with ExitStack() as stack:
        if out is None:
            _write_csv_batches(sys.stdout, schema.names, batches)
            return
        stack.enter_context(writing(out))
        partial = stack.enter_context(written_whole(out))
        if kind == "csv":
            file = stack.enter_context(partial.open("w", encoding="utf-8", newline=""))
            _write_csv_batches(file, schema.names, batches)
            return
        import pyarrow.parquet as pq

        with pq.ParquetWriter(partial, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)


def _write_csv_batches(
    file: TextIO, names: Sequence[str], batches: Iterator[pa.RecordBatch]
) -> None:
    import csv

    import pyarrow as pa
    import pyarrow.csv as pa_csv

    csv.writer(file, lineterminator="\n").writerow(names)
    options = pa_csv.WriteOptions(include_header=False)
    for batch in batches:
        flat = pa.RecordBatch.from_arrays([_flat(one) for one in batch.columns], names=list(names))
        sink = pa.BufferOutputStream()
        pa_csv.write_csv(flat, sink, options)
        file.write(sink.getvalue().to_pybytes().decode())


def _flat(array: pa.Array) -> pa.Array:
    """Return lists as JSON text, and other arrays as they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
        return array
    texts = pc.binary_join(array.cast(pa.list_(pa.string())), ", ")
    return pc.binary_join_element_wise("[", texts, "]", "")
