"""Creation and opening of workspaces, in the layout of signac.

The state point cache of signac (`.signac/statepoint_cache.json.gz`) is written for users of signac.
This package does not use it. It reads each state point and compares its hash with the id
(:mod:`janus_md.workspace.records`), which takes no longer.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common import locks, plugins
from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole
from janus_md.study.catalogue import copies
from janus_md.workspace import descriptions, project_file
from janus_md.workspace.records import STATE_POINT, Record, read_document, read_jobs

if TYPE_CHECKING:
    from signac import Project
    from signac.job import Job

__all__ = [
    "Record", "check_cache", "create", "job_of", "open_job", "open_project", "read_document",
    "read_jobs",
]  # fmt: skip

PATIENCE = 120.0
"""Maximum time that :func:`create` waits for another call in the same folder, s."""

_DAMAGED_CACHE = (EOFError, OSError, RecursionError, TypeError, ValueError, zlib.error)

_STAGING = ".new-"
_STALE_SECONDS = 3600.0  # older staging folders were left by an init that was killed


def open_project(directory: str | Path) -> Project:
    """Open the workspace in `directory` (not in a parent folder), and use its plugins.

    Raises
    ------
    JanusError
        If `directory` is not a workspace, or has another schema version of signac.
    """
    import signac

    try:
        project = signac.Project(Path(directory).resolve())
        plugins.use(directory)
        return project
    except (LookupError, OSError) as error:
        raise JanusError(
            f"directory: {str(directory)!r} is not a workspace; it must be a folder created by "
            "`janus-md init`"
        ) from error
    except (signac.errors.Error, ValueError) as error:
        raise _unusable(directory, error) from error


def _unusable(directory: str | Path, error: Exception) -> JanusError:
    """Return the error for signac's files that have another schema version or are damaged."""
    from signac.errors import IncompatibleSchemaVersion

    why = " ".join(str(error).split())
    if not isinstance(error, IncompatibleSchemaVersion):
        why = f"its .signac/config is damaged ({why})"
    return JanusError(f"directory: {str(directory)!r} cannot be used by signac: {why}")


def open_job(directory: Path) -> Job:
    """Open the job with the folder `directory`."""
    return job_of(open_project(directory.parent.parent), directory.name)


def job_of(project: Project, name: str) -> Job:
    """Open the job with this id, even if signac's cache is damaged.

    Raises
    ------
    KeyError
        If there is no such job.
    """
    try:
        return project.open_job(id=name)
    except _DAMAGED_CACHE:
        _drop_cache(project)
        return project.open_job(id=name)


def check_cache(project: Project) -> None:
    """Remove signac's cache of state points if it is damaged."""
    with suppress(KeyError):  # there is no such job, but signac reads the cache
        job_of(project, "0" * 32)


def _drop_cache(project: Project) -> None:
    """Remove signac's cache of state points, which signac can recreate."""
    Path(project.fn(project.FN_CACHE)).unlink(missing_ok=True)


Prepare = Callable[[Path, Mapping[str, Any]], bool]
"""Function that adds files to the folder of a new job with this state point, before the folder gets
its name. If the result is False, the job is not created."""


def create(
    directory: Path,
    statepoints: Iterable[Mapping[str, Any]],
    notify: Callable[[str], None] = lambda note: None,
    prepare: Prepare = lambda folder, statepoint: True,
    description: str = "",
) -> int:
    """Create the workspace in `directory`, or add jobs to it; return the number of new jobs.

    The folder of a job gets its name after its state point is written. If this function is
    interrupted, all existing jobs are complete, and the next call adds the rest. Damaged state
    points are written again. `notify` is called with messages for the user, and `prepare` with each
    new job. `description` is that of the template, the title of the report.

    Raises
    ------
    JanusError
        If `directory` is a file or cannot be written.
    """
    import signac

    if directory.exists() and not directory.is_dir():
        raise JanusError(f"directory: {str(directory)!r} is a file; it must be a folder, or new")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _alone(directory):
            project = signac.init_project(path=directory.resolve())
            descriptions.add(directory, description)
            new = _add(Path(project.workspace), _with_copies(directory, statepoints), prepare)
            update_cache(project)
            if note := project_file.write(directory):
                notify(note)
    except OSError as error:
        raise JanusError(f"directory: {str(directory)!r} cannot be written: {error}") from error
    except (signac.errors.Error, ValueError) as error:
        raise _unusable(directory, error) from error
    return new


def update_cache(project: Project) -> None:
    """Write signac's cache, unless a job is damaged."""
    from signac.errors import JobsCorruptedError

    check_cache(project)
    with suppress(KeyError, JobsCorruptedError):
        project.update_cache()


def _with_copies(
    directory: Path, statepoints: Iterable[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """Yield the state points, each after its particles and its first frame were copied."""
    from janus_md.study.starts import first_frames, frame_copies

    copied: set[tuple[str, str]] = set()
    frames: set[str] = set()
    for statepoint in statepoints:
        for particle in statepoint.get("definitions", {}).items():
            if particle not in copied:
                copies.write(directory, *particle)
                copied.add(particle)
        if first_frames.is_from(statepoint.get("start")):
            statepoint = first_frames.completed(statepoint)
            digest = str(statepoint["start"]["digest"])
            if digest not in frames:
                frame_copies.write(directory, digest)
                frames.add(digest)
        yield statepoint


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Exclude other calls of :func:`create`, as signac does not write its files atomically."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with ExitStack() as held:
            with suppress(OSError):  # the parent folder may not be writable
                held.enter_context(locks.taking(descriptor, directory.resolve(), PATIENCE, 0.1))
            yield
    finally:
        os.close(descriptor)


def _add(workspace: Path, statepoints: Iterable[Mapping[str, Any]], prepare: Prepare) -> int:
    """Add the missing jobs; return their number.

    Folders are renamed when they are complete, but not flushed to the disk. With a flush, as in
    :func:`written_whole`, a job takes 7 ms instead of 0.2 ms, and 10^5 jobs take 12 minutes. The
    next call restores jobs that were damaged by a crash of the machine.
    """
    from signac.job import calc_id

    workspace.mkdir(exist_ok=True)
    for left in workspace.glob(f"{_STAGING}*"):
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    there = set(os.listdir(workspace))
    staging = tempfile.mkdtemp(prefix=_STAGING, dir=workspace)
    new = 0
    try:
        for statepoint in statepoints:
            job_id = calc_id(statepoint)
            place = f"{workspace}/{job_id}"
            if job_id in there:
                _repair(f"{place}/{STATE_POINT}", statepoint)
                continue
            made = f"{staging}/{job_id}"
            os.mkdir(made)
            _write(f"{made}/{STATE_POINT}", statepoint)
            if not prepare(Path(made), statepoint):
                shutil.rmtree(made)
                continue
            try:
                os.rename(made, place)
                new += 1
            except OSError as error:
                if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                    raise
                shutil.rmtree(made)  # another init has created the job
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return new


def _repair(path: str, statepoint: Mapping[str, Any]) -> None:
    """Write the state point of a job again if it is damaged or missing."""
    try:
        with open(path, "rb") as file:
            if json.loads(file.read()) == statepoint:
                return
    except (FileNotFoundError, ValueError, RecursionError):
        pass
    with written_whole(Path(path)) as partial:
        _write(str(partial), statepoint)


def _write(path: str, statepoint: Mapping[str, Any]) -> None:
    """Write a state point in the format of signac."""
    with open(path, "wb") as file:
        file.write(json.dumps(statepoint).encode())
