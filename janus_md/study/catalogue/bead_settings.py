"""Settings of beads, of kinds of beads, and of head-to-tail bonds in particle files."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from janus_md.common.settings import NotNegative, Positive, Settings

KIND = r"^[A-Za-z]\w*$"
"""Names of kinds."""


class BeadSettings(Settings):
    """A bead."""

    kind: Annotated[str, Field(pattern=KIND)]
    """Kind of the bead, one of `kinds`."""
    at: Annotated[list[float], Field(min_length=3, max_length=3)]
    """Position of the bead, nm, in any frame: centre and axes are computed."""


class KindSettings(Settings):
    """A kind of bead."""

    diameter: NotNegative | None = None
    """Diameter, nm; 0 for a site without volume. Not allowed with a shape, which sets it."""
    charge: float = 0.0
    """Charge, e."""
    magnetic_charge: float = 0.0
    """Magnetic charge, Bohr magnetons per nm: two opposite ones have a moment of their size times
    their distance. A particle has electric or magnetic charges."""

    @model_serializer(mode="wrap")
    def _without_neutral(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = plain(self)
        if not self.magnetic_charge:
            del found["magnetic_charge"]
        return found


class BondSettings(Settings):
    """Head-to-tail bond, for wires."""

    distance: Positive
    """Largest distance of the centres, nm."""
    angle: Annotated[float, Field(gt=0, lt=90)]
    """Largest angle of either axis to the bond, degrees."""
