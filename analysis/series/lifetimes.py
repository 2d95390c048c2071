"""Formation and breaking of bonds, and bond lifetimes.

All other analysis treats each frame independently. A bond forms when two bodies meet the bond
criterion and breaks when they leave a wider one. With this hysteresis, a pair that fluctuates about
the criterion does not count as many bonds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from janus_md.analysis.aggregates.bonds import Bonds
from janus_md.analysis.frames.neighbours import IndexArray
from janus_md.model.body import BondCriterion

WIDER = 1.1
"""A bond breaks beyond the distance of the bond criterion times this factor."""

OPENER = 10.0
"""A bond breaks beyond the angle of the bond criterion plus this value, degrees."""


def breaking(criterion: BondCriterion) -> BondCriterion:
    """Return the wider criterion beyond which a bond breaks."""
    return BondCriterion(WIDER * criterion.distance, min(criterion.angle + OPENER, 89.0))


def bond_keys(bonds: Bonds, tags: IndexArray) -> IndexArray:
    """Return one integer for each pair (source, target), sorted and unique."""
    return np.unique((tags[bonds.source] << 32) | tags[bonds.target])


@dataclass(frozen=True)
class Links:
    """:func:`bond_keys` of one frame: pairs that form a bond, and pairs that keep one."""

    frame: int
    step: int
    n_bodies: int
    made: IndexArray
    kept: IndexArray


class BondHistory:
    """Track bonds over consecutive frames.

    Parameters
    ----------
    begin : int
        First frame used for the mean lifetime.
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
        """Add the next frame; return the bonds that broke in it: i, j, made, broken.

        Raises
        ------
        ValueError
            If the number of bodies has changed, since indices may then refer to other bodies.
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
        """Return the bonds that are not broken, with -1 for the frame of breaking."""
        return self._rows(np.ones(len(self._alive), dtype=bool), -1)

    def lifetime(self) -> tuple[float, float] | None:
        """Return the mean lifetime in steps and its standard error; None if too few bonds broke.

        The result is also None if the steps do not increase, because the time between frames is
        then unknown.

        For a constant breaking rate and a limited observation time, the maximum-likelihood estimate
        is the total observed time of all bonds over the number k of bonds that broke. Its relative
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
    """Return the Arrow schema of bonds_in_time.parquet.

    The head of body ``i`` is bonded to the tail of body ``j``. ``made`` is the first frame with the
    bond and ``broken`` the first frame without it, null if the bond lasts to the end.
    """
    import pyarrow as pa

    return pa.schema([(name, pa.int64()) for name in ("i", "j", "made", "broken")])


def table(rows: dict[str, np.ndarray]) -> Any:
    """Return an Arrow table of bonds; -1 becomes null."""
    import pyarrow as pa

    arrays = [pa.array(rows[name]) for name in ("i", "j", "made")]
    return pa.Table.from_arrays(
        [*arrays, pa.array(rows["broken"], mask=rows["broken"] < 0)], schema=schema()
    )
