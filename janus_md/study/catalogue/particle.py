"""A particle as an entry of the catalogue: its numbers, each with its source, and their limits."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from janus_md.model.units import DEBYE
from janus_md.study.catalogue.names import check_name

SOURCED = ("composition", "mass", "dipole", "charge", "hands", "turn")
"""What has a source."""

PHYSICS = ("name", "enantiomer", "mass", "dipole", "charge", "hands", "turn")
"""What decides the physics of a particle; all else is text."""

_OTHER_HAND: dict[str, Literal["R", "S", ""]] = {"R": "S", "S": "R", "": ""}

Text = Annotated[str, Field(min_length=1)]


class Hands(BaseModel):
    """Hands of the two end faces of `bladed`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    positive: Literal[1, -1]
    """Of the face at +z, the positive fragment's."""
    negative: Literal[1, -1]
    """Of the face at -z, the negative fragment's."""


class Particle(BaseModel):
    """One entry of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text
    """Name; also the type of the central particle."""
    composition: Text
    """Chemical composition, the two halves apart."""
    positive_fragment: Text
    """The half with the positive charge, at +z."""
    negative_fragment: Text
    """The half with the negative charge, at -z."""
    enantiomer: Literal["R", "S", ""]
    """Hand of the molecule; empty where the substance is not resolved."""
    mass: float = Field(gt=0)
    """Molar mass, g/mol."""
    dipole: float = Field(gt=0)
    """Dipole moment, debye; it points from the negative to the positive fragment."""
    charge: float = Field(gt=0)
    """Charge of the positive fragment, e."""
    hands: Hands
    """Hands of the faces of `bladed`."""
    turn: float
    """Angle tau by which the negative face of `bladed` is turned about +z, radians."""
    mirror_of: str | None = None
    """The particle whose mirror image this one is."""
    variant_of: str | None = None
    """The particle that this one is, but for what its file changes."""
    sources: dict[str, Text]
    """Where each number comes from; a text that begins with ``model`` is this project's choice."""

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
        """Distance at which the two fragment charges have the dipole moment, nm."""
        return self.dipole * DEBYE / self.charge

    @property
    def interactions(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Pair terms that it states: none, since all beads repel and charges do the rest."""
        return {}

    def digest(self) -> str:
        """Return a digest of what decides the physics: twelve hexadecimal digits.

        Texts (composition, fragments, sources) are no part of it.
        """
        physics = self.model_dump(mode="json", include=set(PHYSICS))
        text = json.dumps(physics, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def variant(self, **changed: Any) -> Particle:
        """Return the particle with some of its numbers `changed`, each with a source of its own."""
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
