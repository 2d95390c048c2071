"""The catalogue of particles: data in ``particles/NAME.yaml``, read into typed entries.

A user's own particles are files of the same form in
:func:`~janus_md.study.catalogue.particle_files.own_folder`.

The file of a mirror image states the particle that it mirrors and its own names; all other values
follow. The file of a variant (a hypothesis) states the changed values of another particle, with
sources.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from janus_md.common.errors import JanusError
from janus_md.common.files import reading
from janus_md.common.messages import count, shown, unknown
from janus_md.common.yaml_text import NotYaml, load
from janus_md.model.body import RigidBody
from janus_md.model.nanocluster import MODELS as MODELS
from janus_md.study.catalogue import particle_files
from janus_md.study.catalogue.bead_faults import read_beads
from janus_md.study.catalogue.bead_particle import BeadParticle
from janus_md.study.catalogue.particle import SOURCED, Particle
from janus_md.study.catalogue.particle import build as build_nanocluster

Entry = Particle | BeadParticle
"""A nanocluster, or a particle defined by its beads."""

_HAS_BEADS = re.compile(r"^(beads|shape):", re.MULTILINE)

_reading: ContextVar[tuple[str, ...]] = ContextVar("_reading", default=())
"""Particles whose files are being read, each required by the one before."""

_MIRROR_KEYS = frozenset(
    {"name", "mirror_of", "composition", "positive_fragment", "negative_fragment"}
)
_VARIANT_KEYS = frozenset({"name", "variant_of", *SOURCED, "sources"})


def names() -> list[str]:
    """Names of all particles, including the user's own, in alphabetical order."""
    return list(particle_files.files())


def nanocluster_names() -> list[str]:
    """Names of the particles that are built by a model, in alphabetical order."""
    return [
        name for name, file in particle_files.files().items() if not _HAS_BEADS.search(_text(file))
    ]


def _text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def use_folder(folder: Path) -> None:
    """Include the particles of a folder, such as `particles` beside a template.

    The folder replaces that of an earlier call. Copies of a workspace, whose names end in a digest,
    are ignored.
    """
    particle_files.use_folder(folder)
    clear_caches()


def clear_caches() -> None:
    """Read all files again when they are needed."""
    for cache in (particle_files.files, entry, body):
        cache.cache_clear()


def skipped() -> dict[Path, str]:
    """Return the unusable files in the user's own folder, with reasons.

    Returns
    -------
    dict
        Reasons by path, for files that are not particle files and for invalid ones.
    """
    names()  # raises for ambiguous names
    found = {}
    for path in particle_files.own_paths():
        reason = particle_files.objection(path)
        if reason is None:
            name = path.name.removesuffix(particle_files.ENDING)
            try:
                entry(name)
            except JanusError as error:
                reason = str(error).removeprefix(f"particle {shown(name)}: ")
                reason = reason.removeprefix(f"{shown(path)} ")
                reason, *others = reason.split("\n")
                reason += f" (and {count(len(others), 'more fault')})" if others else ""
        if reason is not None:
            found[path] = reason
    return found


def refusal(key: str, name: str) -> str:
    """Return a message that there is no particle of this name, with the available ones."""
    for path in particle_files.own_paths():
        if path.name == f"{name}{particle_files.ENDING}" and (
            reason := particle_files.objection(path)
        ):
            return f"{key}: {name!r} cannot be read from {shown(path)}: {reason}"
    return f"{unknown(key, name, names())}, and particle files in {particle_files.own_folder()}"


@lru_cache(maxsize=64)
def entry(name: str) -> Entry:
    """Return one entry of the catalogue.

    Parameters
    ----------
    name : str
        Name of the particle.

    Returns
    -------
    Particle or BeadParticle
        The complete entry, also for a mirror image.

    Raises
    ------
    JanusError
        If there is no particle of this name, or its file does not match the schema.
    """
    if name not in names():
        raise JanusError(refusal("particle", name))
    file = particle_files.files()[name]
    with reading(f"particle {shown(name)}: {shown(file)}"):
        text = file.read_text(encoding="utf-8")
    return read_particle(text, name)


