"""The whole analysis of one frame; it remembers nothing of the frames before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.aggregates.contacts import ClusterCriterion, cluster_criterion
from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.analysis.aggregates.energy import energy_criterion
from janus_md.analysis.aggregates.measures import measure_wires
from janus_md.analysis.aggregates.morphology.recognition import Aggregates
from janus_md.analysis.aggregates.wires import Wires
from janus_md.analysis.frames.neighbours import IndexArray, Pairs
from janus_md.analysis.frames.source import Frame, GsdSource
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.common.errors import JanusError
from janus_md.common.observables import Column, Observable, observables
from janus_md.model.body import BondCriterion
from janus_md.model.setup import Setup


@dataclass(frozen=True)
class FrameResult:
    """Wires and aggregates of a frame, and the values of all observables.

    Attributes
    ----------
    tags : ndarray of int, shape (N,)
        Number of each body among the file's particles.
    hands : ndarray of int, shape (N,)
        +1 for R, -1 for S, 0 for neither.
    pairs : Pairs
        All pairs within the cutoff of the settings.
    bonds, wires
        The graph; it numbers the bodies from 0. Without bonds where no wires are looked for.
    unbroken : Bonds
        Bonds by the criterion for breaking, which is wider.
    frame_row : dict
        Values of frames.parquet.
    wire_columns : dict of str to ndarray, shape (W,)
        Columns of wires.parquet but frame, wire, members and sequence; none where no wires are
        looked for.
    aggregates : Aggregates or None
        None where clusters are not defined.
    """

    tags: IndexArray
    hands: IndexArray
    pairs: Pairs
    bonds: Bonds
    unbroken: Bonds
    wires: Wires
    frame_row: dict[str, float | int]
    wire_columns: dict[str, np.ndarray]
    aggregates: Aggregates | None


def analyze_frame(
    frame: Frame,
    settings: Settings,
    setup: Setup | None = None,
    known: Mapping[str, Observable] | None = None,
) -> FrameResult:
    """Find and measure the wires and aggregates of one frame, and compute all observables.

    Parameters
    ----------
    frame : Frame
        The frame.
    settings : Settings
        How it is analysed.
    setup : Setup, optional
        What its file states of the run; without it, observables that need it are not defined.
    known : mapping, optional
        Observables by name, where many frames are analysed; all of them by default.

    Raises
    ------
    JanusError
        If the box is too small or too large for the bond criterion, the bodies are too crowded, or
        an observable fails.
    """
    if setup is not None and setup.schedule:
        setup = setup.at(frame.step)
        settings = replace(settings, energy=energy_criterion(setup))
    context = FrameContext(frame, settings, setup)
    properties = settings.properties(frame)
    columns: dict[str, np.ndarray] = {}
    if settings.wires:
        columns = measure_wires(
            frame.positions,
            frame.orientations,
            context.axes,
            context.lattice,
            context.bonds,
            context.wires,
            properties,
        )
        columns["side_contacts"] = context.bundles.contacts
        columns["bundle"] = context.bundles.label
    row: dict[str, float | int] = {}
    for name, observable in (observables() if known is None else known).items():
        row |= values_of(name, observable, context)
    return FrameResult(
        frame.tags,
        properties.hands,
        context.pairs,
        context.bonds,
        context.unbroken,
        context.wires,
        row,
        columns,
        context.aggregates,
    )


def values_of(name: str, observable: Observable, context: FrameContext) -> dict[str, float | int]:
    """Compute the columns of one observable; NaN where a value is not defined.

    Raises
    ------
    JanusError
        If its function fails, or does not return a number for each of its columns.
    """
    if observable.compute is None:
        return {}
    if observable.of_wires and not context.settings.wires:
        return dict.fromkeys((column.name for column in observable.columns), float("nan"))
    where = f"frame {context.frame.index}: observable {name}"
    try:
        found = dict(observable.compute(context))
    except JanusError:
        raise
    except Exception as error:
        why = " ".join(str(error).split())
        raise JanusError(f"{where} failed ({type(error).__name__}: {why})") from error
    columns = observable.columns
    if found.keys() != {column.name for column in columns}:
        raise JanusError(
            f"{where} returned {', '.join(map(str, found)) or 'nothing'}; its columns are "
            f"{', '.join(column.name for column in columns)}"
        )
    return {column.name: _number(found[column.name], column, where) for column in columns}


def _number(value: Any, column: Column, where: str) -> float | int:
    """Return Python's own number; NaN for None."""
    if value is None:
        return math.nan
    known = isinstance(value, float | int)  # the checks of NumPy take longer
    if not known and (np.ndim(value) != 0 or np.asarray(value).dtype.kind not in "fiub"):
        raise JanusError(f"{where}: {column.name} is {value!r}; it must be a number")
    number = float(value)
    if column.dtype == "float64" or math.isnan(number):
        return number
    if not number.is_integer():
        told = f"{where}: {column.name} is {number:g}"
        raise JanusError(f"{told}; it must be a whole number, as its dtype is int64")
    return int(value)


