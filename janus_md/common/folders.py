"""Early check of the folders to which a command writes."""

from __future__ import annotations

import os
from pathlib import Path

from janus_md.common.errors import JanusError


def check_folder(path: Path, option: str) -> None:
    """Check that a path is a folder that can be written, or can become one.

    Parameters
    ----------
    path : Path
        The folder; it is created later if it is missing.
    option : str
        Name of the option, such as ``--out``.

    Raises
    ------
    JanusError
        If the path or its parent is a file, or the folder cannot be written.
    """
    try:
        there = next(one for one in (path, *path.parents) if one.exists() or one.is_symlink())
        if not there.is_dir():
            where = "" if there == path else f"is in {str(there)!r}, which "
            raise JanusError(f"{option}: {str(path)!r} {where}is a file; it must be a folder")
        if not os.access(there, os.W_OK | os.X_OK):
            raise JanusError(f"{option}: no permission to write to {str(there)!r}")
    except OSError as error:
        raise JanusError(f"{option}: {str(path)!r} cannot be a folder: {error.strerror}") from error
