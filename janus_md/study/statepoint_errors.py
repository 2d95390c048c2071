"""Messages of pydantic about invalid state points, as one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails


class BadStatePoint(JanusError):
    """An invalid state point.

    Attributes
    ----------
    key : str
        Dotted name of the key at fault.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class WrongValue(ValueError):
    """Raised by a validator, with the key and the fault of its value."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key
        self.text = text if text.startswith((f"{key}: ", "key of ")) else f"{key}: {text}"


_BOUNDS = {
    "greater_than": "greater than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
}

_KINDS = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "a text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "finite_number": "a finite number",
}


def sentence(error: ValidationError, model: type[BaseModel]) -> tuple[str, str]:
    """Return the key at fault in a validation error, and one sentence about it.

    Of several errors, one about an unknown key is preferred, as it may explain a missing key.
    """
    details = error.errors()
    first = next((one for one in details if one["type"] == "extra_forbidden"), details[0])
    loc = tuple(str(part) for part in first["loc"] if part != "[key]")
    return _about(first, loc, model)


def sentences(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return one sentence for each fault, unknown keys first."""
    found: list[str] = []
    for detail in sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden"):
        loc = tuple(str(part) for part in detail["loc"] if part != "[key]")
        found += _about(detail, loc, model)[1].split("\n")
    return list(dict.fromkeys(found))


def _about(detail: ErrorDetails, loc: tuple[str, ...], model: type[BaseModel]) -> tuple[str, str]:
    kind, key, value = detail["type"], ".".join(loc), _shown(detail["input"])
    limits: Mapping[str, Any] = detail.get("ctx", {})
    cause = limits.get("error")
    if isinstance(cause, WrongValue):
        return cause.key, cause.text
    if kind == "value_error":
        return key, f"{key}: {cause}"
    if kind == "extra_forbidden":
        where = "key" if len(loc) == 1 else f"key of {'.'.join(loc[:-1])}"
        return key, unknown(where, loc[-1], _fields_of(model, loc[:-1]))
    if kind == "missing":
        return key, f"{key}: is missing; it must be given"
    if kind == "literal_error":
        return key, f"{key}: {value} is not allowed; allowed is {limits['expected']}"
    if kind in _BOUNDS:
        bound = _BOUNDS[kind].format(**{name: _number(limit) for name, limit in limits.items()})
        return key, f"{key}: {value} is not allowed; it must be {bound}"
    if kind in ("too_short", "too_long"):
        number = limits.get("min_length", limits.get("max_length"))
        return key, f"{key}: {value} is not allowed; it must have {number} values"
    if kind == "string_pattern_mismatch":
        return (
            key,
            f"{key}: {value} is not allowed; it must be letters and digits, a letter first",
        )
    if kind in _KINDS:
        return key, f"{key}: {value} is not allowed; it must be {_KINDS[kind]}"
    return key, f"{key}: {value} is not allowed; {detail['msg']}"


def _fields_of(model: type[BaseModel], path: tuple[str, ...]) -> list[str]:
    """Names of the model fields along `path`, without items of lists and maps."""
    for name in path:
        if name not in model.model_fields:  # an item
            continue
        found = _model_in(model.model_fields[name].annotation)
        assert found is not None
        model = found
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation, such as a list of models."""
    if isinstance(annotation, type) and hasattr(annotation, "model_fields"):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _shown(value: object) -> str:
    """Return `value` as text, truncated if it is long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _number(limit: object) -> object:
    return f"{limit:g}" if isinstance(limit, float) else limit