def nanocluster(name: str) -> Particle:
    """Return a nanocluster of the catalogue.

    Raises
    ------
    JanusError
        As in :func:`entry`, and if the particle is defined by its beads.
    """
    found = entry(name)
    if isinstance(found, BeadParticle):
        raise JanusError(unknown("nanocluster", name, nanocluster_names()))
    return found


def read_particle(text: str, name: str | None) -> Entry:
    """Read the text of a particle's file.

    Parameters
    ----------
    text : str
        YAML: the fields of :class:`BeadParticle` or of :class:`Particle`. For a mirror image: its
        name, ``mirror_of`` and the names of its composition and fragments. For a variant: its name,
        ``variant_of`` and the changed values, with sources.
    name : str or None
        Expected name; None for any.

    Returns
    -------
    Particle or BeadParticle
        The entry.

    Raises
    ------
    JanusError
        If the text is not YAML or is not valid.
    """
    try:
        data = load(text, "safe")
        if not isinstance(data, dict):
            raise ValueError("the file must be a map of keys")
        if name is None:
            name = str(data.get("name"))
        if data.get("name") != name:
            raise ValueError(
                f"name is {data.get('name')!r}; it must be that of the file, {shown(name)}"
            )
        if _as_yaml(name) != name:
            raise ValueError(
                f"name: {name!r} is not allowed; without quotes YAML reads it as something else"
            )
        if "mirror_of" in data:
            _allow(data, _MIRROR_KEYS, "mirror image")
            return _other(data, "mirror_of").mirror(**data)
        if "variant_of" in data:
            _allow(data, _VARIANT_KEYS, "variant")
            return _other(data, "variant_of").variant(**data)
        if data.keys() & {"beads", "shape", "kinds"}:
            particle, wrong = read_beads(data)
            if particle is None:
                raise JanusError("\n".join(f"particle {shown(name)}: {one}" for one in wrong))
            return particle
        return Particle.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise JanusError(
            f"particle {shown(name)}: {key}: {first['msg'].removeprefix('Value error, ')}"
        ) from error
    except (NotYaml, ValueError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise JanusError(f"particle {shown(name)}: {reason}") from error


def _as_yaml(name: str) -> Any:
    """Return the YAML value of a name without quotes."""
    try:
        return load(name, "safe")
    except NotYaml:
        return None


def _other(data: dict[str, Any], key: str) -> Particle:
    """Return the particle named by `key`, which must be another one."""
    others = [one for one in nanocluster_names() if one != data["name"]]
    if data[key] not in others:
        raise ValueError(unknown(key, data[key], others))
    before = _reading.get()
    if data["name"] in before:
        raise ValueError(f"{key}: {data[key]!r} itself needs {data['name']}; one must be complete")
    token = _reading.set((*before, data["name"]))
    try:
        found = entry(data[key])
        assert isinstance(found, Particle)
        return found
    finally:
        _reading.reset(token)


def _allow(data: dict[str, Any], keys: frozenset[str], kind: str) -> None:
    if strange := sorted(map(str, data.keys() - keys)):
        allowed = ", ".join(sorted(keys))
        raise ValueError(f"{', '.join(strange)}: a {kind} may only have {allowed}")


@lru_cache(maxsize=128)
def body(name: str, model: str | None = None) -> RigidBody:
    """Build the rigid body of a particle; the same object each time.

    Parameters
    ----------
    name : str
        Name of the particle.
    model : str or None
        One of :data:`MODELS`; None for particles defined by their beads.

    Returns
    -------
    RigidBody
        The body with read-only arrays; for a mirror image, the mirrored body.

    Raises
    ------
    JanusError
        If the particle or the model is unknown, or the model cannot have the dipole moment.
    """
    return build(entry(name), model)


def build(found: Entry, model: str | None) -> RigidBody:
    """Build the rigid body of an entry; equal entries give the same object.

    Parameters, result and errors as in :func:`body`.
    """
    return (
        found.build(model) if isinstance(found, BeadParticle) else build_nanocluster(found, model)
    )
