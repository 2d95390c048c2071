"""Bonds in time: when each was made and broken, and how long bonds live.

Frames and wires are memoryless; here alone the past counts. A bond is made when the bodies meet the
criterion and broken when they leave a wider one, so that a pair that trembles at the edge is not
counted as many bonds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.model.body import BondCriterion

WIDER = 1.1
"""A bond is broken beyond this many times the distance at which it is made, ..."""

OPENER = 10.0
"""... or at an angle larger by this, degrees."""


def breaking(criterion: BondCriterion) -> BondCriterion:
    """Criterion that a bond must leave to be broken."""
    return BondCriterion(WIDER * criterion.distance, min(criterion.angle + OPENER, 89.0))


def bond_keys(bonds: Bonds, tags: IndexArray) -> IndexArray:
    """One number for each pair (source, target), sorted and without repetition."""
    return np.unique((tags[bonds.source] << 32) | tags[bonds.target])


@dataclass(frozen=True)
class Links:
    """Bonds of one frame as :func:`bond_keys`: those that make a bond, those that keep one."""

    frame: int
    step: int
    n_bodies: int
    made: IndexArray
    kept: IndexArray


class BondHistory:
    """Follows the bonds through the frames, in order.

    Parameters
    ----------
    begin : int
        First frame that counts for the mean lifetime.
    """

    def __init__(self, begin: int) -> None:
        self.begin = begin
        self.broken = 0
        self.exposure = 0.0
        self.rising = True
        self._alive = np.empty(0, dtype=np.int64)
        self._since = np.empty(0, dtype=np.int64)
        self._last: Links | None = None

    def add(self, links: Links) -> dict[str, np.ndarray]:
        """Take the next frame; return the bonds that it broke: i, j, made, broken.

        Raises
        ------
        ValueError
            If the number of bodies has changed, so that their numbers may name others.
        """
        if self._last is not None and links.n_bodies != self._last.n_bodies:
            raise ValueError(
                f"the number of bodies changes from {self._last.n_bodies} to {links.n_bodies} at "
                f"frame {links.frame}"
            )
        if self._last is not None and links.step <= self._last.step:
            self.rising = False
        lives = np.isin(self._alive, links.kept, assume_unique=True)
        gone = self._rows(~lives, links.frame)
        if self._last is not None and self._last.frame >= self.begin:
            self.exposure += float(len(self._alive)) * (links.step - self._last.step)
            self.broken += int(np.count_nonzero(~lives))
        alive, since = self._alive[lives], self._since[lives]
        new = np.setdiff1d(links.made, alive, assume_unique=True)
        alive = np.concatenate([alive, new])
        since = np.concatenate([since, np.full(len(new), links.frame)])
        order = np.argsort(alive)
        self._alive, self._since, self._last = alive[order], since[order], links
        return gone

    def finish(self) -> dict[str, np.ndarray]:
        """Return the bonds that still live, with -1 for the frame in which they break."""
        return self._rows(np.ones(len(self._alive), dtype=bool), -1)

    def lifetime(self) -> tuple[float, float] | None:
        """Mean lifetime in steps and its standard error; None where too few bonds broke.

        None as well where a step was not above the one before it: the time between is not known.

        For bonds that break at a constant rate, seen for a limited time, the most likely lifetime
        is the total time that bonds were seen alive over the number that broke, k; its relative
        error is ``1 / sqrt(k)`` (Epstein and Sobel, J. Am. Stat. Assoc. 48, 486, 1953).
        """
        if self.broken < 2 or not self.rising:
            return None
        mean = self.exposure / self.broken
        return mean, mean / float(np.sqrt(self.broken))

    def _rows(self, chosen: np.ndarray, frame: int) -> dict[str, np.ndarray]:
        keys = self._alive[chosen]
        return {
            "i": keys >> 32,
            "j": keys & 0xFFFFFFFF,
            "made": self._since[chosen],
            "broken": np.full(len(keys), frame),
        }


def schema() -> Any:
    """Arrow schema of bonds_in_time.parquet.

    ``i`` is the body whose head meets the tail of ``j``; ``made`` the frame in which the bond was
    first there and ``broken`` that in which it no longer was, null where it lived to the end.
    """
    import pyarrow as pa

    return pa.schema([(name, pa.int64()) for name in ("i", "j", "made", "broken")])


def table(rows: dict[str, np.ndarray]) -> Any:
    """Arrow table of bonds; -1 becomes null."""
    import pyarrow as pa

    arrays = [pa.array(rows[name]) for name in ("i", "j", "made")]
    return pa.Table.from_arrays(
        [*arrays, pa.array(rows["broken"], mask=rows["broken"] < 0)], schema=schema()
    )
