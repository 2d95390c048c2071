"""First-order release of payloads from the compartments of bodies, along a trajectory.

The release is not simulated: rates are put in, and each tracer leaves at a random time. The
trajectory gives the place where it leaves its body.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.arrays import FloatArray, IntArray
from janus_md.common.errors import JanusError
from janus_md.model.units import PS_PER_NS

if TYPE_CHECKING:
    from janus_md.analysis.frames.source import GsdSource


@dataclass(frozen=True)
class Stimulus:
    """A period in which the rate of a compartment is another one.

    Attributes
    ----------
    begin, end : float
        ns.
    factor : float
        Factor of the rate in this period; 0 stops the release.
    """

    begin: float
    end: float
    factor: float


@dataclass(frozen=True)
class Payload:
    """Tracers in a compartment of every body.

    Attributes
    ----------
    name : str
        Name of the compartment.
    tracers : int
        Tracers in each body at the start.
    rate : float
        Rate constant k of the release, 1/ns.
    stimuli : tuple of Stimulus
        Periods with other rates; where they overlap, factors multiply.
    """

    name: str
    tracers: int
    rate: float
    stimuli: tuple[Stimulus, ...] = ()

    def hazard(self, times: FloatArray) -> FloatArray:
        """Integral of the rate from 0 to these times, in ns; same shape, without unit."""
        edges = sorted({0.0, *(x for one in self.stimuli for x in (one.begin, one.end))})
        ends = [*edges[1:], np.inf]
        total = np.zeros_like(np.asarray(times, float))
        for begin, end in zip(edges, ends, strict=True):
            factor = float(
                np.prod([s.factor for s in self.stimuli if s.begin <= begin and end <= s.end])
            )
            total += self.rate * factor * np.clip(np.asarray(times, float) - begin, 0, end - begin)
        return total

    def released(self, times: FloatArray) -> FloatArray:
        """Expected fraction released until these times (ns), ``1 - exp(-integral of k)``."""
        return np.asarray(-np.expm1(-self.hazard(times)))


@dataclass(frozen=True)
class Release:
    """Tracers that have left their bodies.

    Attributes
    ----------
    payload : Payload
        The compartment.
    times : ndarray, shape (F,)
        Times of the frames, ns from the first one.
    fraction : ndarray, shape (F,)
        Fraction of all tracers that have left until each frame.
    frame : ndarray of int, shape (R,)
        Index in `times` of the first frame after each tracer left.
    body : ndarray of int, shape (R,)
        Body of each tracer.
    positions : ndarray, shape (R, 3)
        Place of the body in that frame, nm, in the box.
    """

    payload: Payload
    times: FloatArray
    fraction: FloatArray
    frame: IntArray
    body: IntArray
    positions: FloatArray


def release(
    source: GsdSource, frames: Sequence[int], payloads: Sequence[Payload], seed: int
) -> list[Release]:
    """Let tracers leave the bodies of a trajectory.

    Parameters
    ----------
    source : GsdSource
        The trajectory, whose frames must have times.
    frames : sequence of int
        Frames, in the order of time.
    payloads : sequence of Payload
        Compartments.
    seed : int
        Seed of the random times.

    Returns
    -------
    list of Release
        One for each payload.

    Raises
    ------
    JanusError
        If frames have no times.
    """
    rng = np.random.default_rng(seed)
    read = [source.frame(number) for number in frames]
    times = np.array([frame.time_ps for frame in read]) / PS_PER_NS
    times = times - times[0]
    if not np.all(np.isfinite(times)):
        raise JanusError(f"{source.path}: the file has no times, which the release needs")
    n_bodies, found = len(read[0].positions), []
    for payload in payloads:
        # A tracer leaves when the integral of the rate reaches a unit exponential random number.
        due = rng.exponential(size=n_bodies * payload.tracers)
        first = np.searchsorted(payload.hazard(times), due, side="left")
        left = np.flatnonzero(first < len(times))
        left = left[np.argsort(first[left], kind="stable")]
        frame, body = first[left].astype(np.int32), (left // payload.tracers).astype(np.int32)
        counts = np.bincount(frame, minlength=len(times))
        places = np.array([read[k].positions[b] for k, b in zip(frame, body, strict=True)])
        fraction = np.cumsum(counts) / max(1, len(due))
        found.append(Release(payload, times, fraction, frame, body, places.reshape(-1, 3)))
    return found
