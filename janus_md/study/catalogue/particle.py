"""A nanocluster as an entry of the catalogue: values with their sources and limits."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from janus_md.model.units import DEBYE
from janus_md.study.catalogue.particle_files import check_name

SOURCED = ("composition", "mass", "dipole", "charge", "hands", "turn")
"""Values that need a source."""

PHYSICS = ("name", "enantiomer", "mass", "dipole", "charge", "hands", "turn")
"""Keys that affect the physics of a particle; all others are texts."""

_OTHER_HAND: dict[str, Literal["R", "S", ""]] = {"R": "S", "S": "R", "": ""}

Text = Annotated[str, Field(min_length=1)]


class Hands(BaseModel):
    """Hands of the two end faces of `bladed`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    positive: Literal[1, -1]
    """Hand of the face at +z, on the positive fragment."""
    negative: Literal[1, -1]
    """Hand of the face at -z, on the negative fragment."""


class Particle(BaseModel):
    """One entry of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text
    """Name; also the type of the central particle."""
    composition: Text
    """Chemical composition of the two halves."""
    positive_fragment: Text
    """Fragment with the positive charge, at +z."""
    negative_fragment: Text
    """Fragment with the negative charge, at -z."""
    enantiomer: Literal["R", "S", ""]
    """Hand of the molecule; empty if the substance is not resolved."""
    mass: float = Field(gt=0)
    """Molar mass, g/mol."""
    dipole: float = Field(gt=0)
    """Dipole moment, debye; it points from the negative to the positive fragment."""
    charge: float = Field(gt=0)
    """Charge of the positive fragment, e."""
    hands: Hands
    """Hands of the faces of `bladed`."""
    turn: float
    """Angle tau by which the negative face of `bladed` is rotated about +z, radians."""
    mirror_of: str | None = None
    """Particle of which this one is the mirror image."""
    variant_of: str | None = None
    """Particle from which this one differs only in the values in its file."""
    sources: dict[str, Text]
    """Source of each value; a text that begins with ``model`` marks a choice of this project."""

    @field_validator("name")
    @classmethod
    def _name_of_its_own(cls, name: str) -> str:
        return check_name(name)

    @model_validator(mode="after")
    def _every_number_has_a_source(self) -> Particle:
        if set(self.sources) != set(SOURCED):
            raise ValueError(f"sources must be given for exactly {', '.join(SOURCED)}")
        return self

    @property
    def charge_separation(self) -> float:
        """Distance at which the two fragment charges give the dipole moment, nm."""
        return self.dipole * DEBYE / self.charge

    @property
    def interactions(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Stated pair terms: none, as nanoclusters have only the default repulsion and charges."""
        return {}

    def digest(self) -> str:
        """Return a digest of all values that affect the physics: twelve hexadecimal digits.

        Texts (composition, fragments, sources) are not included.
        """
        physics = self.model_dump(mode="json", include=set(PHYSICS))
        text = json.dumps(physics, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def variant(self, **changed: Any) -> Particle:
        """Return the particle with some values `changed`, each with its own source."""
        sources = changed.pop("sources", {})
        missing = sorted(changed.keys() & set(SOURCED) - set(sources))
        if missing:
            raise ValueError(f"sources must be given for {', '.join(missing)}")
        kept = self.model_dump() | {"mirror_of": None}
        return Particle.model_validate(kept | changed | {"sources": self.sources | sources})

    def mirror(self, **changed: Any) -> Particle:
        """Return the mirror image: enantiomer, hands and turn reversed, then `changed`."""
        reversed_ = {
            "enantiomer": _OTHER_HAND[self.enantiomer],
            "hands": {"positive": -self.hands.positive, "negative": -self.hands.negative},
            "turn": 0.0 - self.turn,  # no -0
            "mirror_of": self.name,
            "variant_of": None,
        }
        return Particle.model_validate(self.model_dump() | reversed_ | changed)
