"""Settings of the Coulomb interaction in a state point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from janus_md.common.settings import Positive, Settings, neutral
from janus_md.model.body import RigidBody
from janus_md.model.interactions.table import Electrostatics
from janus_md.study.statepoint_errors import BadStatePoint, WrongValue

FORCE_ERROR = 0.2
"""Default of `electrostatics.force_error`, kT/nm."""


class CutoffErrorSettings(Settings):
    """Largest allowed rms errors on whole bodies due to a cutoff of the Coulomb interaction."""

    force: Positive = 1.0
    """Of the force, kT/nm."""
    torque: Positive = 1.5
    """Of the torque, kT."""


class ElectrostaticsSettings(Settings):
    """How the Coulomb interaction is computed."""

    method: Literal["pppm", "cutoff", "none"] = "pppm"
    """`pppm`: particle-particle particle-mesh, conducting surroundings; `cutoff`: a finite range,
    which is faster and less accurate, for bodies without a net charge; `none`: charges are off."""
    force_error: Positive = FORCE_ERROR
    """Largest allowed rms error of the force on a whole body due to the mesh, kT/nm."""
    cutoff_error: CutoffErrorSettings | None = neutral(None)
    """Largest allowed rms errors on a whole body due to the cutoff, for method cutoff: `force`
    (kT/nm, by default 1) and `torque` (kT, by default 1.5). The shortest range that keeps to both
    is used."""

    @model_validator(mode="before")
    @classmethod
    def _with_limits(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("method") == "cutoff":
            limits = data.get("cutoff_error")
            return {**data, "cutoff_error": {} if limits is None else limits}
        return data

    @model_validator(mode="after")
    def _of_one_method(self) -> ElectrostaticsSettings:
        if self.cutoff_error is not None and self.method != "cutoff":
            raise WrongValue(
                "electrostatics.cutoff_error",
                f"has no effect with electrostatics.method {self.method}; leave it out, or use "
                "method cutoff",
            )
        if self.force_error != FORCE_ERROR and self.method == "cutoff":
            raise WrongValue(
                "electrostatics.force_error",
                f"{self.force_error:g} has no effect with electrostatics.method cutoff; use "
                "electrostatics.cutoff_error",
            )
        return self


def charges_of(bodies: tuple[RigidBody, ...]) -> tuple[bool, bool]:
    """Return whether any body has charges, and whether they are magnetic.

    Raises
    ------
    BadStatePoint
        If some are electric and some magnetic.
    """
    charged = [body for body in bodies if np.any(body.charges != 0)]
    magnetic = [body.name for body in charged if body.magnetic]
    if magnetic and len(magnetic) < len(charged):
        electric = next(body.name for body in charged if not body.magnetic)
        raise BadStatePoint(
            "mixture",
            f"mixture: {magnetic[0]} has magnetic charges and {electric} electric ones; a state "
            "point must have one sort of charges",
        )
    return bool(charged), bool(magnetic)


def electrostatics_of(
    settings: ElectrostaticsSettings, medium: float, bodies: tuple[RigidBody, ...]
) -> Electrostatics:
    """Return the electrostatics with these settings, in a medium of this relative permittivity.

    Raises
    ------
    BadStatePoint
        If a body with a net charge would have a cutoff.
    """
    if settings.cutoff_error is None:
        return Electrostatics(medium, settings.force_error)
    for body in bodies:
        if abs(net := float(body.charges.sum())) > 1e-9 * float(np.abs(body.charges).sum()):
            raise BadStatePoint(
                "electrostatics.method",
                f"electrostatics.method: cutoff is not allowed, since {body.name} has a net charge "
                f"of {net:+g} e; all bodies must be neutral, or the method must be pppm",
            )
    limits = settings.cutoff_error
    return Electrostatics(medium, limits.force, torque_error=limits.torque)
