"""The wires of one frame of a trajectory."""

from __future__ import annotations

from pathlib import Path

from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.analysis.frames.source import GsdSource
from janus_md.analysis.pipeline.frame import FrameResult, Settings, analyze_frame
from janus_md.model.body import BondCriterion


def wires_of(
    path: str | Path, frame: int = -1, *, criterion: BondCriterion | None = None
) -> FrameResult:
    """Find the wires in one frame of a GSD file.

    Parameters
    ----------
    path : path
        Trajectory with positions and orientations, whoever wrote it.
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
        settings = Settings.of(criterion or bond_criterion(setup), setup)
        return analyze_frame(source.frame(range(len(source))[frame]), settings)
