"""Writing the tables of an analysis, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from janus_md.analysis.order.order import RadialDistribution
from janus_md.analysis.order.spatial import FrameStructure
from janus_md.analysis.pipeline import table
from janus_md.analysis.pipeline.journal import Part
from janus_md.analysis.series import lifetimes
from janus_md.analysis.series.lifetimes import BondHistory
from janus_md.common.messages import count
from janus_md.common.parquet import PartialParquet

Progress = Callable[[int, int], None]
"""Called with the frames done and their number."""


def write_tables(
    parts: Iterator[Part],
    out: Path,
    n_frames: int,
    first_counted: int,
    rdf: RadialDistribution,
    notes: list[str],
    progress: Progress | None,
) -> tuple[list[dict[str, float | int]], BondHistory | None, list[FrameStructure]]:
    """Write the tables as the parts come.

    Returns
    -------
    rows : list of dict
        Rows of frames.parquet.
    history : BondHistory or None
        The bonds; None if the number of bodies changes.
    structures : list of FrameStructure
        Spatial structure of the frames that it was computed of, in order.
    """
    import pyarrow as pa

    rows: list[dict[str, float | int]] = []
    history: BondHistory | None = BondHistory(first_counted)
    coincident: list[tuple[int, int, int]] = []
    structures: list[FrameStructure] = []
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
            structures += part.structures
            if progress is not None and not part.old:
                progress(len(rows), n_frames)
        if history is not None:
            bonds.write(lifetimes.table(history.finish()))
        frames.write(table.frame_table(rows))
        if coincident:
            frame, i, j = coincident[0]
            told = count(len(coincident), "frame")
            notes.append(
                f"bodies have the same position in {told}, such as particles {i} and {j} in frame "
                f"{frame}; such bodies are not bonded to each other, as the bond has no direction"
            )
        values = rdf.values if rdf.expected else np.full(len(rdf.counts), np.nan)
        curve.write(pa.table({"r_nm": rdf.radii, "g": values}))
    return rows, history, structures
