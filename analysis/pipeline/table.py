"""The Parquet tables: their columns, and writing them frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from janus_md.analysis.aggregates.wires import KINDS
from janus_md.analysis.pipeline.frame import FrameResult

if TYPE_CHECKING:
    pass

FRAME_COLUMNS = {
    "frame": "int64",
    "step": "int64",
    "time_ps": "float64",
    "n_bodies": "int64",
    "n_wires": "int64",
    "mean_n": "float64",
    "mean_w": "float64",
    "longest": "int64",
    "n_bonds": "int64",
    "n_rings": "int64",
    "n_percolating": "int64",
    "n_branched": "int64",
    "share_in_wires_of_3": "float64",
    "nematic_S": "float64",
    "polar_order": "float64",
    "nn_mean_nm": "float64",
    "mean_bond_nm": "float64",
    "n_side_contacts": "int64",
    "n_bundles": "int64",
    "largest_bundle": "int64",
    "hexagonal_order": "float64",
    "n_bonds_energy": "float64",
    "mean_n_energy": "float64",
    "mean_w_energy": "float64",
    "bonds_agreeing": "float64",
}
"""Columns of frames.parquet, a row per frame; null where a value is not defined."""

WIRE_COLUMNS = {
    "n": "int64",
    "kind": "kind",
    "contour_nm": "float64",
    "end_to_end_nm": "float64",
    "winding_1": "winding",
    "winding_2": "winding",
    "winding_3": "winding",
    "percolating_dims": "int64",
    "screw_deg": "float64",
    "dihedral_deg": "float64",
    "alternation": "float64",
    "members": "members",
    "screw_spread_deg": "float64",
    "handedness": "float64",
    "radius_of_gyration_nm": "float64",
    "tortuosity": "float64",
    "persistence_bond_nm": "float64",
    "persistence_dipole_nm": "float64",
    "dipole_order": "float64",
    "side_contacts": "int64",
    "bundle": "int64",
    "sequence": "sequence",
}
"""Columns of wires.parquet after `frame` and `wire`, a row per wire and frame."""


def frame_schema() -> Any:
    """Arrow schema of frames.parquet."""
    import pyarrow as pa

    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in FRAME_COLUMNS.items()])


def wire_schema() -> Any:
    """Arrow schema of wires.parquet.

    `kind` is a name, `members` a list of particle numbers, `sequence` their hands in that order: a
    letter R or S each, or a dash.
    """
    import pyarrow as pa

    types = {
        "kind": pa.dictionary(pa.int8(), pa.string()),
        "members": pa.list_(pa.int32()),
        "winding": pa.int64(),
        "sequence": pa.large_string(),
    }
    columns = {"frame": "int64", "wire": "int64", **WIRE_COLUMNS}
    return pa.schema(
        [(name, types.get(kind) or pa.type_for_alias(kind)) for name, kind in columns.items()]
    )


def wire_table(result: FrameResult) -> Any:
    """Arrow table of the wires of one frame."""
    import pyarrow as pa

    wires = result.wires
    count = len(wires)
    arrays = [
        pa.array(np.full(count, result.frame_row["frame"], dtype=np.int64)),
        pa.array(np.arange(count, dtype=np.int64)),
    ]
    for name, kind in WIRE_COLUMNS.items():
        if kind == "members":
            offsets = np.append(wires.start, len(wires.members)).astype(np.int32)
            tags = result.tags[wires.members].astype(np.int32)
            arrays.append(pa.ListArray.from_arrays(offsets, tags))
            continue
        if kind == "sequence":
            arrays.append(_sequences(result))
            continue
        values = result.wire_columns[name]
        if kind == "kind":
            arrays.append(pa.DictionaryArray.from_arrays(pa.array(values), pa.array(KINDS)))
        elif kind == "winding":
            known = np.isfinite(values)
            arrays.append(pa.array(np.where(known, values, 0).astype(np.int64), mask=~known))
        else:
            arrays.append(pa.array(values, type=pa.type_for_alias(kind), from_pandas=True))
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
