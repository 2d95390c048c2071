"""Analysis of sequences of frames, in this process or in several."""

from __future__ import annotations

import os
import pickle
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, parent_process, resource_tracker, util
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from janus_md.analysis.frames.neighbours import coincident_pair
from janus_md.analysis.frames.source import Frame, GsdSource
from janus_md.analysis.order.order import RadialDistribution
from janus_md.analysis.order.spatial import FrameStructure, structure_of
from janus_md.analysis.pipeline import table
from janus_md.analysis.pipeline.frame import FrameResult, analyze_frame
from janus_md.analysis.pipeline.journal import Part
from janus_md.analysis.pipeline.settings import Settings
from janus_md.analysis.series.lifetimes import Links, bond_keys
from janus_md.common.errors import JanusError
from janus_md.common.imports import import_freud
from janus_md.common.interrupts import signals_blocked
from janus_md.common.observables import observables
from janus_md.model.box import face_distances, lattice_vectors

CHUNK = 16
"""Maximum number of frames of a task, ..."""

CHUNK_BODIES = 200_000
"""... fewer if they have more bodies than this. ..."""

SHARES = 16
"""Towards the end, tasks become shorter: a task is at most the rest of the file divided by this,
so that all processes finish at about the same time, ..."""

LEAST_BODIES = 20_000
"""... but has about this number of bodies, which take 0.1 s."""

WORTH_SECONDS = 3.0
"""Time that the rest of a file must take, estimated from its beginning, to be split over processes:
a new process spends a second or two on imports."""

PLAINLY_LARGE = 2_000_000
"""Number of bodies, summed over frames, that take longer than that on any computer; a file with
more is split from its first frame on."""

QUEUED = 3
"""Tasks that each process of the pool has at a time, so that it does not wait for the next one;
fewer at the end, so that this process does not wait for them."""

HELD = 32
"""Results per process that are held at most: those of a process that is still starting are late."""


@dataclass(frozen=True)
class Task:
    """A sequence of frames for one worker."""

    path: Path
    types: tuple[str, ...] | None
    frames: tuple[int, ...]
    rdf_frames: frozenset[int]
    rdf_range: float
    rdf_bins: int
    settings: Settings
    bodies: int = 0
    """Number of bodies in a frame, or 0 if it is not known."""
    structures: tuple[int, ...] = ()
    """Frames, not necessarily of this sequence, of which the spatial structure is computed."""
    smallest_box: float = np.inf
    """:func:`janus_md.analysis.order.spatial.smallest_box` of the boxes of all such
    frames of the file."""


