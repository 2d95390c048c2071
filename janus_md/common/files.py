"""Atomic writing of files, and errors of reading."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError


@contextmanager
def written_whole(path: Path, mark: str = "partial") -> Iterator[Path]:
    """Yield the path of a partial file to write; at the end it is renamed to `path`.

    Readers see the old or the new file, never an incomplete one, even after a crash of the machine.
    The partial file has the suffix of `path`. If writing fails, it is removed.

    Parameters
    ----------
    path : Path
        Name of the complete file; a file of this name is replaced.
    mark : str
        Part of the name of the partial file. Processes that may write `path` at the same time need
        different marks.
    """
    partial = path.with_name(f"{path.stem}.{mark}{path.suffix}")
    partial.unlink(missing_ok=True)
    try:
        yield partial
        publish(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Convert errors of reading a text file in this block.

    Parameters
    ----------
    what : str
        Name of the file in messages, such as ``template: 'a.yaml'``.

    Raises
    ------
    JanusError
        If the file cannot be read, or is not UTF-8.
    """
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it must be text in UTF-8"
        raise JanusError(f"{what} cannot be read: {why}") from error


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one if there is none or it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def publish_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 with :func:`written_whole`."""
    with written_whole(path) as partial:
        partial.write_text(text, encoding="utf-8")


def publish(partial: Path, final: Path) -> None:
    """Flush a written file to the disk and rename it to `final`."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
