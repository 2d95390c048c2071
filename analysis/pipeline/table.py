"""The Parquet tables: their columns, and writing them frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.morphology.kinds import KINDS as KINDS_OF_AGGREGATES
from janus_md.analysis.aggregates.wires import KINDS, Wires
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.analysis.pipeline.frame import FrameResult
from janus_md.common.observables import Column, frame_columns

_WIRE = "janus_md.analysis.aggregates."

WIRE_COLUMNS = (
    Column("frame", "index of the frame", dtype="int64"),
    Column("wire", "index of the wire in the frame, from 0", dtype="int64"),
    Column("n", "length", "bodies", "int64"),
    Column("kind", "`linear`, `ring`, `branched` or `percolating` (winds around the box)",
           dtype="kind", source=_WIRE + "wires"),
    Column("contour_nm", "sum of the bond lengths", "nm"),
    Column("end_to_end_nm", "distance of the ends; 0 for rings, null for branched and "
           "percolating wires", "nm"),
    Column("winding_1", "number of windings around the box along the first edge; null if it "
           "percolates in several dimensions", dtype="int64", source=_WIRE + "winding"),
    Column("winding_2", "the same along the second edge", dtype="int64"),
    Column("winding_3", "the same along the third edge", dtype="int64"),
    Column("percolating_dims", "number of dimensions in which it percolates", dtype="int64",
           source=_WIRE + "winding"),
    Column("screw_deg", "circular mean of the rotation from body to body about the dipole, modulo "
           "360/n for bodies of n-fold symmetry", "degrees", source=_WIRE + "chirality"),
    Column("dihedral_deg", "circular mean of the dihedral angles of four consecutive centres; "
           "right-handed is positive", "degrees", source=_WIRE + "chirality"),
    Column("alternation", "share of bonds between R and S among the bonds between chiral bodies; "
           "null without such bonds", source=_WIRE + "chirality"),
    Column("members", "particle indices in the file, from tail to head", dtype="members"),
    Column("screw_spread_deg", "circular standard deviation of this rotation", "degrees",
           source=_WIRE + "chirality"),
    Column("handedness", "mean sine of n times this rotation; changes sign under reflection",
           source=_WIRE + "chirality"),
    Column("radius_of_gyration_nm", "radius of gyration of the centres; null for percolating "
           "wires", "nm"),
    Column("tortuosity", "contour length over end-to-end distance; null for rings"),
    Column("persistence_bond_nm", "persistence length of the bonds, -b / ln of the mean cosine "
           "between consecutive ones", "nm", source="Kratky and Porod (1949)"),
    Column("persistence_dipole_nm", "the same for the dipoles", "nm",
           source="Kratky and Porod (1949)"),
    Column("dipole_order", "length of the mean dipole direction"),
    Column("side_contacts", "side contacts with other wires", dtype="int64",
           source=_WIRE + "bundles"),
    Column("bundle", "index of its bundle", dtype="int64", source=_WIRE + "bundles"),
    Column("sequence", "handedness of the members in this order: R, S or a dash each",
           dtype="sequence"),
)  # fmt: skip
"""Columns of wires.parquet, a row per wire and frame."""

_AGGREGATE = "janus_md.analysis.aggregates.morphology."
_SINGLE = "; null for single bodies"
_DIRECTED = "; null for single bodies, and where the directions of the bodies are not known"

AGGREGATE_COLUMNS = (
    Column("frame", "index of the frame", dtype="int64"),
    Column("aggregate", "index of the aggregate in the frame, from 0", dtype="int64"),
    Column("n", "size", "bodies", "int64"),
    Column("kind", ", ".join(f"`{one}`" for one in KINDS_OF_AGGREGATES), dtype="kind",
           source=_AGGREGATE + "kinds"),
    Column("inward", "mean of -u.r, with u the body's axis towards its attractive sites and r the "
           "direction of its head from the middle of the aggregate's attractive sites: 1 in a "
           "micelle" + _DIRECTED),
    Column("radial", "mean of (u.r)²: 1 in a micelle and in both leaves of a vesicle" + _DIRECTED),
    Column("outward", "share of the bodies with u.r above 0.3" + _DIRECTED),
    Column("anisotropy", "relative shape anisotropy κ² of the heads' gyration tensor: 0 for a "
           "sphere, 1/4 for a disc, 1 for a line" + _SINGLE,
           source="Theodorou and Suter, Macromolecules 18, 1206 (1985)"),
    Column("radius_of_gyration_nm", "radius of gyration of the heads" + _SINGLE, "nm"),
    Column("polarisation", "length of the mean u" + _DIRECTED),
    Column("nematic", "mean of the largest eigenvalue of the nematic tensor of u within 2 S of "
           "each body's attractive sites; null below 30 bodies, and where the directions of the "
           "bodies are not known"),
    Column("flatness", "median of the middle over the largest gyration axis of the attractive "
           "sites within 2.5 S; null below 30 bodies"),
    Column("cavity_nm3", "volume farther than S from every head and attractive site and cut off "
           "from the outside; null where the aggregate is no closed shell", "nm³",
           source=_AGGREGATE + "cavity"),
    Column("solid", "share of the bodies that are crystalline, by freud's SolidLiquid; null below "
           "13 bodies", source=_AGGREGATE + "crystal"),
    Column("percolating_dims", "dimensions in which it spans the box", dtype="int64",
           source=_AGGREGATE + "graph"),
    Column("members", "particle indices in the file, ascending", dtype="members"),
)  # fmt: skip
"""Columns of aggregates.parquet, a row per aggregate and frame; S is the diameter of a
body. No rows where clusters are not defined."""


def frame_schema() -> Any:
    """Arrow schema of frames.parquet."""
    import pyarrow as pa

    return pa.schema([(one.name, pa.type_for_alias(one.dtype)) for one in frame_columns()])


@cache
def wire_schema() -> Any:
    """Arrow schema of wires.parquet.

    `kind` is a name, `members` a list of particle numbers, `sequence` their hands in that order: a
    letter R or S each, or a dash.
    """
    return _schema(WIRE_COLUMNS)


@cache
def aggregate_schema() -> Any:
    """Arrow schema of aggregates.parquet."""
    return _schema(AGGREGATE_COLUMNS)


def _schema(columns: Sequence[Column]) -> Any:
    import pyarrow as pa

    types = {
        "kind": pa.dictionary(pa.int8(), pa.string()),
        "members": pa.list_(pa.int32()),
        "sequence": pa.large_string(),
    }
    return pa.schema(
        [(one.name, types.get(one.dtype) or pa.type_for_alias(one.dtype)) for one in columns]
    )


def wire_table(result: FrameResult) -> Any:
    """Arrow table of the wires of one frame; empty where none are looked for."""
    wires = result.wires
    if not result.wire_columns:
        return _empty(wire_schema())
    count = len(wires)
    numbers = {
        "frame": np.full(count, result.frame_row["frame"], dtype=np.int64),
        "wire": np.arange(count, dtype=np.int64),
        **result.wire_columns,
    }
    numbers["members"] = _lists(result.tags[wires.members], wires.start)
    numbers["sequence"] = _sequences(wires, result.hands)
    return _table(wire_schema(), WIRE_COLUMNS, numbers, KINDS)


def aggregate_table(result: FrameResult) -> Any:
    """Arrow table of the aggregates of one frame; empty where clusters are not defined."""
    found = result.aggregates
    if found is None:
        return _empty(aggregate_schema())
    count, measures = len(found), found.measures
    members, start = found.members()
    numbers = {
        "frame": np.full(count, result.frame_row["frame"], dtype=np.int64),
        "aggregate": np.arange(count, dtype=np.int64),
        "n": found.n,
        "kind": found.kind,
        **measures,
        "radius_of_gyration_nm": measures["radius_of_gyration"] * found.unit,
        "cavity_nm3": measures["cavity"] * found.unit**3,
        "percolating_dims": measures["dims"],
        "members": _lists(result.tags[members], start),
    }
    return _table(aggregate_schema(), AGGREGATE_COLUMNS, numbers, KINDS_OF_AGGREGATES)


@cache
def _empty(schema: Any) -> Any:
    """Table without rows; tables cannot be changed, so all frames share it."""
    return schema.empty_table()


def _table(
    schema: Any, columns: Sequence[Column], numbers: dict[str, Any], kinds: Sequence[str]
) -> Any:
    """Arrow table of these values; NaN becomes null, codes of kinds their names."""
    import pyarrow as pa

    arrays = []
    for column in columns:
        values = numbers[column.name]
        if column.dtype in ("members", "sequence"):
            arrays.append(values)
        elif column.dtype == "kind":
            arrays.append(pa.DictionaryArray.from_arrays(pa.array(values), pa.array(kinds)))
        elif column.dtype == "int64" and values.dtype.kind == "f":
            known = np.isfinite(values)
            arrays.append(pa.array(np.where(known, values, 0).astype(np.int64), mask=~known))
        else:
            kind = pa.type_for_alias(column.dtype)
            arrays.append(pa.array(values, type=kind, from_pandas=True))
    return pa.Table.from_arrays(arrays, schema=schema)


def _lists(values: IndexArray, start: IndexArray) -> Any:
    """Lists of particle numbers that begin at `start` in `values`."""
    import pyarrow as pa

    offsets = np.append(start, len(values)).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, values.astype(np.int32))


def _sequences(wires: Wires, hands: IndexArray) -> Any:
    """Hands along each wire, cut from one string of all of them."""
    import pyarrow as pa

    letters = np.array([b"S", b"-", b"R"], dtype="S1")[hands[wires.members] + 1]
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
