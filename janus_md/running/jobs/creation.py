"""Creation of jobs: a longer run of a finished job continues it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from janus_md.common.errors import JanusError
from janus_md.common.messages import count
from janus_md.model.units import PS_PER_NS
from janus_md.simulation.files.extension import SETTLED, begin_from
from janus_md.study.resolve import setup_of
from janus_md.workspace import continuation, documents, jobs, products
from janus_md.workspace.records import Record, is_id

_LENGTH = "produce_ns"


@dataclass(frozen=True)
class Link:
    """A longer job and the job that it continues.

    Attributes
    ----------
    longer, shorter : str
        Ids of the jobs.
    end_ns : float
        Length of the production of the shorter job, ns.
    begin_ns : float
        Time of the production at which the longer job begins, ns. It is earlier than `end_ns` if
        the shorter job did not end at a fixed step.
    """

    longer: str
    shorter: str
    end_ns: float
    begin_ns: float


@dataclass
class Continuations:
    """Preparation of new jobs, which continues shorter jobs that are finished.

    A job continues another one if the state points differ in ``protocol.produce_ns`` alone. It
    continues the longest one that is finished.

    Attributes
    ----------
    directory : Path
        Folder of the workspace.
    required : bool
        Whether jobs are left out that continue no other job.
    links : list of Link
        The jobs that continue others.
    refused : dict of str to str
        Reasons why finished jobs could not be continued, by id.
    """

    directory: Path
    required: bool = False
    links: list[Link] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    _finished: dict[bytes, list[tuple[float, Path]]] | None = None

    def __call__(self, folder: Path, statepoint: Mapping[str, Any]) -> bool:
        """Write the files of the longest shorter job to the folder of a new job.

        Parameters
        ----------
        folder : Path
            Folder of the new job; its name is the id.
        statepoint : mapping
            State point of the new job.

        Returns
        -------
        bool
            Whether the job is to be created.
        """
        length = float(statepoint["protocol"][_LENGTH])
        shorter = [one for one in self._alike(statepoint) if one[0] < length]
        if not shorter:
            return not self.required
        end, source = max(shorter)
        try:
            setup = setup_of(statepoint, self.directory)
            done, execution = begin_from(source, folder, setup)
            document = {continuation.CONTINUES: source.name, "execution": execution}
            (folder / documents.DOCUMENT).write_text(json.dumps(document), encoding="utf-8")
            _mark(source, folder.name)
        except JanusError as error:
            self.refused[source.name] = str(error)
            _clear(folder)
            return not self.required
        begin = round(done * setup.time_step / PS_PER_NS, 9)
        self.links.append(Link(folder.name, source.name, end, begin))
        return True

    def _alike(self, statepoint: Mapping[str, Any]) -> list[tuple[float, Path]]:
        """Return the finished jobs whose state points differ in length alone, with their lengths.

        All finished jobs are read once, when the first new job is created.
        """
        if self._finished is None:
            self._finished = {}
            for record in _finished(self.directory):
                end = produced_ns(record)
                if end is not None and not record.changed:
                    alike = self._finished.setdefault(physics(record.statepoint), [])
                    alike.append((end, Path(record.directory)))
        return self._finished.get(physics(statepoint), [])


def create(
    directory: Path,
    statepoints: Iterable[Mapping[str, Any]],
    notify: Callable[[str], None] = lambda note: None,
    description: str = "",
) -> int:
    """Create the workspace in `directory`, or add jobs to it.

    A job that differs from a finished job in ``protocol.produce_ns`` alone, and is longer, begins
    where that ended. If this function is interrupted, all existing jobs are complete, and the next
    call adds the rest.

    Parameters
    ----------
    directory : Path
        Folder of the workspace.
    statepoints : iterable of mapping
        State points of the jobs.
    notify : callable
        Called with messages for the user.
    description : str
        Description of the template, which is the title of the report.

    Returns
    -------
    int
        Number of new jobs.

    Raises
    ------
    JanusError
        If `directory` is a file or cannot be written.
    """
    continuations = Continuations(directory)
    new = jobs.create(directory, statepoints, notify, continuations, description)
    if links := continuations.links:
        notify(f"{count(len(links), 'new job')} {told(links)}")
    for job, why in continuations.refused.items():
        notify(f"job {job} cannot be continued, so the longer job begins anew: {why}")
    return new


def told(links: list[Link]) -> str:
    """Return the end of a sentence about jobs that continue others."""
    repeated = sum(link.end_ns - link.begin_ns for link in links)
    again = f", repeating the last {repeated:.4g} ns in total" if repeated > 1e-9 else ""
    verb = "continues a shorter one" if len(links) == 1 else "continue shorter ones"
    return f"{verb}{again}"


def physics(statepoint: Mapping[str, Any]) -> bytes:
    """Return a digest of all values of a state point except the length of the production."""
    protocol = statepoint.get("protocol")
    if isinstance(protocol, Mapping):
        protocol = {key: value for key, value in protocol.items() if key != _LENGTH}
    text = json.dumps({**statepoint, "protocol": protocol}, sort_keys=True)
    return hashlib.sha256(text.encode()).digest()


def produced_ns(job: Record) -> float | None:
    """Return the length of the production of a finished job, ns; None if it is not finished.

    It is less than ``protocol.produce_ns`` if the run was ended because it was stationary.
    """
    if job.trouble or products.TRAJECTORY not in job.files:
        return None
    protocol = job.statepoint["protocol"]
    settled = job.document.get("execution", {}).get(SETTLED)
    if isinstance(settled, int):
        return settled * float(protocol["time_step_ps"]) / PS_PER_NS
    return float(protocol[_LENGTH])


def _finished(directory: Path) -> Iterable[Record]:
    """Read the jobs whose simulation is complete."""
    workspace = directory / "workspace"
    names = [name for name in os.listdir(workspace) if is_id(name)]
    names = [name for name in names if os.path.exists(f"{workspace}/{name}/{products.TRAJECTORY}")]
    return jobs.read_jobs(jobs.open_project(directory), names) if names else ()


def _mark(shorter: Path, longer: str) -> None:
    """Mark a job as continued, unless another job continues it already.

    The mark is written before the longer job gets its name. It has no effect as long as there is no
    job of this name.
    """
    document = jobs.open_job(shorter).document
    before = continuation.successor(document)
    if not before or not (shorter.parent / before).is_dir():
        document[continuation.CONTINUED_BY] = longer


def _clear(folder: Path) -> None:
    """Remove all files of a folder except the state point."""
    from janus_md.workspace.records import STATE_POINT

    for path in folder.iterdir():
        if path.name != STATE_POINT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
