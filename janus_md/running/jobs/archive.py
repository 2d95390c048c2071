"""Archive of a workspace: one file with all that a reader needs to use its results."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janus_md import __version__
from janus_md.common import plugins
from janus_md.common.errors import JanusError
from janus_md.common.files import written_whole
from janus_md.common.messages import count
from janus_md.running.jobs.containers import opened
from janus_md.study.catalogue import copies
from janus_md.study.starts import frame_copies
from janus_md.workspace import descriptions, documents, products, project_file
from janus_md.workspace.records import STATE_POINT

if TYPE_CHECKING:
    from signac import Project

    from janus_md.workspace.records import Record

FORMATS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz")
"""Endings of the names of archives."""

PACKAGES = ("signac", "signac-flow", "gsd", "freud-analysis", "numpy", "scipy", "pandas", "pyarrow")
"""Packages whose versions are listed."""

RESULTS = (STATE_POINT, documents.DOCUMENT, products.LOG, *products.TABLES)
"""Files of a job that are always included."""

TRAJECTORIES = (products.INITIAL, products.TRAJECTORY, products.RESTART)
"""Files of a job that are included on request: positions, and the checkpoint to extend a run."""

REPORT = "report"
"""Folder of the report in a workspace."""

_README = """\
# {name}

{jobs} of janus-md {version}, archived on {date}.

| path | contents |
|---|---|
| `results.csv` | state points and averages of all jobs, one row per job |
| `workspace/ID/signac_statepoint.json` | state point of a job: all that defines its physics |
| `workspace/ID/signac_job_document.json` | execution (engine, mesh and its error), averages |
| `workspace/ID/*.parquet` | tables of the analysis: wires, frames, aggregates and others |
| `workspace/ID/log.gsd` | energy, temperatures and dipole moment of the box, one row per frame |
{optional}| `versions.json` | versions of the software here, and of the engines that ran the jobs |
| `checksums.sha256` | SHA-256 of all files: `sha256sum -c checksums.sha256` |

{states}

