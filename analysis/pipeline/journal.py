"""Journal of the frames analysed so far, from which a stopped analysis resumes."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from janus_md.analysis.order.order import RadialDistribution
from janus_md.analysis.order.spatial import FrameStructure
from janus_md.analysis.series.lifetimes import Links
from janus_md.common.observables import code_of_observables

INTERVAL = 2.0
"""Time between two writes, s; a stopped analysis repeats about this much work at most."""

_HEAD = struct.Struct("<Q32s")  # length of what follows, and its digest


@dataclass(frozen=True)
class Part:
    """Results of a sequence of frames.

    Attributes
    ----------
    wires : pyarrow.Table
        Rows of wires.parquet.
    aggregates : pyarrow.Table
        Rows of aggregates.parquet.
    rows : list of dict
        Rows of frames.parquet.
    links : list of Links
        Bonds of each frame.
    rdf : RadialDistribution
        Radial distribution of the averaged frames.
    coincident : list of tuple of 3 int
        Frames with bodies at the same position, with the indices of two such bodies.
    structures : list of FrameStructure
        Spatial structure of some frames, which need not be those of the sequence.
    old : bool
        Whether an earlier analysis computed them.
    """

    wires: Any
    aggregates: Any
    rows: list[dict[str, float | int]]
    links: list[Links]
    rdf: RadialDistribution
    coincident: list[tuple[int, int, int]]
    structures: list[FrameStructure]
    old: bool = False


def resumed(
    path: Path, key: bytes, tasks: Sequence[Any], work: Callable[[Sequence[Any]], Iterator[Part]]
) -> Iterator[Part]:
    """Yield the stored results of the first tasks, then compute and store those of the others.

    The first new result is stored immediately, so that an analysis that is stopped again and again
    still makes progress. Further ones are stored every :data:`INTERVAL`.

    Parameters
    ----------
    path : Path
        The file; damaged entries and entries with another key are overwritten.
    key : bytes
        Identifies the analysis (:func:`key_of`).
    tasks : sequence
        Sequences of frames, in order.
    work : callable
        Yields the :class:`Part` of each of these tasks.
    """
    with path.open("r+b" if path.exists() else "w+b") as file:
        done = end = 0
        while done < len(tasks) and (packed := _read(file, key)) is not None:
            yield _unpack(packed)
            done, end = done + 1, file.tell()
        file.seek(end)
        file.truncate()
        waiting: list[Part] = []
        stored = -math.inf
        for part in work(tasks[done:]):
            waiting.append(part)
            if time.monotonic() - stored >= INTERVAL:
                for packed in map(_pack, waiting):
                    file.write(_HEAD.pack(len(packed), _digest(key, packed)) + packed)
                file.flush()
                waiting, stored = [], time.monotonic()
            yield part


def key_of(trajectory: Path, *settings: object) -> bytes:
    """Return a digest of the file, the code and the settings, which identifies an analysis.

    It includes size and time of the file, the code of this package, observables of other packages
    and of the workspace, and the version of freud.
    """
    import freud

    found = trajectory.stat()
    digest = hashlib.sha256(
        repr((found.st_size, found.st_mtime_ns, freud.__version__, settings)).encode()
    )
    digest.update(code())
    digest.update(code_of_observables())
    return digest.digest()


@lru_cache(maxsize=1)
def code() -> bytes:
    """Return a digest of the code of this package, which is read once per process."""
    import janus_md

    package, digest = Path(janus_md.__file__).parent, hashlib.sha256()
    # In a checkout `analysis` is a link, which a glob does not follow.
    for source in sorted({*package.rglob("*.py"), *(package / "analysis").rglob("*.py")}):
        digest.update(source.read_bytes())
    return digest.digest()


def _digest(key: bytes, packed: bytes) -> bytes:
    return hashlib.sha256(key + packed).digest()


def _read(file: BinaryIO, key: bytes) -> bytes | None:
    """Read the next packed part; None if it is missing or damaged."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    length, digest = _HEAD.unpack(head)
    if length > os.fstat(file.fileno()).st_size:
        return None
    packed = file.read(length)
    return packed if _digest(key, packed) == digest else None


def _pack(part: Part) -> bytes:
    """Pack a part as an archive of arrays with full precision."""
    arrays = {
        "wires": _packed_table(part.wires),
        "aggregates": _packed_table(part.aggregates),
        "rows": _packed_json(part.rows),
        "links": np.array([(one.frame, one.step, one.n_bodies) for one in part.links]),
        "edges": part.rdf.edges,
        "counts": part.rdf.counts,
        "expected": np.array(part.rdf.expected),
        "coincident": np.array(part.coincident, np.int64).reshape(-1, 3),
        "structures": _packed_json([(one.q6, one.density) for one in part.structures]),
    }
    for number, one in enumerate(part.links):
        arrays |= {f"made {number}": one.made, f"kept {number}": one.kept}
    for number, structure in enumerate(part.structures):
        if structure.pairs is not None:
            arrays[f"pairs {number}"] = structure.pairs
        arrays[f"scattering {number}"] = structure.scattering
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    return packed.getvalue()


def _packed_json(value: Any) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def _packed_table(table: Any) -> NDArray[np.uint8]:
    import pyarrow as pa

    written = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(written, table.schema, options=options) as stream:
        stream.write_table(table)
    return np.frombuffer(written.getvalue(), np.uint8)


def _unpacked_table(packed: NDArray[np.uint8]) -> Any:
    import pyarrow as pa

    with pa.ipc.open_stream(pa.py_buffer(packed.tobytes())) as stream:
        return stream.read_all().combine_chunks()


def _unpack(packed: bytes) -> Part:
    with np.load(io.BytesIO(packed)) as arrays:
        wires, aggregates = (_unpacked_table(arrays[name]) for name in ("wires", "aggregates"))
        links = [
            Links(frame, step, bodies, arrays[f"made {number}"], arrays[f"kept {number}"])
            for number, (frame, step, bodies) in enumerate(arrays["links"].tolist())
        ]
        rdf = RadialDistribution(float(arrays["edges"][-1]), len(arrays["edges"]) - 1)
        rdf.counts, rdf.expected = arrays["counts"], float(arrays["expected"])
        rows = json.loads(arrays["rows"].tobytes())
        coincident = [(frame, i, j) for frame, i, j in arrays["coincident"].tolist()]
        structures = [
            FrameStructure(
                arrays.get(f"pairs {number}"),
                arrays[f"scattering {number}"],
                q6,
                density,
            )
            for number, (q6, density) in enumerate(json.loads(arrays["structures"].tobytes()))
        ]
        return Part(wires, aggregates, rows, links, rdf, coincident, structures, old=True)