def criterion_for(
    frame: Frame,
    setup: Setup | None,
    distance: float | None = None,
    kinds: Sequence[str] | None = None,
    diameter: float | None = None,
) -> ClusterCriterion | None:
    """Criterion of clusters for a file, by one of its frames; None where clusters are not defined.

    Parameters
    ----------
    frame : Frame
        Types of its bodies and constituents can be kinds of site.
    setup, distance, kinds, diameter
        As of :func:`janus_md.analysis.aggregates.contacts.cluster_criterion`.

    Raises
    ------
    JanusError
        As there.
    """
    within = frame.constituents
    present = [frame.names[k] for k in np.unique(frame.kinds)]
    constituents = [] if within is None else [frame.names[k] for k in np.unique(within.kinds)]
    return cluster_criterion(setup, present, distance, kinds, diameter, constituents)


def needed(criterion: ClusterCriterion | None) -> ClusterCriterion:
    """Return the criterion.

    Raises
    ------
    JanusError
        If there is none.
    """
    if criterion is None:
        raise JanusError(
            "distance: is missing; aggregates need the largest distance of sites that join bodies, "
            "as the file states no attraction between sites"
        )
    return criterion


def aggregates_of(
    path: str | Path,
    frame: int = -1,
    *,
    distance: float | None = None,
    kinds: Sequence[str] | None = None,
    diameter: float | None = None,
    types: Sequence[str] | None = None,
    axis: Sequence[float] = (0.0, 0.0, 1.0),
) -> Aggregates:
    """Find the aggregates in one frame of a GSD file.

    Parameters
    ----------
    path : path
        Trajectory with positions, of any software.
    frame : int
        Which frame; negative numbers count from the end.
    distance : float, optional
        Bodies with sites closer than this are in one aggregate; without it, 1.5 sigma of the kinds
        of site that attract each other, which the file must state then.
    kinds : sequence of str, optional
        Kinds of site that `distance` is between; without it, those that attract each other, and
        the centres of the bodies where none does.
    diameter : float, optional
        Diameter of a body, the unit of length of the criteria for the kinds; without it, that of
        the bodies that the file describes, and else `distance` over 1.5.
    types : sequence of str, optional
        Types that are bodies; without it all particles but constituents of rigid bodies.
    axis : sequence of 3 floats
        Direction, in the body frame, of bodies that the file does not describe and whose sites are
        their centres.

    Returns
    -------
    Aggregates
        ``n`` (bodies in each), ``kind``, ``measures``, ``members()``.

    Raises
    ------
    JanusError
        If the file or the frame cannot be used, an argument is impossible, or no body has a site of
        these kinds.
    """
    with GsdSource(path, types, oriented=False) as source:
        setup = source.setup()
        chosen = source.frame(range(len(source))[frame])
    clusters = needed(criterion_for(chosen, setup, distance, kinds, diameter))
    settings = Settings.of(bond_criterion(setup), setup, axis, clusters=clusters, wires=False)
    found = FrameContext(chosen, settings, setup).aggregates
    if found is None:
        raise JanusError(
            f"file {path}, frame {chosen.index}: no body has a site of the kinds "
            f"{', '.join(clusters.kinds)}"
        )
    return found


def wires_of(
    path: str | Path, frame: int = -1, *, criterion: BondCriterion | None = None
) -> FrameResult:
    """Find the wires in one frame of a GSD file.

    Parameters
    ----------
    path : path
        Trajectory with positions and orientations, of any software.
    frame : int
        Which frame; negative numbers count from the end.
    criterion : BondCriterion, optional
        Instead of the one that the file states, or of the default.

    Returns
    -------
    FrameResult
        ``wires`` (lengths, kinds, members), ``bonds`` and the columns of the two tables.

    Raises
    ------
    JanusError
        If the file or the frame cannot be used.
    """
    with GsdSource(path) as source:
        setup = source.setup()
        chosen = source.frame(range(len(source))[frame])
        settings = Settings.of(criterion or bond_criterion(setup), setup, wires=True)
        return analyze_frame(chosen, settings, setup)