The folder is a workspace of signac. With janus-md installed, these commands work in it:

    janus-md status
    janus-md query
    janus-md report
{again}
Columns and units of the tables: `janus-md schema --columns`. Keys of the state points:
`janus-md schema --table`. Lengths are in nm, times in ps, energies in kJ/mol.
"""

_OPTIONAL = {
    copies.FOLDER: "definitions of the particles, with sources",
    frame_copies.FOLDER: "frames in which runs started",
    plugins.FOLDER: "user code: shapes, terms, fields, observables",
    REPORT: "report with figures, as written last",
}


@dataclass(frozen=True)
class Contents:
    """What an archive contains.

    Attributes
    ----------
    files, size : int
        Number of files, and their size before compression in bytes.
    report : bool
        Whether a report is among them.
    """

    files: int
    size: int
    report: bool


def check_name(file: Path) -> str:
    """Return the ending of the name of an archive.

    Raises
    ------
    JanusError
        If it is not one of :data:`FORMATS`, or the file exists, or its folder does not.
    """
    ending = next((one for one in FORMATS if file.name.endswith(one) and file.name != one), None)
    if ending is None:
        raise JanusError(f"FILE: {str(file)!r} is not allowed; it must end in {', '.join(FORMATS)}")
    if file.exists():
        raise JanusError(f"FILE: {str(file)!r} exists; remove it, or choose another name")
    if not file.absolute().parent.is_dir():
        raise JanusError(f"FILE: the folder of {str(file)!r} does not exist; it must be created")
    return ending


def write(
    file: Path,
    project: Project,
    records: Sequence[Record],
    table: str,
    *,
    trajectories: bool = False,
) -> Contents:
    """Write an archive; the file gets its name when it is complete.

    Parameters
    ----------
    file : Path
        The archive, with a name that ends in one of :data:`FORMATS`.
    project : signac.Project
        The workspace.
    records : sequence of Record
        The jobs, with their whole documents.
    table : str
        Results of the jobs as CSV.
    trajectories : bool
        Whether to include positions and checkpoints (:data:`TRAJECTORIES`).

    Returns
    -------
    Contents
        Number and size of the files.

    Raises
    ------
    JanusError
        If the name is not allowed, or a file cannot be read or written.
    """
    ending = check_name(file)
    name, root = file.name.removesuffix(ending), Path(project.path)
    found = list(_files(root, records, trajectories))
    folders = {Path(inside).parts[0] for inside, _ in found}
    texts = {
        "README.md": _readme(name, records, folders, trajectories),
        "results.csv": table,
        "versions.json": json.dumps(_versions(records), indent=2) + "\n",
    }
    sums, size = list[str](), 0
    try:
        with written_whole(file) as partial, opened(partial, ending) as archive:
            contents = [(inside, text.encode()) for inside, text in texts.items()]
            for inside, content in (*contents, *found):
                sums.append(f"{_sha256(content)}  {inside}\n")
                size += archive.add(f"{name}/{inside}", content)
            archive.add(f"{name}/checksums.sha256", "".join(sums).encode())
    except OSError as error:
        where = error.filename or file
        raise JanusError(f"FILE: {str(where)!r}: {error.strerror or error}") from error
    return Contents(len(sums) + 1, size, REPORT in folders)


def _files(
    root: Path, records: Sequence[Record], trajectories: bool
) -> Iterator[tuple[str, bytes | Path]]:
    """Yield the files of a workspace: name in the archive, and content or path."""
    config = root / ".signac" / "config"
    if config.is_file():
        yield ".signac/config", config
    for name in (project_file.NAME, descriptions.FILE):
        if (root / name).is_file():
            yield name, root / name
    yield from _copies(root, records)
    for folder in (plugins.FOLDER, REPORT):
        for path in sorted((root / folder).rglob("*")):
            hidden = any(part[0] == "." or part == "__pycache__" for part in path.parts[-2:])
            if path.is_file() and not hidden:
                yield path.relative_to(root).as_posix(), path
    names = (*RESULTS, *TRAJECTORIES) if trajectories else RESULTS
    for one in records:
        for name in names:
            path = Path(one.directory) / name
            if name not in one.files:
                continue
            # A document may be written again in the meantime.
            content = path.read_bytes() if name == documents.DOCUMENT else path
            yield f"workspace/{one.id}/{name}", content


def _copies(root: Path, records: Sequence[Record]) -> Iterator[tuple[str, Path]]:
    """Yield the copies of the particles and frames that the jobs need."""
    needed = set()
    for one in records:
        for particle, digest in one.statepoint.get("definitions", {}).items():
            needed.add(copies.copy_file(root, particle, digest))
        start = one.statepoint.get("start")
        if isinstance(start, Mapping) and "digest" in start:
            needed.add(frame_copies.copy_file(root, str(start["digest"])))
    for path in sorted(needed):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path


def _readme(name: str, records: Sequence[Record], folders: set[str], trajectories: bool) -> str:
    lines = [
        f"| `{folder}/` | {about} |\n" for folder, about in _OPTIONAL.items() if folder in folders
    ]
    if trajectories:
        lines.append("| `workspace/ID/*.gsd`, `restart.npz` | trajectories, last checkpoint |\n")
    states = Counter(one.state for one in records)
    told = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    again = (
        "    janus-md extend --by 5\n"
        if trajectories
        else "\nTrajectories are not included. `janus-md run` simulates the jobs again.\n"
    )
    return _README.format(
        name=name,
        jobs=count(len(records), "job"),
        version=__version__,
        date=time.strftime("%Y-%m-%d"),
        optional="".join(lines),
        states=f"Jobs by state: {told}.",
        again=again,
    )


def _versions(records: Sequence[Record]) -> dict[str, Any]:
    """Return the versions of the software here, and of the engines that ran the jobs."""
    here = {"janus-md": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            here[package] = version(package)
        except PackageNotFoundError:
            continue
    ran = [one.document.get("execution", {}) for one in records]
    engines = Counter(f"{one['engine']} {one['version']}" for one in ran if "version" in one)
    return {"here": here, "engines": dict(sorted(engines.items()))}


def _sha256(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
