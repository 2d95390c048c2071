"""Reading of the jobs of a workspace; a damaged job does not affect the others."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md.common.collection import without_collection
from janus_md.common.errors import JanusError
from janus_md.study.catalogue import copies
from janus_md.workspace import continuation, documents, doubts, products

if TYPE_CHECKING:
    from signac import Project

STATE_POINT = "signac_statepoint.json"
"""Name of signac's file."""

DAMAGED = "damaged"
"""State of a job that cannot be used until it is repaired."""

FIELDS = frozenset(
    {
        "schema_version", "particle", "mixture", "model", "n_bodies", "volume_fraction",
        "temperature", "relative_permittivity", "viscosity", "electrostatics", "start", "protocol",
        "replica",
    }
)  # fmt: skip
"""Keys of all state points of `janus-md init`, for a check without importing the slow schema."""

OPTIONAL = frozenset({"box_ratio", "definitions", "environment", "interactions", "number_density"})
"""Keys that `janus-md init` writes only if they have a value."""

SCHEMA_VERSION = 2
"""Schema version of state points with these keys."""

_ID = re.compile(r"[0-9a-f]{32}")
_AVERAGE = frozenset({"mean", "error"})


@dataclass(frozen=True, slots=True)
class Record:
    """A job, as read from its folder.

    Attributes
    ----------
    id : str
        Id of the job.
    directory : str
        Folder of the job.
    state : str
        State of :func:`janus_md.workspace.products.state`, :data:`DAMAGED`, or
        :data:`janus_md.workspace.continuation.CONTINUED`.
    left : tuple of str
        Remaining operations (:func:`janus_md.workspace.products.missing`); none if it is damaged.
    statepoint, document : mapping
        State point and job document; empty if they are missing or not valid.
    files : collection of str
        Names of the files in the folder.
    trouble : str
        Description of the damage, with advice; also the message under ``failure`` in `document`.
    changed : str
        Changes since its data were created (:func:`janus_md.workspace.doubts.changed`).
    continued_by : str
        Id of the longer job that continues it.
    """

    id: str
    directory: str
    state: str
    left: tuple[str, ...]
    statepoint: Mapping[str, Any]
    document: Mapping[str, Any]
    files: Collection[str]
    trouble: str = ""
    changed: str = ""
    continued_by: str = ""


def is_id(name: str) -> bool:
    """Whether a name is a possible job id."""
    return _ID.fullmatch(name) is not None


def job_ids(project: Project) -> list[str]:
    """Return the ids of all jobs, unordered; folders with other names are not jobs."""
    return [entry.name for entry in _entries(project) if is_id(entry.name)]


def strays(project: Project) -> list[str]:
    """Return the sorted names of folders in the workspace that are not jobs, such as copies."""
    return sorted(
        entry.name
        for entry in _entries(project)
        if not is_id(entry.name) and entry.name[0] != "." and entry.is_dir()
    )


def _entries(project: Project) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(project.workspace) as entries:
            return list(entries)
    except OSError as error:
        raise JanusError(
            f"directory: {project.workspace!r} cannot be read: {error.strerror}"
        ) from error


def read_jobs(
    project: Project,
    ids: Iterable[str] | None = None,
    keys: Collection[str] | None = None,
    *,
    thorough: bool = False,
) -> Iterator[Record]:
    """Read jobs one by one, unordered.

    Parameters
    ----------
    project : signac.Project
        The workspace.
    ids : iterable of str, optional
        Ids of the jobs; all by default.
    keys : collection of str, optional
        Keys of the documents to keep, with the values below them; all by default, which takes more
        than a gigabyte for 10^5 jobs.
    thorough : bool
        As in :func:`read_job`.

    Raises
    ------
    JanusError
        If there are no jobs.
    """
    here = job_ids(project)
    if not here:
        raise JanusError(
            f"directory: {project.path!r} has no jobs; add some with `janus-md init TEMPLATE`"
        )
    _check_version(project, here)
    wanted = None if ids is None else set(ids)
    kept = None if keys is None else frozenset(keys)
    edited = copies.edited_in(Path(project.path))
    lists: dict[tuple[str, ...], tuple[str, ...]] = {}
    with without_collection():
        for name in here:
            if wanted is not None and name not in wanted:
                continue
            directory = f"{project.workspace}/{name}"
            if (record := _read(directory, name, kept, lists, thorough, edited)) is not None:
                yield record