def split(frames: Sequence[int], bodies: int) -> list[tuple[int, ...]]:
    """Split the frames of a file into sequences, which do not depend on the number of processes.

    Parameters
    ----------
    frames : sequence of int
        Numbers of the frames.
    bodies : int
        Number of bodies in each.
    """
    parts, begin = [], 0
    largest = max(1, min(CHUNK, CHUNK_BODIES // bodies))
    least = min(largest, -(-LEAST_BODIES // bodies))
    while begin < len(frames):
        size = max(least, min(largest, (len(frames) - begin) // SHARES))
        parts.append(tuple(frames[begin : begin + size]))
        begin += size
    return parts


def run_task(task: Task) -> Part:
    """Analyse the frames of a task; freud uses one thread, because workers share the cores."""
    import freud
    import pyarrow as pa

    tables, aggregates, rows, links, coincident = [], [], [], [], []
    rdf = RadialDistribution(task.rdf_range, task.rdf_bins)
    known = observables()  # looking them up takes as long as some of them
    needed = task.settings.wires
    with (
        GsdSource(task.path, task.types, oriented=needed) as source,
        freud.parallel.NumThreads(1),
    ):
        setup = source.setup()
        for index in task.frames:
            frame = source.frame(index)
            try:
                result = analyze_frame(frame, task.settings, setup, known)
            except JanusError as error:
                told = str(error).removeprefix(f"frame {index}: ")
                raise JanusError(f"file {source.path}, frame {index}: {told}") from error
            links.append(_links(frame, result))
            tables.append(table.wire_table(result))
            aggregates.append(table.aggregate_table(result))
            rows.append(result.frame_row)
            if (pair := coincident_pair(result.pairs)) is not None:
                i, j = frame.tags[list(pair)].tolist()
                coincident.append((index, i, j))
            if index in task.rdf_frames and _fits(rdf, frame.box):
                rdf.add(frame.positions, frame.box)
        structures = [_structure(source, source.frame(index), task) for index in task.structures]
    wires, found = (pa.concat_tables(one).combine_chunks() for one in (tables, aggregates))
    return Part(wires, found, rows, links, rdf, coincident, structures)


def _structure(source: GsdSource, frame: Frame, task: Task) -> FrameStructure:
    settings = task.settings
    try:
        return structure_of(frame, settings.axis, task.smallest_box, settings.unit)
    except JanusError as error:
        raise JanusError(f"file {source.path}, frame {frame.index}: {error}") from error


def _links(frame: Frame, result: FrameResult) -> Links:
    """Bonds of a frame, and those that count as not yet broken."""
    made, kept = (bond_keys(bonds, frame.tags) for bonds in (result.bonds, result.unbroken))
    return Links(frame.index, frame.step, len(frame.positions), made, kept)


def results(tasks: Sequence[Task], workers: int) -> Iterator[Part]:
    """Yield the results of the tasks in order.

    This process is one of the workers. The others are started if the rest of the tasks takes
    longer than their start, and this process goes on meanwhile.

    Raises
    ------
    JanusError
        If a frame cannot be analysed: that of the first such task, after the results before it.
    """
    large = sum(len(task.frames) * task.bodies for task in tasks) >= PLAINLY_LARGE
    if tasks and workers > 1 and not large:
        import freud  # noqa: F401  # its import is no part of what is measured

        begun = time.monotonic()
        yield run_task(tasks[0])
        tasks = tasks[1:]
        if len(tasks) * (time.monotonic() - begun) < WORTH_SECONDS:
            workers = 1
    others = min(workers - 1, len(tasks) // 2)
    if others < 1:
        yield from map(run_task, tasks)
        return
    # Threads of freud or Arrow do not survive a fork. A fork server would import once for all, but
    # this process would have to wait for it.
    context = get_context("spawn")
    resource_tracker.ensure_running()  # it would unblock signals
    with (
        TemporaryDirectory(prefix="janus-md-", ignore_cleanup_errors=True) as folder,
        ProcessPoolExecutor(others, context, _begin, (folder,)) as pool,
    ):
        yield from _shared(deque(tasks), pool, others, HELD * workers, Path(folder))


def _shared(
    tasks: deque[Task], pool: Executor, processes: int, most: int, folder: Path
) -> Iterator[Part]:
    """Yield the results of tasks that this process shares with a pool of `processes`.

    At most `most` results or tasks wait for an earlier one. Those of the pool are in `folder`.
    """
    waiting: deque[Future[Part | Path]] = deque()
    try:
        while tasks or waiting:
            while tasks and sum(not one.done() for one in waiting) < min(
                QUEUED * processes, max(processes, len(tasks))
            ):
                # A batch system signals all processes of a job; only this one acts on it.
                with signals_blocked():
                    waiting.append(pool.submit(run_to_file, tasks.popleft(), folder))
            if waiting and (waiting[0].done() or not tasks or len(waiting) >= most):
                yield taken(waiting.popleft().result())
            elif tasks:
                waiting.append(_done(tasks.popleft()))
    finally:
        for future in waiting:
            future.cancel()


def run_to_file(task: Task, folder: Path) -> Part | Path:
    """Analyse the frames of a task; return a file with the result.

    A result has some megabytes. A process that returned it through the pipe of the pool would wait
    for its parent, which cannot read while a library that does not release the interpreter
    computes there. If the file cannot be written, the result is returned.
    """
    part = run_task(task)
    path = folder / str(task.frames[0])
    try:
        path.write_bytes(pickle.dumps(part, pickle.HIGHEST_PROTOCOL))
    except OSError:  # no space
        path.unlink(missing_ok=True)
        return part
    return path


def taken(result: Part | Path) -> Part:
    """Return a result of :func:`run_to_file`, and remove its file."""
    if not isinstance(result, Path):
        return result
    part: Part = pickle.loads(result.read_bytes())
    result.unlink()
    return part


def _done(task: Task) -> Future[Part | Path]:
    """Run a task in this process; its error is raised when its result is asked for."""
    future: Future[Part | Path] = Future()
    try:
        future.set_result(run_task(task))
    except JanusError as error:
        future.set_exception(error)
    return future


def _begin(folder: str) -> None:
    """Begin a process of the pool quickly, and have it end quickly.

    When its parent is killed, it removes the folder of the results and ends; otherwise it would
    wait forever. At its end it does not delete its modules one by one, for which its parent would
    wait 0.3 s.
    """
    util.Finalize(None, os._exit, (0,), exitpriority=-100)  # the last one
    import_freud()
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _fits(rdf: RadialDistribution, box: np.ndarray) -> bool:
    """Return whether a box that may have shrunk is large enough for the range of g(r)."""
    return float(rdf.edges[-1]) < 0.5 * float(face_distances(lattice_vectors(box)).min())
