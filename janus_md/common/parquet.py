"""Parquet files: written whole, and read with their checksums."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from janus_md.common.errors import JanusError

if TYPE_CHECKING:
    import pandas as pd


class PartialParquet:
    """A Parquet file under another name until it is whole.

    Entered as a context manager; left without an error, the file takes its name, otherwise it is
    removed.
    """

    def __init__(self, path: Path, schema: Any) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self.partial = path.with_name(f"{path.stem}.partial{path.suffix}")
        self._writer = pq.ParquetWriter(
            self.partial, schema, compression="zstd", write_page_checksum=True
        )

    def __enter__(self) -> PartialParquet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
        if kind is None:
            self.partial.replace(self.path)
        else:
            self.partial.unlink(missing_ok=True)

    def write(self, table: Any) -> None:
        """Append a table as one row group."""
        if len(table):
            self._writer.write_table(table)


def read_table(
    path: Path, columns: Sequence[str] | None = None, filters: Any = None
) -> pd.DataFrame:
    """Read a Parquet table; each page is held against its checksum, where it has one.

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
        Where it cannot be read, or has not all these columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(
            path,
            columns=None if columns is None else list(columns),
            filters=filters,
            partitioning=None,  # names of folders are no columns
            page_checksum_verification=True,
        ).to_pandas()
    except (OSError, ValueError, LookupError, pa.ArrowException) as error:
        why = getattr(error, "strerror", None) or "it is damaged, or of another version"
        raise JanusError(
            f"{path.name} cannot be read ({why}); remove it and run again: it is made anew"
        ) from error
