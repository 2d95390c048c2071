"""Base class of typed settings: frozen and strict, without unknown keys and neutral values."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0)]
"""A number above 0."""

NotNegative = Annotated[float, Field(ge=0)]
"""A number of at least 0."""


def neutral(value: Any) -> Any:
    """Return a field with a neutral default, which has no effect and is not stored."""
    return Field(default=value, json_schema_extra={"neutral": True})


class Settings(BaseModel):
    """Settings given by a user; the docstring under each field describes it."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    def stored(self) -> dict[str, Any]:
        """Return the fields as plain JSON values, without those that have their neutral value."""
        found = self.model_dump(mode="json")
        nested, optional = _special(type(self))
        for name in nested:
            found[name] = getattr(self, name).stored()
        for name, default in optional:
            if getattr(self, name) == default:
                del found[name]
        return found


@lru_cache(maxsize=256)
def _special(kind: type[Settings]) -> tuple[list[str], list[tuple[str, Any]]]:
    """Return the fields that are settings, and those with a neutral value, with that value."""
    nested, optional = list[str](), list[tuple[str, Any]]()
    for name, field in kind.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(field.annotation, type) and issubclass(field.annotation, Settings):
            nested.append(name)
        elif isinstance(extra, dict) and extra.get("neutral"):
            optional.append((name, field.default))
    return nested, optional
