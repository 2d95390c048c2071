"""The catalogue of particles: data in ``particles/NAME.yaml``, read into typed entries.

A user's own particles stand in files of the same form in :func:`own_folder`.

A mirror image is not measured again: its file names the particle that it mirrors and what it is
called, and everything else follows. A variant (a hypothesis) says what it changes of another
particle, and why.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from janus_md import shapes
from janus_md.bodies import RigidBody
from janus_md.errors import JanusError
from janus_md.messages import unknown
from janus_md.units import DEBYE

MODELS = ("sphere", "bladed")
"""Names of the models that a particle can be built by."""

_SOURCED = ("composition", "mass", "dipole", "charge", "hands", "turn")
_MIRROR_KEYS = frozenset(
    {"name", "mirror_of", "composition", "positive_fragment", "negative_fragment"}
)
_VARIANT_KEYS = frozenset({"name", "variant_of", *_SOURCED, "sources"})
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

    @model_validator(mode="after")
    def _every_number_has_a_source(self) -> Particle:
        if set(self.sources) != set(_SOURCED):
            raise ValueError(f"sources must be given for exactly {', '.join(_SOURCED)}")
        return self

    @property
    def charge_separation(self) -> float:
        """Distance at which the two fragment charges have the dipole moment, nm."""
        return self.dipole * DEBYE / self.charge

    def variant(self, **changed: Any) -> Particle:
        """Return the particle with some of its numbers `changed`, each with a source of its own."""
        sources = changed.pop("sources", {})
        missing = sorted(changed.keys() & set(_SOURCED) - set(sources))
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


def names() -> list[str]:
    """Names of all particles, in alphabetical order, the user's own among them."""
    return list(_files())


def own_folder() -> Path:
    """Folder of the user's own particles; it need not be there."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "janus-md" / "particles"


@lru_cache(maxsize=1)
def _files() -> dict[str, Traversable]:
    """File of each particle, by their names in alphabetical order.

    Raises
    ------
    JanusError
        Where a user's own particle has the name of another.
    """
    files = _particles(resources.files("janus_md") / "particles")
    own = _particles(own_folder()) if own_folder().is_dir() else {}
    for name in sorted(files.keys() & own.keys()):
        raise JanusError(f"particle {name}: {own[name]} has a name of the catalogue; rename it")
    return dict(sorted((files | own).items()))


def _particles(folder: Traversable) -> dict[str, Traversable]:
    files = {file.name: file for file in folder.iterdir()}
    return {
        name.removesuffix(".yaml"): file for name, file in files.items() if name.endswith(".yaml")
    }


def refusal(key: str, name: str) -> str:
    """Say that there is no particle of this name, and which there are."""
    return f"{unknown(key, name, names())}, and what you put into {own_folder()}"


@lru_cache(maxsize=64)
def entry(name: str) -> Particle:
    """Return one entry of the catalogue.

    Parameters
    ----------
    name : str
        Name of the particle.

    Returns
    -------
    Particle
        The entry, complete; that of a mirror image too.

    Raises
    ------
    JanusError
        If there is no particle of this name, or its file does not fit the schema.
    """
    if name not in names():
        raise JanusError(refusal("particle", name))
    return read_particle(_files()[name].read_text(encoding="utf-8"), name)


def read_particle(text: str, name: str) -> Particle:
    """Read the text of a particle's file.

    Parameters
    ----------
    text : str
        YAML: the fields of :class:`Particle`; or of a mirror image its name, ``mirror_of`` and what
        its composition and fragments are called; or of a variant its name, ``variant_of`` and what
        it changes, with sources.
    name : str
        Name that the file must give.

    Returns
    -------
    Particle
        The entry.

    Raises
    ------
    JanusError
        If the text is not YAML, or does not fit.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe", pure=True).load(text)
        if not isinstance(data, dict):
            raise ValueError("the file must be a mapping")
        if data.get("name") != name:
            raise ValueError(f"name is {data.get('name')!r}; it must be that of the file, {name}")
        if "mirror_of" in data:
            _allow(data, _MIRROR_KEYS, "mirror image")
            return entry(data["mirror_of"]).mirror(**data)
        if "variant_of" in data:
            _allow(data, _VARIANT_KEYS, "variant")
            return entry(data["variant_of"]).variant(**data)
        return Particle.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise JanusError(f"particle {name}: {key}: {first['msg']}") from error
    except (YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise JanusError(f"particle {name}: {reason}") from error


def _allow(data: dict[str, Any], keys: frozenset[str], kind: str) -> None:
    unknown = sorted(map(str, data.keys() - keys))
    if unknown:
        allowed = ", ".join(sorted(keys))
        raise ValueError(f"{', '.join(unknown)}: a {kind} may only have {allowed}")


@lru_cache(maxsize=128)
def body(name: str, model: str) -> RigidBody:
    """Build the rigid body of a particle; the same object each time.

    Parameters
    ----------
    name : str
        Name of the particle.
    model : str
        ``sphere`` or ``bladed``.

    Returns
    -------
    RigidBody
        The body, its arrays read-only; that of a mirror image is the mirrored body.

    Raises
    ------
    JanusError
        If the particle or the model is unknown.
    """
    if model not in MODELS:
        raise JanusError(f"model: {model!r} is unknown; allowed are {', '.join(MODELS)}")
    particle = entry(name)
    if particle.mirror_of is not None:
        built = body(particle.mirror_of, model).mirror(name)
    else:
        built = build(particle, model)
    for array in (built.positions, built.charges, built.inertia):
        array.flags.writeable = False
    return built


def build(particle: Particle, model: str) -> RigidBody:
    """Build the rigid body from the numbers of an entry alone, mirror image or not."""
    if model == "sphere":
        return shapes.sphere(
            particle.name,
            mass=particle.mass,
            charge=particle.charge,
            separation=particle.charge_separation,
            enantiomer=particle.enantiomer,
        )
    return shapes.bladed(
        particle.name,
        mass=particle.mass,
        charge=particle.charge,
        separation=particle.charge_separation,
        enantiomer=particle.enantiomer,
        faces=shapes.Faces(particle.hands.positive, particle.hands.negative, particle.turn),
    )
