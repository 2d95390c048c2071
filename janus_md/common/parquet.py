"""Parquet files, written atomically and read with verification of checksums."""

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
    """A Parquet file that gets its final name when it is complete.

    It is a context manager. If an exception leaves the context, no file is written.
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
    """Read a Parquet table; the checksums of pages are verified, if there are any.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str, optional
        Names of the columns; all by default.
    filters : optional
        Filters of rows, as in :func:`pyarrow.parquet.read_table`.

    Raises
    ------
    JanusError
        If it cannot be read, or a column is missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(
            path,
            columns=None if columns is None else list(columns),
            filters=filters,
            partitioning=None,  # otherwise names of folders may become columns
            page_checksum_verification=True,
        ).to_pandas()
    except (OSError, ValueError, LookupError, pa.ArrowException) as error:
        why = getattr(error, "strerror", None) or "it is damaged, or from another version"
        raise JanusError(
            f"{path.name} cannot be read ({why}); remove it and run again to recreate it"
        ) from error
