"""Rows of a table over all jobs: wires, frames or aggregates, streamed from the Parquet files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from janus_md.analysis.sweep.row_files import FILES, decoded, files_of
from janus_md.analysis.sweep.row_filters import expression
from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.workspace import query
from janus_md.workspace.columns import Columns
from janus_md.workspace.conditions import Condition, parse
from janus_md.workspace.doubts import ALLOWABLE

if TYPE_CHECKING:
    import pyarrow as pa
    from signac import Project

JOB_INDEX = "janus_md_job"
"""Column of a batch with the index of the job among the selected ones."""

BATCH_ROWS = 65_536
"""Maximum number of rows that are read at a time."""

FILES_AT_A_TIME = 256
"""Number of files in a dataset, which keeps the metadata of all files that it has read."""

READ_AHEAD = 2
"""Number of batches, and of files, that are read ahead."""


@dataclass(frozen=True)
class RowTable:
    """A table of many jobs, and the filters that its rows must match.

    Attributes
    ----------
    name : str
        One of :data:`FILES`.
    jobs : Columns
        The jobs with rows.
    files : list of str
        File of each of these jobs.
    schema : pyarrow.Schema
        Columns of all files.
    conditions : list of Condition
        Filters of rows.
    troubles : dict of str to str
        Jobs whose file cannot be read, and why.
    n_jobs : int
        Number of jobs that the filters select, with or without rows.
    """

    name: str
    jobs: Columns
    files: list[str]
    schema: pa.Schema
    conditions: list[Condition]
    n_jobs: int
    troubles: dict[str, str] = field(default_factory=dict)

    def source(self, name: str) -> tuple[bool, str]:
        """Return whether a name is a column of the rows, else that of jobs, with its full name.

        A column of the rows comes first if both have the name.

        Raises
        ------
        JanusError
            If it is neither, or ambiguous.
        """
        if name in self.schema.names:
            return True, name
        try:
            return False, query.column(self.jobs, name)
        except JanusError as error:
            near = get_close_matches(name, self.schema.names, n=1)
            if not near or "ambiguous" in str(error):
                raise
            raise JanusError(f"column: {name!r} is unknown (did you mean {near[0]}?)") from error

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows that match, with these columns of the files and :data:`JOB_INDEX`.

        Names of kinds are strings. Memory does not depend on the number of rows.

        Raises
        ------
        JanusError
            If a file is damaged.
        """
        import pyarrow as pa
        import pyarrow.dataset as ds
        from pyarrow.fs import LocalFileSystem

        options = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
        schema = self.schema.append(pa.field(JOB_INDEX, pa.int32()))
        condition = None
        for one in self.conditions:
            found = expression(one, self.schema.field(one.key))
            condition = found if condition is None else condition & found
        for begin in range(0, len(self.files), FILES_AT_A_TIME):
            files = self.files[begin : begin + FILES_AT_A_TIME]
            dataset = ds.FileSystemDataset.from_paths(
                files,
                schema=schema,
                format=ds.ParquetFileFormat(default_fragment_scan_options=options),
                filesystem=LocalFileSystem(),
                partitions=[
                    ds.field(JOB_INDEX) == pa.scalar(begin + k, pa.int32())
                    for k in range(len(files))
                ],
            )
            scanner = dataset.scanner(
                columns=[JOB_INDEX, *columns],
                filter=condition,
                batch_size=BATCH_ROWS,
                batch_readahead=READ_AHEAD,
                fragment_readahead=READ_AHEAD,
            )
            try:
                for batch in scanner.to_batches():
                    if len(batch):
                        yield decoded(batch)
            except (OSError, pa.ArrowException) as error:
                raise JanusError(
                    f"{FILES[self.name]}: a file cannot be read ({error}); remove it and run again "
                    "to recreate it"
                ) from error


