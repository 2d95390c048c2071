"""The Parquet tables: their columns, and writing them frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.wires import KINDS
from janus_md.analysis.pipeline.frame import FrameResult
from janus_md.common.observables import Column, frame_columns

_WIRE = "janus_md.analysis.aggregates."

WIRE_COLUMNS = (
    Column("frame", "number of the frame", dtype="int64"),
    Column("wire", "number of the wire in the frame, from 0", dtype="int64"),
    Column("n", "length", "bodies", "int64"),
    Column("kind", "`linear`, `ring`, `branched` or `percolating` (winds round the box)",
           dtype="kind", source=_WIRE + "wires"),
    Column("contour_nm", "sum of the bond lengths", "nm"),
    Column("end_to_end_nm", "distance of the ends; 0 for rings, null for branched and "
           "percolating wires", "nm"),
    Column("winding_1", "how often it winds round the box along the first edge; null where it "
           "percolates in several dimensions", dtype="int64", source=_WIRE + "winding"),
    Column("winding_2", "the same along the second edge", dtype="int64"),
    Column("winding_3", "the same along the third edge", dtype="int64"),
    Column("percolating_dims", "dimensions in which it winds round the box", dtype="int64",
           source=_WIRE + "winding"),
    Column("screw_deg", "circular mean of the turn from body to body about the dipole, modulo "
           "360/n for bodies of n-fold symmetry", "degrees", source=_WIRE + "chirality"),
    Column("dihedral_deg", "circular mean of the dihedral angles of four consecutive centres; "
           "right-handed is positive", "degrees", source=_WIRE + "chirality"),
    Column("alternation", "share of the bonds that join R and S, of the bonds whose two bodies "
           "have a hand; null where there is none", source=_WIRE + "chirality"),
    Column("members", "particle numbers in the file, from tail to head", dtype="members"),
    Column("screw_spread_deg", "circular standard deviation of that turn", "degrees",
           source=_WIRE + "chirality"),
    Column("handedness", "mean sine of n times that turn: changes sign with the mirror image",
           source=_WIRE + "chirality"),
    Column("radius_of_gyration_nm", "radius of gyration of the centres; null for percolating "
           "wires", "nm"),
    Column("tortuosity", "contour over end to end; null for rings"),
    Column("persistence_bond_nm", "persistence length of the bonds, -b / ln of the mean cosine "
           "between consecutive ones", "nm", source="Kratky and Porod (1949)"),
    Column("persistence_dipole_nm", "the same of the dipoles", "nm",
           source="Kratky and Porod (1949)"),
    Column("dipole_order", "length of the mean dipole direction"),
    Column("side_contacts", "side contacts with other wires", dtype="int64",
           source=_WIRE + "bundles"),
    Column("bundle", "number of its bundle", dtype="int64", source=_WIRE + "bundles"),
    Column("sequence", "hands of the members in that order: R, S or a dash each",
           dtype="sequence"),
)  # fmt: skip
"""Columns of wires.parquet, a row per wire and frame."""


def frame_schema() -> Any:
    """Arrow schema of frames.parquet."""
    import pyarrow as pa

    return pa.schema([(one.name, pa.type_for_alias(one.dtype)) for one in frame_columns()])


def wire_schema() -> Any:
    """Arrow schema of wires.parquet.

    `kind` is a name, `members` a list of particle numbers, `sequence` their hands in that order: a
    letter R or S each, or a dash.
    """
    import pyarrow as pa

    types = {
        "kind": pa.dictionary(pa.int8(), pa.string()),
        "members": pa.list_(pa.int32()),
        "sequence": pa.large_string(),
    }
    return pa.schema(
        [(one.name, types.get(one.dtype) or pa.type_for_alias(one.dtype)) for one in WIRE_COLUMNS]
    )


def wire_table(result: FrameResult) -> Any:
    """Arrow table of the wires of one frame."""
    import pyarrow as pa

    wires = result.wires
    count = len(wires)
    numbers = {
        "frame": np.full(count, result.frame_row["frame"], dtype=np.int64),
        "wire": np.arange(count, dtype=np.int64),
        **result.wire_columns,
    }
    arrays = []
    for column in WIRE_COLUMNS:
        if column.dtype == "members":
            offsets = np.append(wires.start, len(wires.members)).astype(np.int32)
            tags = result.tags[wires.members].astype(np.int32)
            arrays.append(pa.ListArray.from_arrays(offsets, tags))
            continue
        if column.dtype == "sequence":
            arrays.append(_sequences(result))
            continue
        values = numbers[column.name]
        if column.dtype == "kind":
            arrays.append(pa.DictionaryArray.from_arrays(pa.array(values), pa.array(KINDS)))
        elif column.dtype == "int64" and values.dtype.kind == "f":
            known = np.isfinite(values)
            arrays.append(pa.array(np.where(known, values, 0).astype(np.int64), mask=~known))
        else:
            kind = pa.type_for_alias(column.dtype)
            arrays.append(pa.array(values, type=kind, from_pandas=True))
    return pa.Table.from_arrays(arrays, schema=wire_schema())


def _sequences(result: FrameResult) -> Any:
    """Hands along each wire, cut from one string of all of them."""
    import pyarrow as pa

    wires = result.wires
    letters = np.array([b"S", b"-", b"R"], dtype="S1")[result.hands[wires.members] + 1]
    ends = np.append(wires.start, len(wires.members)).astype(np.int64)
    return pa.LargeStringArray.from_buffers(
        len(wires), pa.py_buffer(ends.tobytes()), pa.py_buffer(letters.tobytes())
    )


def frame_table(rows: Sequence[dict[str, float | int]]) -> Any:
    """Arrow table of frames; NaN becomes null."""
    import pyarrow as pa

    schema = frame_schema()
    arrays = [
        pa.array([row[field.name] for row in rows], type=field.type, from_pandas=True)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
