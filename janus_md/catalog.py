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
from typing import Any

from pydantic import ValidationError

from janus_md import shapes
from janus_md.bodies import RigidBody
from janus_md.errors import JanusError
from janus_md.messages import unknown
from janus_md.particle import SOURCED, Particle

MODELS = ("sphere", "bladed")
"""Names of the models that a particle can be built by."""

_MIRROR_KEYS = frozenset(
    {"name", "mirror_of", "composition", "positive_fragment", "negative_fragment"}
)
_VARIANT_KEYS = frozenset({"name", "variant_of", *SOURCED, "sources"})


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
            return _other(data, "mirror_of").mirror(**data)
        if "variant_of" in data:
            _allow(data, _VARIANT_KEYS, "variant")
            return _other(data, "variant_of").variant(**data)
        return Particle.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise JanusError(
            f"particle {name}: {key}: {first['msg'].removeprefix('Value error, ')}"
        ) from error
    except (YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise JanusError(f"particle {name}: {reason}") from error


def _other(data: dict[str, Any], key: str) -> Particle:
    """Return the particle that `key` names, which must be another one."""
    others = [one for one in names() if one != data["name"]]
    if data[key] not in others:
        raise ValueError(unknown(key, data[key], others))
    return entry(data[key])


def _allow(data: dict[str, Any], keys: frozenset[str], kind: str) -> None:
    if strange := sorted(map(str, data.keys() - keys)):
        allowed = ", ".join(sorted(keys))
        raise ValueError(f"{', '.join(strange)}: a {kind} may only have {allowed}")


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
        If the particle or the model is unknown, or the model cannot carry the dipole.
    """
    if model not in MODELS:
        raise JanusError(f"model: {model!r} is unknown; allowed are {', '.join(MODELS)}")
    particle = entry(name)
    if particle.mirror_of is not None:
        built = body(particle.mirror_of, model).mirror(name)
    else:
        try:
            built = build(particle, model)
        except ValueError as error:
            raise JanusError(f"particle {name}: dipole: {error}") from error
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
