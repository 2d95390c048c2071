"""The workspace on disk, in signac's layout: made, opened, and read in one pass.

signac's own state point cache (`.signac/statepoint_cache.json.gz`) is the only index: a job's id is
the hash of its state point, so that what is in it cannot be out of date. Documents change and are
read anew each time.
"""

from __future__ import annotations

import errno
import gc
import gzip
import json
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md import locks, products
from janus_md.errors import JanusError

if TYPE_CHECKING:
    from signac import Project
    from signac.job import Job

STATE_POINT, DOCUMENT = "signac_statepoint.json", "signac_job_document.json"
"""signac's names of a job's files."""

PATIENCE = 120.0
"""Seconds that :func:`create` waits for another one in the same folder."""

_STAGING = ".new-"
_STALE_SECONDS = 3600.0  # staging that was not touched for so long is left of an init that died


@dataclass(frozen=True, slots=True)
class Record:
    """A job as it was when the workspace was read.

    Attributes
    ----------
    id : str
        signac's id.
    directory : str
        Its folder.
    state : str
        How far it is (:func:`janus_md.products.state`).
    left : tuple of str
        Operations that it still needs (:func:`janus_md.products.missing`).
    statepoint, document : mapping
        Empty where there is none. What cannot be read is told under ``failure`` of the document.
    files : collection of str
        Names in its folder.
    """

    id: str
    directory: str
    state: str
    left: tuple[str, ...]
    statepoint: Mapping[str, Any]
    document: Mapping[str, Any]
    files: Collection[str]


def open_project(directory: str | Path) -> Project:
    """Open the workspace in `directory` itself.

    Raises
    ------
    JanusError
        Where `directory` is not a workspace.
    """
    import signac

    path = Path(directory).resolve()
    try:
        return signac.get_project(path=path, search=False)
    except (LookupError, OSError, signac.errors.IncompatibleSchemaVersion) as error:
        raise JanusError(
            f"directory: {str(directory)!r} is not a workspace; it must be a folder that "
            "`janus-md init` made"
        ) from error


def open_job(directory: Path) -> Job:
    """Open the job whose folder is `directory`, in a workspace."""
    return open_project(directory.parent.parent).open_job(id=directory.name)


def read_jobs(
    project: Project, ids: Iterable[str] | None = None, keys: Collection[str] | None = None
) -> Iterator[Record]:
    """Read the jobs of these ids, or all, one after the other, in no order.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    ids : iterable of str, optional
        Which jobs; all by default.
    keys : collection of str, optional
        Of the documents, keep only values that have one of these keys above them; by default all,
        which is more than a gigabyte for a hundred thousand jobs.

    Raises
    ------
    JanusError
        Where there are none.
    """
    if not len(project):
        raise JanusError(
            f"directory: {project.path!r} holds no jobs; add some with `janus-md init TEMPLATE`"
        )
    _check_cache(project)
    wanted = None if ids is None else set(ids)
    kept = None if keys is None else frozenset(keys)
    lists: dict[tuple[str, ...], tuple[str, ...]] = {}
    collecting = gc.isenabled()
    gc.disable()  # nothing of this is garbage, and to look through it again and again takes a while
    try:
        for job in project:
            if wanted is not None and job.id not in wanted:
                continue
            if (record := _read(job, kept, lists)) is not None:
                yield record
    finally:
        if collecting:
            gc.enable()


def read_document(directory: str) -> dict[str, Any]:
    """Read the document of the job in `directory`; what cannot be read is told as its failure."""
    try:
        with open(f"{directory}/{DOCUMENT}", "rb") as file:
            document = json.loads(file.read())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        return _trouble(f"{DOCUMENT} cannot be read ({error}); remove it and run again")
    return document if isinstance(document, dict) else _trouble(f"{DOCUMENT} is not a map")


