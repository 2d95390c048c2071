"""Pieces of a production in which conditions are constant: box, medium, bath and fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from janus_md.common.arrays import FloatArray
from janus_md.model.dynamics import Bath
from janus_md.model.environment import AppliedField


@dataclass(frozen=True, eq=False)
class Piece:
    """Conditions of the steps after the piece before, up to `end`.

    The first piece of a schedule ends at step 0 and has the conditions at the start.

    Attributes
    ----------
    stage : str
        Name of the stage.
    end : int
        Last step of the production in this piece.
    values : mapping
        Values of the quantities that stages change, by name.
    box : ndarray, shape (6,)
        As of :class:`janus_md.model.system.System`.
    bath : Bath
        Temperature and friction.
    relative_permittivity : float or None
        Of the medium; None if charges are off.
    environment : tuple of AppliedField
        External fields.
    """

    stage: str
    end: int
    values: Mapping[str, float]
    box: FloatArray
    bath: Bath
    relative_permittivity: float | None
    environment: tuple[AppliedField, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the piece as plain JSON values; :meth:`of` reads them."""
        return {
            "stage": self.stage,
            "end": self.end,
            "values": dict(self.values),
            "box": self.box.tolist(),
            "bath": self.bath.to_dict(),
            "relative_permittivity": self.relative_permittivity,
            "environment": [one.to_dict() for one in self.environment],
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Piece:
        """Return the piece described by :meth:`to_dict`."""
        read = {
            "box": np.array(data["box"], float),
            "bath": Bath.of(data["bath"]),
            "environment": tuple(map(AppliedField.of, data["environment"])),
        }
        return cls(**{**data, **read})
