"""What a user states of a shape, pair term or field, read by the settings of that thing."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from janus_md.common.messages import unknown
from janus_md.common.registry import Registry
from janus_md.common.settings import Settings
from janus_md.study.statepoint_errors import WrongValue, sentence


class Stated(Protocol):
    """A thing whose settings a user states."""

    settings: type[Settings]


S = TypeVar("S", bound=Stated)


def read_settings(key: str, registry: Registry[S], name: str, given: Any) -> Settings:
    """Read the settings of one thing.

    Parameters
    ----------
    key : str
        Dotted key that messages name.
    registry : Registry
        All things of this kind.
    name : str
        Name of the thing.
    given : mapping
        What the user states.

    Raises
    ------
    WrongValue
        If there is no such thing, or its settings are refused.
    JanusError
        If the thing cannot be loaded.
    """
    thing = registry.find(name)
    if thing is None:
        raise WrongValue(key, unknown(key, name, registry.names()))
    if not isinstance(given, dict):
        raise WrongValue(key, f"{given!r} is not allowed; it must be a mapping")
    try:
        return thing.settings.model_validate(given)
    except ValidationError as error:
        inner, text = sentence(error, thing.settings)
        raise WrongValue(f"{key}.{inner}", f"{key}.{text}") from error
