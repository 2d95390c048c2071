"""Setups that several benchmarks measure."""

from __future__ import annotations

from typing import Any

from janus_md.model.setup import Setup
from janus_md.study.resolve import resolve
from janus_md.study.statepoint import StatePoint


def dipoles(model: str, permittivity: float, bodies: int, **fields: Any) -> Setup:
    """Return R-Au-Cu at volume fraction 0.05; `fields` are further fields of the state point."""
    return resolve(
        StatePoint.of(
            {
                "particle": "R-Au-Cu",
                "model": model,
                "n_bodies": bodies,
                "volume_fraction": 0.05,
                "relative_permittivity": permittivity,
                **fields,
            }
        )
    )
