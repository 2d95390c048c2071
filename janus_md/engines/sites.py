"""Bodies as particles of an engine: centres and constituents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import rowan

from janus_md.model.body import FloatArray
from janus_md.model.interactions.table import Kinds, Row
from janus_md.model.system import IntArray, System
from janus_md.model.units import charge_scale


@dataclass(frozen=True)
class Particles:
    """All particles of a system: first the N centres, then the constituents, body by body.

    Attributes
    ----------
    type_names : tuple of str
        Kinds of bodies first, then the types of constituents.
    types : ndarray of int, shape (P,)
        Index into `type_names`.
    bodies : ndarray of int, shape (P,)
        Index of the body of each particle.
    positions : ndarray, shape (P, 3)
        Positions, unwrapped relative to the centre of the body, nm.
    charges : ndarray, shape (P,)
        Charges, screened by the medium, sqrt(kJ/mol nm).
    """

    type_names: tuple[str, ...]
    types: IntArray
    bodies: IntArray
    positions: FloatArray
    charges: FloatArray


def type_names(system: System) -> tuple[str, ...]:
    """Names of all types: kinds of bodies, then constituents in alphabetical order."""
    constituents = sorted({t for body in system.bodies for t in body.types})
    return (*(body.name for body in system.bodies), *constituents)


def each_pair(
    names: Sequence[str], rows: Mapping[Kinds, Row]
) -> Iterator[tuple[Kinds, Row | None]]:
    """Yield every pair of types, in the order of `names`, with its row of the pair table."""
    for k, a in enumerate(names):
        for b in names[k:]:
            yield (a, b), rows.get((min(a, b), max(a, b)))


def charged_types(system: System) -> set[str]:
    """Types with at least one charged particle."""
    return {
        t
        for body in system.bodies
        for t, q in zip(body.types, body.charges, strict=True)
        if q != 0 and system.interactions.electrostatics is not None
    }


def on_charges(system: System, field: FloatArray) -> list[float]:
    """Return a field, a force on 1 e, as it acts on the charges that engines get: those are scaled.

    For systems with electrostatics: fields on charges object to setups without.
    """
    electrostatics = system.interactions.electrostatics
    assert electrostatics is not None
    scale = charge_scale(electrostatics.relative_permittivity)
    return [float(x) / scale for x in field]


def lay_out(system: System) -> Particles:
    """Return the particles of `system`."""
    names = type_names(system)
    number = {name: k for k, name in enumerate(names)}
    n = system.n_bodies
    electrostatics = system.interactions.electrostatics
    scale = charge_scale(electrostatics.relative_permittivity) if electrostatics else 0.0
    sizes = np.array([len(body.types) for body in system.bodies])[system.kinds]
    starts = n + np.concatenate([[0], np.cumsum(sizes)])
    total = int(starts[-1])
    types = np.empty(total, np.int32)
    owners = np.empty(total, np.int32)
    positions = np.empty((total, 3))
    charges = np.zeros(total)
    types[:n], owners[:n], positions[:n] = system.kinds, np.arange(n), system.positions
    for kind, body in enumerate(system.bodies):
        members = np.flatnonzero(system.kinds == kind)
        at = starts[members][:, None] + np.arange(len(body.types))[None, :]
        turned = rowan.rotate(system.orientations[members][:, None, :], body.positions[None, :, :])
        types[at] = [number[t] for t in body.types]
        owners[at] = members[:, None]
        positions[at] = system.positions[members][:, None, :] + turned
        charges[at] = body.charges * scale
    return Particles(names, types, owners, positions, charges)
