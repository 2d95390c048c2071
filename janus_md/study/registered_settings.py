"""Settings of shapes, pair terms and fields, as stated by the user."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from janus_md.common.messages import unknown
from janus_md.common.registry import Registry
from janus_md.common.settings import Settings
from janus_md.study.statepoint_errors import WrongValue, sentences


class Stated(Protocol):
    """A shape, pair term or field with settings."""

    settings: type[Settings]


S = TypeVar("S", bound=Stated)
M = TypeVar("M", bound=Settings)


def read_settings(key: str, registry: Registry[S], name: str, given: Any) -> Settings:
    """Read the settings of one shape, pair term or field.

    Parameters
    ----------
    key : str
        Dotted key for messages.
    registry : Registry
        Registry of shapes, pair terms or fields.
    name : str
        Name in the registry.
    given : mapping
        Settings stated by the user.

    Raises
    ------
    WrongValue
        If the name is unknown or the settings are invalid.
    JanusError
        If the thing cannot be loaded.
    """
    settings, faults = settings_and_faults(key, registry, name, given)
    if settings is None:
        raise WrongValue(_key_of(faults[0]), faults[0])
    return settings


def settings_and_faults(
    key: str, registry: Registry[S], name: str, given: Any
) -> tuple[Settings | None, list[str]]:
    """Read the settings of one shape, pair term or field, or return all their faults.

    Parameters as in :func:`read_settings`.

    Returns
    -------
    settings : Settings or None
        None if there are faults.
    faults : list of str
        One sentence for each fault.

    Raises
    ------
    JanusError
        If the thing cannot be loaded.
    """
    thing = registry.find(name)
    if thing is None:
        return None, [unknown(key, name, registry.names())]
    return _validated(key, thing.settings, given)


def read_model(key: str, model: type[M], given: Any) -> M:
    """Read settings of a known type; `key` and errors as in :func:`read_settings`."""
    settings, faults = _validated(key, model, given)
    if settings is None:
        raise WrongValue(_key_of(faults[0]), faults[0])
    return settings


def _validated(key: str, model: type[M], given: Any) -> tuple[M | None, list[str]]:
    if not isinstance(given, dict):
        return None, [f"{key}: {given!r} is not allowed; it must be a mapping"]
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        return None, [_within(key, text) for text in sentences(error, model)]


def _within(key: str, text: str) -> str:
    """Sentence about a setting, with `key` prepended to its own key."""
    if text.startswith("key: "):
        return f"key of {key}: {text.removeprefix('key: ')}"
    if text.startswith("key of "):
        return f"key of {key}.{text.removeprefix('key of ')}"
    return key + text if text.startswith(": ") else f"{key}.{text}"


def _key_of(fault: str) -> str:
    """Key at the beginning of a sentence."""
    return fault.partition(": ")[0].removeprefix("key of ")
