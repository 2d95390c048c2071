"""Media of a paper, and the runs that were done in each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from janus_md.model.setup import Setup


@dataclass(frozen=True)
class Conditions:
    """Conditions at the end of a run.

    Attributes
    ----------
    model : str or None
        Model of the bodies; None for particles that bring their own beads.
    relative_permittivity : float or None
        Of the medium; None if charges are off.
    volume_fraction : float or None
        Volume of the bodies over that of the box; None if the state point has a number density.
    changed : bool
        Whether stages changed conditions during the run.
    """

    model: str | None
    relative_permittivity: float | None
    volume_fraction: float | None
    changed: bool

    @classmethod
    def of(
        cls, statepoint: Mapping[str, Any], setup: Setup | None = None, step: int = 0
    ) -> Conditions:
        """Return the conditions at a step of the production; `setup` has the stages."""
        medium, fraction = (
            None if (value := statepoint.get(key)) is None else float(value)
            for key in ("relative_permittivity", "volume_fraction")
        )
        changed = setup is not None and bool(setup.schedule)
        if setup is not None and changed:
            medium = setup.at(step).relative_permittivity
            fraction = setup.values(step).get("volume_fraction", fraction)
        return cls(statepoint.get("model"), medium, fraction, changed)


class Medium(BaseModel):
    """A medium, and what else distinguishes the runs in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    relative_permittivity: float
    """Relative permittivity at the end of the run."""
    volume_fraction: float | None = None
    """Volume fraction at the end of the run; null for any."""
    stages: bool = False
    """Whether stages change conditions during the run."""
    model: str | None = None
    """Model of the bodies; null for that of the paper."""

    def holds(self, found: Conditions, usual: str | None) -> bool:
        """Return whether a run was done in this medium.

        `usual` is the model that the paper states for its runs; None for any.
        """
        if found.relative_permittivity is None or found.changed != self.stages:
            return False
        if not math.isclose(found.relative_permittivity, self.relative_permittivity):
            return False
        model = self.model or usual
        if model is not None and found.model not in (None, model):
            return False
        if self.volume_fraction is None:
            return True
        return found.volume_fraction is not None and math.isclose(
            found.volume_fraction, self.volume_fraction, rel_tol=1e-6
        )
