"""A uniform magnetic field."""

from __future__ import annotations

from janus_md.common.settings import Settings
from janus_md.model.uniform_field import UniformField
from janus_md.model.units import TESLA, VOLT_PER_NM


class MagneticFieldSettings(Settings):
    """Uniform magnetic field."""

    x: float = 0.0
    """Component along x, T."""
    y: float = 0.0
    """Component along y, T."""
    z: float = 0.0
    """Component along z, T."""


class MagneticField(UniformField):
    """A field B on magnetic moments: torque m x B, energy -m . B."""

    settings = MagneticFieldSettings
    unit = TESLA * VOLT_PER_NM
    magnetic = True


FIELD = MagneticField()
