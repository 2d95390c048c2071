"""Equations of motion: the thermal bath, and the stages of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from janus_md.common.arrays import FloatArray, plain


@dataclass(frozen=True)
class Bath:
    """Thermal bath: temperature and friction.

    Attributes
    ----------
    kT : float
        Thermal energy, kJ/mol.
    method : str
        ``langevin``, ``brownian`` or ``nve`` (no bath).
    gamma : ndarray, shape (K,)
        Translational friction of each kind, amu/ps.
    gamma_r : ndarray, shape (K, 3)
        Rotational friction of each kind about its principal axes, amu nm^2/ps.
    """

    kT: float
    method: str
    gamma: FloatArray
    gamma_r: FloatArray

    def to_dict(self) -> dict[str, Any]:
        """Return the bath as plain JSON values; :meth:`of` reads them."""
        found: dict[str, Any] = plain(self)
        return found

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Bath:
        """Return the bath described by :meth:`to_dict`."""
        arrays = {key: np.array(data[key], float) for key in ("gamma", "gamma_r")}
        return cls(**{**data, **arrays})


@dataclass(frozen=True)
class Stage:
    """One stage of a run.

    Attributes
    ----------
    name : str
        ``relax``, ``equilibrate`` or ``produce``.
    steps : int
        Number of steps.
    time_step : float
        ps.
    bath : Bath
        Temperature and friction.
    frame_steps : int
        Steps between frames; 0 if no frames are written.
    """

    name: str
    steps: int
    time_step: float
    bath: Bath
    frame_steps: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the stage as plain JSON values; :meth:`of` reads them."""
        found: dict[str, Any] = plain(self)
        return found

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Stage:
        """Return the stage described by :meth:`to_dict`."""
        return cls(**{**data, "bath": Bath.of(data["bath"])})