def _check_version(project: Project, names: Iterable[str]) -> None:
    """Refuse a workspace of the first version.

    Raises
    ------
    JanusError
        If it is one.
    """
    for name in names:
        if _statepoint(f"{project.workspace}/{name}", name)[0].get("schema_version") != 1:
            return
    raise JanusError(
        f"directory: {project.path!r} is a workspace of janus-md 0.1.0 (schema_version 1), which "
        "only that version can read; create a new one with `janus-md init`"
    )


def read_job(directory: Path, *, thorough: bool = False) -> Record | None:
    """Read the job in `directory`; None if there is none.

    If `thorough`, the state point is validated against the schema, and tables that cannot be read
    count as missing. This takes 0.1 ms.
    """
    edited = copies.edited_in(directory.parent.parent)
    return _read(str(directory), directory.name, None, {}, thorough, edited)


def read_document(directory: str) -> dict[str, Any]:
    """Read the document of the job in `directory`; if it is not valid, return it as a failure."""
    document, trouble = documents.read(directory)
    return {"failure": {"message": trouble}} if trouble else document


def _read(
    path: str,
    name: str,
    keys: frozenset[str] | None,
    lists: dict[tuple[str, ...], tuple[str, ...]],
    thorough: bool,
    edited: Collection[tuple[str, str]],
) -> Record | None:
    """Read a job; return None if it was removed. `lists` caches equal lists of files."""
    files, trouble = products.file_names(path)
    if files is None:
        return None
    statepoint: dict[str, Any] = {}
    document: dict[str, Any] = {}
    if not trouble:
        statepoint, trouble = _statepoint(path, name)
        document, wrong = documents.read(path)
        trouble = trouble or wrong
    if trouble and not os.path.lexists(path):
        return None
    if thorough and not trouble:
        bad = products.unreadable(path, files)
        files = tuple(one for one in files if one not in bad)
    left = tuple(products.missing(files, document))
    if thorough and not trouble:
        trouble = _foreign(statepoint, None if not left else Path(path).parent.parent)
    files = lists.setdefault(files, files)
    if trouble:
        document = {"failure": {"message": trouble}}
        left = ()
    state = DAMAGED if trouble else products.state(left, document)
    longer = continuation.successor(document)
    if longer and continuation.is_superseded(os.path.dirname(path), document):
        state, left = continuation.CONTINUED, ()
    kept = document if keys is None else _kept(document, keys)
    since = doubts.changed(document, statepoint, edited)
    return Record(name, path, state, left, statepoint, kept, files, trouble, since, longer)


def _statepoint(path: str, name: str) -> tuple[dict[str, Any], str]:
    """Return a state point and the reason why it is not valid; one of them is empty."""
    from signac.job import calc_id

    try:
        found = documents.parsed(documents.content(f"{path}/{STATE_POINT}"))
    except (FileNotFoundError, ValueError, RecursionError):
        found = None
    except OSError as error:
        return {}, f"{STATE_POINT} cannot be read ({error.strerror}); fix this"
    if not isinstance(found, dict):
        return {}, (
            f"{STATE_POINT} is missing or damaged; run `janus-md init` with its template to "
            "restore it"
        )
    if calc_id(found) != name:
        return {}, (
            f"{STATE_POINT} does not belong to this folder: one of them was edited, renamed or "
            "copied; run `janus-md init` with its template to restore it"
        )
    ours = found.get("schema_version") == SCHEMA_VERSION and found.keys() >= FIELDS
    if ours and found.keys() <= FIELDS | OPTIONAL:
        return found, ""
    return found, _foreign(found)


def _foreign(statepoint: Mapping[str, Any], workspace: Path | None = None) -> str:
    """Return the reason why a state point is not valid or cannot be simulated; empty if it can.

    Its particles are checked only if a `workspace` is given, as a finished job does not need them.
    """
    from janus_md.study.resolve import resolve
    from janus_md.study.starts.frame_copies import frames_in
    from janus_md.study.statepoint import StatePoint
    from janus_md.study.statepoint_errors import BadStatePoint

    try:
        point = StatePoint.of(statepoint)
    except BadStatePoint as error:
        return f"not a state point of janus-md: {error}"
    if workspace is None:
        return ""
    try:
        resolve(point, copies.entries(workspace, point.definitions), frames_in(workspace))
    except JanusError as error:
        return str(error)
    return ""


def _kept(nested: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """Return the values of nested maps at or below these keys."""
    found = {}
    for key, value in nested.items():
        if key in keys:
            found[key] = value
        elif type(value) is dict and key != doubts.MADE_FOR:
            # Most maps are averages; to look into each of them would take half of the time.
            if value.keys() == _AVERAGE and keys.isdisjoint(_AVERAGE):
                continue
            if below := _kept(value, keys):
                found[key] = below
    return found
