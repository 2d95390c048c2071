"""From a GSD file to its tables and a summary, frame by frame, on one core or many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.contacts import cluster_criterion
from janus_md.analysis.aggregates.criterion import bond_criterion, check_criterion
from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.order import spatial
from janus_md.analysis.order.order import RadialDistribution
from janus_md.analysis.pipeline import journal, table
from janus_md.analysis.pipeline.journal import Part
from janus_md.analysis.pipeline.settings import Settings
from janus_md.analysis.pipeline.tasks import Task, results
from janus_md.analysis.series import growth, lifetimes
from janus_md.analysis.series.averages import first_averaged, summarize
from janus_md.analysis.series.diffusion import diffusion
from janus_md.analysis.series.lifetimes import BondHistory
from janus_md.common.errors import JanusError
from janus_md.common.folders import check_folder
from janus_md.common.messages import count, unknown
from janus_md.common.observables import frame_columns
from janus_md.common.parquet import PartialParquet
from janus_md.model.body import BondCriterion
from janus_md.model.units import PS_PER_NS

CHUNK = 16
"""Frames that a worker analyses at a time, ..."""

CHUNK_BODIES = 2_000_000
"""... fewer where they hold more bodies than this."""

RDF_BODIES = 1_000_000
"""Bodies, over all frames, that the radial distribution counts the pairs of at most."""

Progress = Callable[[int, int], None]
"""Called with the frames done and their number."""


def analyze_file(
    gsd_path: str | Path,
    out_dir: str | Path,
    *,
    workers: int = 1,
    criterion: BondCriterion | None = None,
    progress: Progress | None = None,
    types: Sequence[str] | None = None,
    axis: Sequence[float] = (0.0, 0.0, 1.0),
    symmetry: int | None = None,
    enantiomers: Mapping[str, str] | None = None,
    frames: slice | None = None,
    kept: Path | None = None,
    cluster_distance: float | None = None,
    cluster_kinds: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Find the wires in every frame of a GSD file and write the tables.

    Writes into `out_dir`, each file renamed when whole: wires.parquet
    (:data:`table.WIRE_COLUMNS`), frames.parquet (:func:`observables.frame_columns`),
    bonds_in_time.parquet (:func:`lifetimes.schema`), rdf.parquet (g(r) over the last third of the
    frames), aggregates.parquet (:data:`table.AGGREGATE_COLUMNS`), and structure.parquet and
    scattering.parquet (:func:`spatial.write_spatial`). Memory does not grow with the number of
    frames, and the tables do not depend on the number of workers.

    Parameters
    ----------
    gsd_path : path
        Trajectory with positions and orientations, of any software.
    out_dir : path
        Made where it is missing.
    workers : int
        Processes; 1 works in this one.
    criterion : BondCriterion, optional
        Instead of the one that the file states, or of the default.
    progress : callable, optional
        Called with (frames done, number of frames) whenever more are done.
    types : sequence of str, optional
        Types that are bodies; without it all particles but constituents of rigid bodies.
    axis : sequence of 3 floats
        Direction of the dipole in the body frame.
    symmetry : int, optional
        Symmetry number of all bodies about that axis, 0 for bodies of revolution, instead of the
        one that the file states.
    enantiomers : mapping of str to str, optional
        ``R`` or ``S`` by type, instead of what the file states.
    frames : slice, optional
        Frames to analyse.
    kept : Path, optional
        File that keeps what is done, for an analysis that goes on where this one is stopped; it
        stays behind.
    cluster_distance : float, optional
        Bodies with sites closer than this are in one cluster; without it, 1.5 sigma of the kinds
        of site that attract each other where the file states them, and else there are no clusters.
    cluster_kinds : sequence of str, optional
        Kinds of site that `cluster_distance` is between; without it, those that attract each
        other, and the centres of the bodies where none does.

    Returns
    -------
    dict
        The averages of :func:`averages.summarize` and :func:`spatial.write_spatial`, each
        ``{"mean": x, "error": e}``; bond_lifetime,
        likewise, in ns where the file states the time step and else in steps; steady, whether the
        mean length by weight has settled (:func:`growth.equilibration`; it may be slow, not done),
        and steady_samples, the independent samples in its settled part, all three None where the
        steps of the frames do not rise; n_frames,
        n_frames_averaged, criterion, and notes, sentences that the user should read.

    Raises
    ------
    JanusError
        If the file or one of its frames cannot be used, or an argument is impossible.
    """
    out = Path(out_dir)
    with GsdSource(gsd_path, types) as source:
        setup = source.setup()
        chosen = criterion or bond_criterion(setup)
        check_criterion(chosen)
        usable, remarks = source.usable(frames)
        numbers = tuple(usable)
        first = source.frame(numbers[0])
        for name in enantiomers or ():
            if name not in first.names:
                raise JanusError(unknown("enantiomers", name, first.names))
        present = [first.names[k] for k in np.unique(first.kinds)]
        clusters = cluster_criterion(setup, present, cluster_distance, cluster_kinds)
        settings = Settings.of(chosen, setup, axis, symmetry, enantiomers, clusters)
        tail = numbers[first_averaged(len(numbers)) :]
        thinned = tail[:: -(-len(tail) * len(first.kinds) // RDF_BODIES) or 1]
        rdf = RadialDistribution.for_box(first.box, settings.unit)
        size = max(1, min(CHUNK, CHUNK_BODIES // len(first.kinds)))
        tasks = [
            Task(
                source.path,
                source.types,
                numbers[begin : begin + size],
                frozenset(thinned),
                float(rdf.edges[-1]),
                len(rdf.counts),
                settings,
            )
            for begin in range(0, len(numbers), size)
        ]
        notes = [*([source.note] if source.note else []), *remarks]
        with ExitStack() as stack:
            stack.enter_context(_folder(out))
            if kept is None:
                parts = results(tasks, workers)
            else:
                key = journal.key_of(source.path, settings, source.types, numbers, size)
                parts = journal.resumed(kept, key, tasks, lambda rest: results(rest, workers))
            rows, history = _write(parts, out, len(numbers), tail[0], rdf, notes, progress)
            diffused = diffusion(source, numbers)
            selected = [source.frame(k) for k in spatial.chosen(tail, len(first.kinds))]
            import freud

            with freud.parallel.NumThreads(1):  # sums in one order, whatever the cores
                try:
                    structure = spatial.write_spatial(selected, settings.axis, out, settings.unit)
                except JanusError as error:
                    raise JanusError(f"file {source.path}: {error}") from error
    names = [column.name for column in frame_columns()]
    columns = {name: np.array([row[name] for row in rows]) for name in names}
    fall = growth.first_fall(columns["step"])
    if fall is not None:
        before, after = columns["step"][fall - 1 : fall + 1].astype(int)
        notes.append(
            f"steps do not rise: frame {numbers[fall - 1]} has step {before}, frame "
            f"{numbers[fall]} has {after}; so bond_lifetime, steady and growth are not told, and "
            "averages take the last third of the frames as they stand; --frames chooses one run"
        )
    lifetime = history.lifetime() if history is not None else None
    scale = 1.0 if setup is None else setup.time_step / PS_PER_NS
    return {
        **summarize(columns),
        **structure,
        "bond_lifetime": {
            "mean": lifetime[0] * scale if lifetime else None,
            "error": lifetime[1] * scale if lifetime else None,
        },
        "diffusion_nm2_ns": diffused,
        **_steady(columns["mean_w"] if fall is None else []),
        "n_frames": len(numbers),
        "n_frames_averaged": len(tail),
        "criterion": asdict(chosen),
        "notes": notes,
    }


def _steady(series: Sequence[float] | np.ndarray) -> dict[str, Any]:
    """Whether a series has settled, and for how many samples; None where it is too short."""
    if len(series) < 4:
        return {"steady": None, "steady_samples": None}
    found = growth.equilibration(series)
    return {"steady": found.reached, "steady_samples": found.samples}


def _write(
    parts: Iterator[Part],
    out: Path,
    n_frames: int,
    first_counted: int,
    rdf: RadialDistribution,
    notes: list[str],
    progress: Progress | None,
) -> tuple[list[dict[str, float | int]], BondHistory | None]:
    """Write the tables as the parts come; return the rows of frames.parquet and the bonds."""
    import pyarrow as pa

    rows: list[dict[str, float | int]] = []
    history: BondHistory | None = BondHistory(first_counted)
    coincident: list[tuple[int, int, int]] = []
    with ExitStack() as stack:
        opened = [
            stack.enter_context(PartialParquet(out / f"{name}.parquet", schema))
            for name, schema in (
                ("wires", table.wire_schema()),
                ("bonds_in_time", lifetimes.schema()),
                ("frames", table.frame_schema()),
                ("rdf", pa.schema([("r_nm", pa.float64()), ("g", pa.float64())])),
                ("aggregates", table.aggregate_schema()),
            )
        ]
        wires, bonds, frames, curve, aggregates = opened
        for part in parts:
            wires.write(part.wires)
            aggregates.write(part.aggregates)
            ended = []
            for links in part.links:
                if history is None:
                    break
                try:
                    ended.append(lifetimes.table(history.add(links)))
                except ValueError as error:
                    notes.append(f"{error}; bonds_in_time.parquet ends there")
                    history = None
            if ended:
                bonds.write(pa.concat_tables(ended).combine_chunks())
            rows.extend(part.rows)
            rdf.merge(part.rdf)
            coincident += part.coincident
            if progress is not None and not part.old:
                progress(len(rows), n_frames)
        if history is not None:
            bonds.write(lifetimes.table(history.finish()))
        frames.write(table.frame_table(rows))
        if coincident:
            frame, i, j = coincident[0]
            told = count(len(coincident), "frame")
            notes.append(
                f"bodies stand on one spot in {told}, such as particles {i} and {j} in frame "
                f"{frame}; they have no bond with each other, as none has a direction there"
            )
        values = rdf.values if rdf.expected else np.full(len(rdf.counts), np.nan)
        curve.write(pa.table({"r_nm": rdf.radii, "g": values}))
    return rows, history


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    """Make a folder, and take it back when what should go into it fails."""
    check_folder(path, "out_dir")
    new = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if new:
            with suppress(OSError):  # tables that are whole stay
                path.rmdir()
        raise
