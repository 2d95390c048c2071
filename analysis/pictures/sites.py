"""All sites of a frame, placed from the central bodies, with the wire of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from janus_md.analysis.aggregates.criterion import bond_criterion
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.analysis.frames.source import HANDS, GsdSource
from janus_md.analysis.pipeline.context import FrameContext
from janus_md.analysis.pipeline.settings import Settings
from janus_md.common.arrays import FloatArray
from janus_md.common.errors import JanusError
from janus_md.model.body import RigidBody
from janus_md.model.box import wrap
from janus_md.model.setup import Setup


@dataclass(frozen=True)
class Sites:
    """The N sites of a frame; the central particle of each body is one of them.

    Attributes
    ----------
    positions : ndarray, shape (N, 3)
        Places in the box, nm.
    diameters : ndarray, shape (N,)
        nm; 0 for sites without volume.
    types : tuple of str
        Names of types.
    kinds : ndarray of int, shape (N,)
        Index into `types`.
    owner : ndarray of int, shape (N,)
        Body of each site.
    half : ndarray of int, shape (N,)
        0 for central particles; other sites are numbered from 1 by kind, and by the sign of the
        charge if a kind has both signs.
    wire, length, hand : ndarray of int, shape (N,)
        Wire of the body, bodies in this wire, and +1 (R), -1 (S) or 0 (achiral) for the body.
    """

    positions: FloatArray
    diameters: FloatArray
    types: tuple[str, ...]
    kinds: IndexArray
    owner: IndexArray
    half: IndexArray
    wire: IndexArray
    length: IndexArray
    hand: IndexArray


def read_context(path: Path, index: int) -> FrameContext:
    """Read a frame of a trajectory; negative indices count from the last.

    Raises
    ------
    JanusError
        If the file cannot be read, has no such frame, or does not describe its bodies.
    """
    with GsdSource(path) as source:
        count = len(source)
        if not -count <= index < count:
            _described(source, path)
            raise JanusError(
                f"--frame: {index} is not in {path}; it must be {-count} to {count - 1}"
            )
        return next(_contexts(source, path, [index % count]))


def _described(source: GsdSource, path: Path) -> Setup:
    """Return the setup of a file; raise an error if it does not describe its bodies."""
    if (setup := source.setup()) is None:
        raise JanusError(f"{path}: the file does not describe its bodies")
    return setup


def _contexts(source: GsdSource, path: Path, indices: Iterable[int]) -> Iterator[FrameContext]:
    """Yield frames of an open trajectory."""
    setup = _described(source, path)
    settings = Settings.of(bond_criterion(setup), setup)
    for index in indices:
        yield FrameContext(source.frame(index), settings, setup)


def halves(body: RigidBody) -> list[int]:
    """Return the number of the half of each constituent of a body, from 1."""
    signs: dict[str, set[bool]] = {}
    for kind, charge in zip(body.types, body.charges, strict=True):
        if charge:
            signs.setdefault(kind, set()).add(bool(charge < 0.0))
    keys = [
        (kind, bool(charge < 0.0) and len(signs.get(kind, ())) == 2)
        for kind, charge in zip(body.types, body.charges, strict=True)
    ]
    order = list(dict.fromkeys(keys))
    return [1 + order.index(key) for key in keys]


def all_sites(context: FrameContext) -> Sites:
    """Place the constituents of all bodies of a frame.

    Raises
    ------
    JanusError
        If a body of the frame is not described.
    """
    import rowan

    assert context.setup is not None
    types: list[str] = []
    rows = []
    for index, name in enumerate(context.names):
        who = np.flatnonzero(context.kinds == index)
        if not len(who):
            continue
        body = context.setup.body(name)
        if body is None:
            raise JanusError(f"frame: the file does not describe the body {name!r}")
        hand = HANDS.get(body.enantiomer, 0)
        parts = [(name, np.zeros(3), 0)]
        parts += list(zip(body.types, body.positions, halves(body), strict=True))
        for kind, arm, half in parts:
            if kind not in types:
                types.append(kind)
            turned = rowan.rotate(context.orientations[who], arm) if arm.any() else 0.0
            one = np.ones(len(who), dtype=int)
            number = types.index(kind)
            diameter = float(body.diameters[kind])
            places = context.positions[who] + turned
            rows.append((places, diameter * one, number * one, who, half * one, hand * one))
    places, diameters, kinds, owner, half_of, hands = (
        np.concatenate(column) for column in zip(*rows, strict=True)
    )
    label = context.wires.label[owner]
    return Sites(
        wrap(places, context.lattice)[0], diameters, tuple(types), kinds, owner, half_of,
        label, context.wires.n[label], hands,
    )  # fmt: skip


def export_ovito(trajectory: Path, out: Path) -> int:
    """Write a GSD of all sites with properties that OVITO can colour by; return the frames.

    Each frame has ``log/particles/wire``, ``wire_length``, ``hand`` and ``half``.

    Raises
    ------
    JanusError
        If the trajectory cannot be read or does not describe its bodies.
    """
    import gsd.hoomd

    from janus_md.common.files import written_whole

    with (
        GsdSource(trajectory) as source,
        written_whole(out) as partial,
        gsd.hoomd.open(str(partial), "w") as file,
    ):
        for context in _contexts(source, trajectory, range(len(source))):
            found = all_sites(context)
            frame = gsd.hoomd.Frame()
            frame.configuration.step = context.frame.step
            frame.configuration.box = context.box
            frame.particles.N = len(found.kinds)
            frame.particles.types = list(found.types)
            frame.particles.typeid = found.kinds
            frame.particles.position = found.positions
            frame.particles.diameter = found.diameters
            frame.particles.body = found.owner
            for name, values in {
                "wire": found.wire, "wire_length": found.length,
                "hand": found.hand, "half": found.half,
            }.items():  # fmt: skip
                frame.log[f"particles/{name}"] = np.asarray(values, dtype=np.int32)
            file.append(frame)
        return len(source)
