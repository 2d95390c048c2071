"""Array types, and conversion of arrays to plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]


def expanded(start: NDArray[np.integer], count: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the integers ``start[k] ... start[k] + count[k] - 1``, one range after the other."""
    full = np.flatnonzero(count)
    if len(full) == 0:
        return np.zeros(0, dtype=np.int64)
    # Steps of 1 except between ranges; repeating by irregular counts takes twice as long.
    count, start = count.take(full), start.take(full)
    stop = np.cumsum(count)
    steps = np.ones(stop[-1], dtype=np.int64)
    steps[0] = start[0]
    steps[stop[:-1]] = start[1:] - start[:-1] - count[:-1] + 1
    return np.asarray(np.cumsum(steps, out=steps))


def plain(value: Any) -> Any:
    """Convert `value` for JSON: arrays and tuples to lists, NumPy scalars to Python numbers.

    A dataclass is converted to a mapping of its fields.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
