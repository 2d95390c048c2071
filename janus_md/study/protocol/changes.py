"""Stages of a production: settings, and the value of each quantity as a function of time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from janus_md.common.settings import Positive, Settings, neutral
from janus_md.study.statepoint_errors import WrongValue

QUANTITIES = (
    "volume_fraction", "relative_permittivity", "residual_solvent", "temperature", "field"
)  # fmt: skip
"""Quantities that stages can change."""

LIMITS: dict[str, tuple[float, float, str]] = {
    "volume_fraction": (1e-12, 1.0, "above 0 and at most 1"),
    "relative_permittivity": (1.0, math.inf, "at least 1"),
    "residual_solvent": (0.0, 1.0, "from 0 to 1"),
    "temperature": (1e-12, math.inf, "above 0"),
    "field": (0.0, math.inf, "at least 0"),
}
"""Smallest and largest value of each quantity, in words too."""

DECAY_RATE = 5.0
"""Rate of the form ``decay``."""

DEFAULT_PIECES = 50
"""Pieces of a stage in which something changes."""

Change = dict[str, Any]
"""Change of one quantity, with `to` and `form`, or with `points`."""


class ToSettings(Settings):
    """A change to a value."""

    to: float
    """Value at the end of the stage."""
    form: Literal["linear", "exponential", "decay"] = "linear"
    """With x the share of the stage that is done, a the value at its start and b that at its end:
    `linear`: a + (b - a) x; `exponential`: a (b / a)^x; `decay`: b + (a - b) (1 - x) exp(-5 x)."""


class PointsSettings(Settings):
    """A change by a table, linear in between."""

    points: Annotated[list[Annotated[list[float], Field(min_length=2, max_length=2)]],
                      Field(min_length=1)]  # fmt: skip
    """Pairs of the share of the stage that is done, up to 1, and the value."""


class StageSettings(Settings):
    """A stage of the production, which begins where the one before it ends.

    Each quantity can be a number (a linear change to it), `{to: 1.0, form: exponential}`, or
    `{points: [[0.5, 4.0], [1.0, 1.0]]}`; without, it stays as it is.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
    """Name of the stage."""
    length_ns: Positive
    """Length, a whole number of frame intervals, ns."""
    pieces: Annotated[int, Field(ge=1, le=100_000)] = DEFAULT_PIECES
    """Number of pieces of equal length, in which conditions are constant; by default 50, or 1 in a
    stage without changes. A piece has the values of its end."""
    volume_fraction: Change | None = neutral(None)
    """Volume of all bodies over that of the box."""
    along: Literal["xyz", "x", "y", "z"] = neutral("xyz")
    """Directions in which the box changes with the volume fraction."""
    relative_permittivity: Change | None = neutral(None)
    """Relative permittivity of the medium."""
    residual_solvent: Change | None = neutral(None)
    """Solvent that is left, from 1 to 0, of which permittivity and friction follow."""
    temperature: Change | None = neutral(None)
    """Temperature, K."""
    field: Change | None = neutral(None)
    """Electric or magnetic field over that in `environment`."""

    @model_validator(mode="before")
    @classmethod
    def _default_pieces(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "pieces" in data:
            return data
        changing = any(data.get(name) is not None for name in QUANTITIES)
        return data if changing else {**data, "pieces": 1}

    @field_validator(*QUANTITIES, mode="before")
    @classmethod
    def _complete(cls, given: Any, info: Any) -> Any:
        if given is None:
            return None
        from janus_md.study.registered_settings import read_model

        name = str(info.field_name)
        if isinstance(given, int | float) and not isinstance(given, bool):
            given = {"to": float(given)}
        model = PointsSettings if isinstance(given, Mapping) and "points" in given else ToSettings
        found = read_model(name, model, given).stored()
        low, high, words = LIMITS[name]
        for value in _values(found):
            if not low <= value <= high:
                raise WrongValue(name, f"{value:g} is not allowed; it must be {words}")
        if "points" in found:
            shares = [share for share, _ in found["points"]]
            least = 0.0 if name != "volume_fraction" else 1e-12
            rising = all(a < b for a, b in pairwise(shares))
            if not rising or shares[0] < least or shares[-1] != 1.0:
                begin = "0 or more" if least == 0.0 else "above 0"
                raise WrongValue(
                    f"{name}.points",
                    f"the shares {shares} are not allowed; they must rise from {begin} to 1",
                )
        return found

    @model_validator(mode="after")
    def _along_needs_a_box(self) -> StageSettings:
        if self.along != "xyz" and self.volume_fraction is None:
            raise WrongValue(
                "along", f"{self.along} has no effect without volume_fraction; leave it out"
            )
        return self

    @property
    def changes(self) -> dict[str, Change]:
        """Changes by quantity."""
        given = {name: getattr(self, name) for name in QUANTITIES}
        return {name: change for name, change in given.items() if change is not None}


def value_at(change: Change, begin: float, share: float) -> float:
    """Return the value of a quantity in a stage.

    Parameters
    ----------
    change : dict
        With `to` and `form`, or `points` (:class:`ToSettings`, :class:`PointsSettings`).
    begin : float
        Value at the end of the stage before.
    share : float
        Share of the stage that is done, above 0 and at most 1.

    Raises
    ------
    ValueError
        If an exponential change begins or ends at 0.
    """
    if "points" in change:
        points = change["points"]
        if points[0][0] > 0.0:
            points = [[0.0, begin], *points]
        return float(np.interp(share, *np.array(points).T))
    end, form = float(change["to"]), change["form"]
    if share == 1.0:
        return end
    if form == "linear":
        return begin + (end - begin) * share
    if form == "decay":
        return end + (begin - end) * (1.0 - share) * math.exp(-DECAY_RATE * share)
    if min(begin, end) <= 0.0:
        raise ValueError(f"an exponential change from {begin:g} to {end:g} is not possible")
    return float(begin * (end / begin) ** share)


def _values(change: Change) -> list[float]:
    return [value for _, value in change["points"]] if "points" in change else [change["to"]]


def extremes(change: Change, begin: float) -> list[float]:
    """Return values between which a quantity stays in a stage."""
    return [begin, *_values(change)]