def _read(
    job: Job, keys: frozenset[str] | None, lists: dict[tuple[str, ...], tuple[str, ...]]
) -> Record | None:
    """Read one job; None where it has been removed meanwhile. `lists` has those of equal files."""
    from signac.errors import JobsCorruptedError

    path, statepoint = job.path, {}
    try:
        files = tuple(sorted(os.listdir(path)))
        statepoint = job.cached_statepoint
        document = read_document(path)
    except (FileNotFoundError, KeyError):
        return None
    except JobsCorruptedError:
        document = _trouble(
            f"{STATE_POINT} is missing or damaged; `janus-md init` with its template writes it anew"
        )
    left = tuple(products.missing(files, document))
    state = products.state(left, document)
    kept = document if keys is None else _kept(document, keys)
    files = lists.setdefault(files, files)
    return Record(str(job.id), path, state, left, statepoint, kept, files)


def _kept(nested: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """Values of nested maps that have one of the keys above them."""
    found = {}
    for key, value in nested.items():
        if key in keys:
            found[key] = value
        elif isinstance(value, dict) and (below := _kept(value, keys)):
            found[key] = below
    return found


def _trouble(message: str) -> dict[str, Any]:
    return {"failure": {"message": message}}


def _check_cache(project: Project) -> None:
    """Drop a state point cache that is damaged (signac makes do without)."""
    try:
        for job in islice(project, 1):
            project.open_job(id=str(job.id))  # reads the cache
    except (EOFError, ValueError, zlib.error, gzip.BadGzipFile):
        Path(project.fn(project.FN_CACHE)).unlink()


def create(directory: Path, statepoints: Iterable[Mapping[str, Any]]) -> int:
    """Make the workspace in `directory`, or add jobs to it; return how many are new.

    A job's folder gets its name when its state point is in it, so that whatever interrupts this
    leaves whole jobs alone, and the next call makes the rest. State points that are damaged are
    written anew.

    Raises
    ------
    JanusError
        Where `directory` is a file or cannot be written.
    """
    import signac

    if directory.exists() and not directory.is_dir():
        raise JanusError(f"directory: {str(directory)!r} is a file; it must be a folder, or new")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _alone(directory):
            project = signac.init_project(path=directory.resolve())
            new = _add(Path(project.workspace), statepoints)
            _check_cache(project)
            with suppress(signac.errors.JobsCorruptedError):  # of another template: `status` tells
                project.update_cache()
            script = directory / "project.py"
            if not script.exists():
                partial = directory / "project.py.partial"
                shutil.copyfile(Path(__file__).with_name("project.py"), partial)
                partial.replace(script)
    except OSError as error:
        raise JanusError(f"directory: {str(directory)!r} cannot be written: {error}") from error
    return new


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Keep other calls of :func:`create` away: signac's own files are not written in one stroke."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with ExitStack() as held:
            with suppress(OSError):  # the folder around it may not be writable
                held.enter_context(locks.taking(descriptor, directory.resolve(), PATIENCE, 0.1))
            yield
    finally:
        os.close(descriptor)


def _add(workspace: Path, statepoints: Iterable[Mapping[str, Any]]) -> int:
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
                _mend(place, statepoint, staging)
                continue
            made = f"{staging}/{job_id}"
            os.mkdir(made)
            _write(f"{made}/{STATE_POINT}", statepoint)
            try:
                os.rename(made, place)
                new += 1
            except OSError as error:
                if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                    raise
                shutil.rmtree(made)  # another init was faster
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return new


def _mend(place: str, statepoint: Mapping[str, Any], staging: str) -> None:
    """Write the state point of a job again where it is not whole."""
    try:
        with open(f"{place}/{STATE_POINT}", "rb") as file:
            if json.loads(file.read()) == statepoint:
                return
    except (FileNotFoundError, ValueError):
        pass
    written = f"{staging}/{STATE_POINT}"
    _write(written, statepoint)
    os.replace(written, f"{place}/{STATE_POINT}")


def _write(path: str, statepoint: Mapping[str, Any]) -> None:
    """Write a state point as signac does."""
    with open(path, "wb") as file:
        file.write(json.dumps(statepoint).encode())
