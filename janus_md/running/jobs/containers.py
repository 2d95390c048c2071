"""Tar and zip files behind one interface."""

from __future__ import annotations

import io
import tarfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol


class Container(Protocol):
    """An archive that is being written."""

    def add(self, path: str, content: bytes | Path) -> int:
        """Add a file; return its size."""
        ...


@contextmanager
def opened(path: Path, ending: str) -> Iterator[Container]:
    """Open an archive of the format that belongs to an ending."""
    if ending == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            yield _Zip(zipped)
        return
    packing = {".tar": "w", ".tar.xz": "w:xz"}.get(ending, "w:gz")
    with tarfile.open(str(path), packing) as tarred:  # type: ignore[call-overload]
        yield _Tar(tarred)


class _Zip:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def add(self, path: str, content: bytes | Path) -> int:
        """Add a file; return its size."""
        if isinstance(content, bytes):
            self._file.writestr(path, content)
            return len(content)
        self._file.write(content, path)
        return self._file.getinfo(path).file_size


class _Tar:
    def __init__(self, file: tarfile.TarFile) -> None:
        self._file = file

    def add(self, path: str, content: bytes | Path) -> int:
        """Add a file without owner; return its size."""
        if isinstance(content, bytes):
            about = tarfile.TarInfo(path)
            about.size, about.mtime = len(content), int(time.time())
            self._file.addfile(about, io.BytesIO(content))
            return len(content)
        about = self._file.gettarinfo(str(content), path)
        about.uid = about.gid = 0
        about.uname = about.gname = ""
        about.type, about.linkname = tarfile.REGTYPE, ""  # also if it is a hard link
        with content.open("rb") as file:
            about.size = content.stat().st_size
            self._file.addfile(about, file)
        return about.size
