"""Files with the rows of jobs: their columns, and those that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa
    from signac import Project

FILES = {name: f"{name}.parquet" for name in ("wires", "frames", "aggregates")}
"""Files of the tables with rows."""


def files_of(
    project: Project, name: str, jobs: Sequence[str]
) -> tuple[pa.Schema, dict[str, str], dict[str, str]]:
    """Return all columns of the files of these jobs, the files, and those that cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields: dict[str, pa.Field] = {}
    paths: dict[str, str] = {}
    troubles: dict[str, str] = {}
    known: list[pa.Schema] = []
    for job in jobs:
        path = Path(project.workspace, job, FILES[name])
        try:
            found = pq.read_schema(path).remove_metadata()
        except FileNotFoundError:  # analysed before there was this table
            continue
        except (OSError, pa.ArrowException) as error:
            why = getattr(error, "strerror", None) or "it is damaged"
            troubles[job] = f"{path.name} cannot be read ({why}); janus-md run creates it again"
            continue
        paths[job] = str(path)
        if found not in known:
            known.append(found)
            for one in found:
                fields.setdefault(one.name, one.with_nullable(True))
    return pa.schema(list(fields.values())), paths, troubles


def decoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch in which names of kinds are strings."""
    import pyarrow as pa

    arrays = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)
