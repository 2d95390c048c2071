"""From a GSD file to its tables and a summary, frame by frame, on one core or many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.criterion import bond_criterion, check_criterion
from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.order import spatial
from janus_md.analysis.order.order import RadialDistribution
from janus_md.analysis.pipeline import journal
from janus_md.analysis.pipeline.frame import criterion_for, needed
from janus_md.analysis.pipeline.settings import Settings
from janus_md.analysis.pipeline.tasks import Task, results, split
from janus_md.analysis.pipeline.writing import Progress, write_tables
from janus_md.analysis.series import chains, growth, steadiness
from janus_md.analysis.series.averages import first_averaged, summarize
from janus_md.analysis.series.diffusion import diffusion
from janus_md.analysis.theory.coupling import coupling_of
from janus_md.common.errors import JanusError
from janus_md.common.folders import check_folder
from janus_md.common.messages import unknown
from janus_md.common.observables import frame_columns
from janus_md.model.body import BondCriterion
from janus_md.model.units import PS_PER_NS

RDF_BODIES = 1_000_000
"""Bodies, over all frames, that the radial distribution counts the pairs of at most."""


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
    diameter: float | None = None,
    aggregates_only: bool = False,
) -> dict[str, Any]:
    """Find the wires and aggregates in every frame of a GSD file and write the tables.

    Writes into `out_dir`, each file renamed when whole: wires.parquet
    (:data:`table.WIRE_COLUMNS`), frames.parquet (:func:`observables.frame_columns`),
    bonds_in_time.parquet (:func:`lifetimes.schema`), rdf.parquet (g(r) over the last third of the
    frames), aggregates.parquet (:data:`table.AGGREGATE_COLUMNS`), and structure.parquet and
    scattering.parquet (:func:`spatial.write_spatial`). Memory does not grow with the number of
    frames, and the tables do not depend on the number of workers. A table is empty where its
    content is not defined.

    Wires are looked for in files of other software, in files that describe a body with a dipole,
    and where `criterion` is given; aggregates where attractive sites are described, or
    `cluster_distance` is given.

    Parameters
    ----------
    gsd_path : path
        Trajectory of any software, with positions and, unless `aggregates_only`, orientations.
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
    diameter : float, optional
        Diameter of a body, the unit of length of the criteria for the kinds of aggregate; without
        it, that of the bodies that the file describes, and else `cluster_distance` over 1.5.
    aggregates_only : bool
        Whether wires are not looked for.

    Returns
    -------
    dict
        The averages of :func:`averages.summarize` and :func:`spatial.write_spatial`, each
        ``{"mean": x, "error": e}``; bond_lifetime,
        likewise, in ns where the file states the time step and else in steps; steady, whether the
        run is steady by :mod:`janus_md.analysis.series.steadiness`, steady_samples, the number of
        independent samples in its steady part, and not_steady_because, the reasons in words; these
        are None where the steps of the frames do not rise; n_frames,
        n_frames_averaged, criterion, and notes, sentences that the user should read.

    Raises
    ------
    JanusError
        If the file or one of its frames cannot be used, or an argument is impossible.
    """
    out = Path(out_dir)
    with GsdSource(gsd_path, types, oriented=not aggregates_only) as source:
        setup = source.setup()
        chosen = criterion or bond_criterion(setup)
        check_criterion(chosen)
        wires = not aggregates_only and (criterion is not None or setup is None or setup.dipolar)
        usable, remarks = source.usable(frames)
        numbers = tuple(usable)
        first = source.frame(numbers[0])
        for name in enantiomers or ():
            if name not in first.names:
                raise JanusError(unknown("enantiomers", name, first.names))
        clusters = criterion_for(first, setup, cluster_distance, cluster_kinds, diameter)
        if aggregates_only:
            # Lengths that are fixed in nm follow from it in files of other software.
            reach = max(needed(clusters).distances.values())
            chosen = BondCriterion(reach, chosen.angle)
        settings = Settings.of(chosen, setup, axis, symmetry, enantiomers, clusters, wires)
        tail = numbers[first_averaged(len(numbers)) :]
        thinned = tail[:: -(-len(tail) * len(first.kinds) // RDF_BODIES) or 1]
        staged = setup is not None and setup.schedule  # stages can change the box
        boxes = [first.box, *([source.box(numbers[-1])] if staged else [])]
        smallest = min(boxes, key=lambda box: float(np.prod(box[:3])))
        rdf = RadialDistribution.for_box(smallest, settings.unit)
        sequences = split(numbers, len(first.kinds))
        selected = spatial.chosen(tail, len(first.kinds))
        sampled = []
        for k in selected:
            with suppress(JanusError):  # raised by its task, after those of earlier frames
                sampled.append(source.box(k))
        smallest_box = spatial.smallest_box(sampled)
        # The first tasks, of which each process has some, compute one each where there are enough.
        spread = np.array_split(np.array(selected, dtype=int), len(sequences))
        tasks = [
            Task(
                source.path,
                source.types,
                sequence,
                frozenset(thinned),
                float(rdf.edges[-1]),
                len(rdf.counts),
                settings,
                len(first.kinds),
                tuple(structures.tolist()),
                smallest_box,
            )
            for sequence, structures in zip(sequences, spread, strict=True)
        ]
        notes = [*([source.note] if source.note else []), *remarks]
        with ExitStack() as stack:
            stack.enter_context(_folder(out))
            if kept is None:
                parts = results(tasks, workers)
            else:
                key = journal.key_of(source.path, settings, source.types, sequences)
                parts = journal.resumed(kept, key, tasks, lambda rest: results(rest, workers))
            rows, history, structures = write_tables(
                parts, out, len(numbers), tail[0], rdf, notes, progress
            )
            diffused = diffusion(source, numbers)
            structure = spatial.write_spatial(structures, out, settings.unit)
    if not wires and not first.oriented:
        notes.append(
            "the file has no orientations, so the kinds that need directions of bodies (micelle, "
            "vesicle, sheet, string) are told only where --kinds are constituents off the centre"
        )
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
    last = setup and setup.at(int(columns["step"][-1]))
    if setup is not None and columns["step"][first_averaged(len(numbers))] < setup.last_change:
        notes.append(
            "conditions change in the frames that averages are taken over; a longer last stage, "
            "or --frames, gives averages at constant conditions"
        )
    fold = settings.properties(first).fold
    averaged = summarize(columns, {chains.TURN: 360.0 / fold} if fold else None)
    return {
        **averaged,
        "persistence_nm": chains.persistence(averaged["mean_bond_nm"], averaged["bond_cosine"]),
        **structure,
        "bond_lifetime": {
            "mean": lifetime[0] * scale if lifetime else None,
            "error": lifetime[1] * scale if lifetime else None,
        },
        "diffusion_nm2_ns": diffused,
        **_steady(
            steadiness.steadiness(
                columns["mean_w" if wires else "mean_cluster_w"] if fall is None else [],
                float(columns["n_bodies"].mean()),
                steps=columns["step"],
                bonds=columns["n_bonds"] if wires and history is not None else None,
                lifetime=lifetime[0] if lifetime else None,
                coupling=coupling_of(last) if wires else None,
            )
        ),
        "n_frames": len(numbers),
        "n_frames_averaged": len(tail),
        "criterion": asdict(chosen) if wires else dict.fromkeys(asdict(chosen)),
        "notes": notes,
    }


def _steady(found: steadiness.Steadiness | None) -> dict[str, Any]:
    """Return the values of the summary; None if the series is not defined."""
    if found is None:
        return dict.fromkeys(("steady", "steady_samples", "not_steady_because"))
    return {
        "steady": found.steady,
        "steady_samples": found.samples,
        "not_steady_because": ", ".join(found.reasons) or None,
    }


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
