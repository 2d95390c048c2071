"""A uniform electric field."""

from __future__ import annotations

from janus_md.common.settings import Settings
from janus_md.model.uniform_field import UniformField
from janus_md.model.units import VOLT_PER_NM


class ElectricFieldSettings(Settings):
    """Uniform electric field in the medium."""

    x: float = 0.0
    """Component along x, V/nm."""
    y: float = 0.0
    """Component along y, V/nm."""
    z: float = 0.0
    """Component along z, V/nm."""


class ElectricField(UniformField):
    """A field E on charges: force q E, torque mu x E and energy -mu . E for neutral bodies."""

    settings = ElectricFieldSettings
    unit = VOLT_PER_NM
    magnetic = False


FIELD = ElectricField()