def open_rows(
    project: Project,
    name: str,
    filters: Iterable[str] = (),
    needed: Collection[str] = (),
    allow: Collection[str] = (),
) -> RowTable:
    """Open a table of all finished jobs.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    name : str
        One of :data:`FILES`.
    filters : iterable of str
        Filters on columns of the rows, such as ``n>20``, or else of the jobs, such as
        ``relative_permittivity<2``.
    needed : collection of str
        Further columns of jobs that are needed.
    allow : collection of str
        As in :func:`janus_md.workspace.query.columns`: rows of jobs with doubtful results are left
        out otherwise.

    Raises
    ------
    JanusError
        If a filter is not valid, or no job has such rows.
    """
    if name not in FILES:
        raise JanusError(unknown("table", name, FILES))
    texts = list(filters)
    every = query.columns(project, query.document_keys(texts, needed), allow)
    doubtful = {row for one in ALLOWABLE if one not in allow for row in query.withheld(every, one)}
    usable = [
        status == "done" and row not in doubtful for row, status in enumerate(every["status"])
    ]
    found = every.keep(usable)
    schema, paths, troubles = files_of(project, name, found["job"])
    jobs = found.keep([job in paths for job in found["job"]])
    table = RowTable(name, jobs, list(paths.values()), schema, [], 0, troubles)
    if not paths:
        why = next(iter(troubles.values()), "finish the jobs with `janus-md run`")
        raise JanusError(f"directory: {project.path!r}: no finished job has {name}; {why}")
    of_rows, of_jobs = [], []
    for text in texts:
        is_row, key = table.source(parse(text).key)
        if is_row:
            of_rows.append(parse(text))
            expression(of_rows[-1], schema.field(key))
        else:
            of_jobs.append(text)
    chosen = query.select(jobs, of_jobs)
    files = [paths[job] for job in chosen["job"]]
    number = len(query.select(every, of_jobs))
    return RowTable(name, chosen, files, schema, of_rows, number, troubles)


def job_values(table: RowTable, name: str) -> pa.Array:
    """Return a column of the jobs as an array, in the order of :data:`JOB_INDEX`."""
    import json

    import pyarrow as pa

    values = table.jobs.values(name)
    try:
        return pa.array(values)
    except pa.ArrowException:  # values of different types
        return pa.array([one if one is None else json.dumps(one) for one in values], pa.string())


def stream(table: RowTable, columns: Sequence[str]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Return the rows with columns of rows and jobs, as their schema and batches.

    Raises
    ------
    JanusError
        If a column is unknown.
    """
    import pyarrow as pa

    sources = [table.source(name) for name in columns]
    of_jobs = {name: job_values(table, name) for is_row, name in sources if not is_row}
    wanted = list(dict.fromkeys(name for is_row, name in sources if is_row))
    fields = []
    for label, (is_row, name) in zip(columns, sources, strict=True):
        kind = table.schema.field(name).type if is_row else of_jobs[name].type
        fields.append(pa.field(label, kind.value_type if pa.types.is_dictionary(kind) else kind))
    schema = pa.schema(fields)

    def each() -> Iterator[pa.RecordBatch]:
        for batch in table.batches(wanted):
            index = batch.column(JOB_INDEX)
            arrays = [
                batch.column(name) if is_row else of_jobs[name].take(index)
                for is_row, name in sources
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return schema, each()


def rows(
    project: Project,
    name: str,
    filters: Iterable[str] = (),
    columns: Sequence[str] | None = None,
    allow: Collection[str] = (),
) -> pa.RecordBatchReader:
    """Return the rows of a table over all finished jobs, as a stream.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    name : str
        ``wires``, ``frames`` or ``aggregates``.
    filters : iterable of str
        Filters on columns of rows (``n>20``) and jobs (``particle=R*``).
    columns : sequence of str, optional
        Names of columns of rows and jobs; by default ``job`` and all columns of the rows.
    allow : collection of str
        As in :func:`janus_md.workspace.query.columns`.

    Returns
    -------
    pyarrow.RecordBatchReader
        ``read_pandas()`` returns all rows as a DataFrame; iteration yields batches, and memory
        then does not depend on the number of rows.

    Raises
    ------
    JanusError
        If a filter or a column is not valid, or no job has such rows.
    """
    import pyarrow as pa

    table = open_rows(project, name, filters, columns or (), allow)
    return pa.RecordBatchReader.from_batches(
        *stream(table, columns or ["job", *table.schema.names])
    )
