"""From a GSD file to wires.parquet, frames.parquet, rdf.parquet and a summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.analysis import table
from janus_md.analysis.averages import first_averaged, summarize
from janus_md.analysis.frame import Settings, analyze_frame
from janus_md.analysis.neighbours import face_distances, lattice_vectors
from janus_md.analysis.order import RadialDistribution
from janus_md.analysis.source import GsdSource, bond_criterion, check_criterion
from janus_md.bodies import BondCriterion

CHUNK = 16
"""Frames that a worker analyses at a time."""

RDF_BODIES = 1_000_000
"""Bodies, over all frames, that the radial distribution counts the pairs of at most."""

Progress = Callable[[int, int], None]
"""Called with the frames done and their number."""


@dataclass(frozen=True)
class Task:
    """A run of frames for one worker."""

    path: Path
    types: tuple[str, ...] | None
    frames: tuple[int, ...]
    rdf_frames: frozenset[int]
    rdf_range: float
    settings: Settings


@dataclass
class Part:
    """What came out of a :class:`Task`."""

    wires: Any
    rows: list[dict[str, float | int]]
    rdf: RadialDistribution | None = field(default=None)


def analyze_file(
    gsd_path: str | Path,
    out_dir: str | Path,
    *,
    workers: int = 1,
    criterion: BondCriterion | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Find the wires in every frame of a GSD file and write the tables.

    Writes wires.parquet (:data:`table.WIRE_COLUMNS`), frames.parquet
    (:data:`table.FRAME_COLUMNS`) and rdf.parquet (g(r) over the last third of the frames) into
    `out_dir`, each renamed when whole. Memory does not grow with the number of frames, and the
    tables do not depend on the number of workers.

    Parameters
    ----------
    gsd_path : path
        Trajectory with positions and orientations.
    out_dir : path
        Made where it is missing.
    workers : int
        Processes; 1 works in this one.
    criterion : BondCriterion, optional
        Instead of the one that the file states, or of the default.
    progress : callable, optional
        Called with (frames done, number of frames).

    Returns
    -------
    dict
        The averages of :func:`averages.summarize`, each ``{"mean": x, "error": e}``, and n_frames,
        n_frames_averaged, criterion.

    Raises
    ------
    JanusError
        If the file or one of its frames cannot be used, or the criterion is impossible.
    """
    out = Path(out_dir)
    with GsdSource(gsd_path) as source:
        metadata = source.metadata()
        chosen = criterion or bond_criterion(metadata)
        check_criterion(chosen)
        frames = tuple(range(len(source)))
        first = source.frame(0)
    settings = Settings.of(chosen, metadata)
    tail = frames[first_averaged(len(frames)) :]
    thinned = tail[:: -(-len(tail) * len(first.kinds) // RDF_BODIES) or 1]
    rdf = RadialDistribution.for_box(first.box)
    tasks = [
        Task(
            Path(gsd_path),
            None,
            frames[begin : begin + CHUNK],
            frozenset(thinned),
            float(rdf.edges[-1]),
            settings,
        )
        for begin in range(0, len(frames), CHUNK)
    ]
    rows: list[dict[str, float | int]] = []
    with ExitStack() as stack:
        stack.enter_context(_folder(out))
        wires = stack.enter_context(
            table.PartialParquet(out / "wires.parquet", table.wire_schema())
        )
        for part in _parts(tasks, workers):
            wires.write(part.wires)
            rows.extend(part.rows)
            if part.rdf is not None:
                rdf.merge(part.rdf)
            if progress is not None:
                progress(len(rows), len(frames))
        _write_rest(out, rows, rdf)
    columns = {name: np.array([row[name] for row in rows]) for name in table.FRAME_COLUMNS}
    return {
        **summarize(columns),
        "n_frames": len(frames),
        "n_frames_averaged": len(tail),
        "criterion": asdict(chosen),
    }


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    """Make a folder, and take it back when what should go into it fails."""
    new = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if new:
            path.rmdir()
        raise


def _parts(tasks: list[Task], workers: int) -> Iterator[Part]:
    """Results of the tasks in their order."""
    if workers <= 1 or len(tasks) == 1:
        yield from map(run_task, tasks)
        return
    # Threads of freud or Arrow do not survive a fork.
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(run_task, tasks)


def run_task(task: Task) -> Part:
    """Analyse the frames of a task; freud keeps to one thread, as workers share the cores."""
    import freud
    import pyarrow as pa

    tables, rows = [], []
    rdf = RadialDistribution(task.rdf_range)
    with GsdSource(task.path, task.types) as source, freud.parallel.NumThreads(1):
        for index in task.frames:
            frame = source.frame(index)
            result = analyze_frame(frame, task.settings)
            tables.append(table.wire_table(result))
            rows.append(result.frame_row)
            if index in task.rdf_frames and _fits(rdf, frame.box):
                rdf.add(frame.positions, frame.box)
    return Part(pa.concat_tables(tables).combine_chunks(), rows, rdf)


def _fits(rdf: RadialDistribution, box: np.ndarray) -> bool:
    """Whether a box that may have shrunk still holds the range of g(r)."""
    return float(rdf.edges[-1]) < 0.5 * float(face_distances(lattice_vectors(box)).min())


def _write_rest(out: Path, rows: list[dict[str, float | int]], rdf: RadialDistribution) -> None:
    import pyarrow as pa

    with table.PartialParquet(out / "frames.parquet", table.frame_schema()) as frames:
        frames.write(table.frame_table(rows))
    values = rdf.values if rdf.expected else np.full(len(rdf.counts), np.nan)
    curve = pa.table({"r_nm": rdf.radii, "g": values})
    with table.PartialParquet(out / "rdf.parquet", curve.schema) as file:
        file.write(curve)
