"""Parquet files: renamed when complete, and read with their checksums."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole

if TYPE_CHECKING:
    import pandas as pd


class PartialParquet:
    """A Parquet file that gets its name when it is complete.

    A context manager; if it is left by an error, nothing is written.
    """

    def __init__(self, path: Path, schema: Any) -> None:
        import pyarrow.parquet as pq

        with ExitStack() as stack:
            partial = stack.enter_context(written_whole(path))
            self._writer = pq.ParquetWriter(
                partial, schema, compression="zstd", write_page_checksum=True
            )
            stack.enter_context(self._writer)
            self._open = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def write(self, table: Any) -> None:
        """Append a table as one row group."""
        if len(table):
            self._writer.write_table(table)


def read_table(
    path: Path, columns: Sequence[str] | None = None, filters: Any = None
) -> pd.DataFrame:
    """Read a Parquet table; the checksum of each page is verified, if it has one.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str, optional
        Names of the columns; all by default.
    filters : optional
        Which rows, as of :func:`pyarrow.parquet.read_table`.

    Raises
    ------
    JanusError
        If it cannot be read, or lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(
            path,
            columns=None if columns is None else list(columns),
            filters=filters,
            partitioning=None,  # else names of folders may become columns
            page_checksum_verification=True,
        ).to_pandas()
    except (OSError, ValueError, LookupError, pa.ArrowException) as error:
        why = getattr(error, "strerror", None) or "it is damaged, or of another version"
        raise JanusError(
            f"{path.name} cannot be read ({why}); remove it and run again: it is made anew"
        ) from error
