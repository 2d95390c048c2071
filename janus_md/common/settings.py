"""Base of all typed settings: frozen, strict, unknown keys refused, neutral values not stored."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0)]
"""A number above 0."""

NotNegative = Annotated[float, Field(ge=0)]
"""A number of at least 0."""


def neutral(value: Any) -> Any:
    """Return a field whose default changes nothing, and which is not stored where it has it."""
    return Field(default=value, json_schema_extra={"neutral": True})


class Settings(BaseModel):
    """Settings that a user states; the docstring under each field says what it means."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    def stored(self) -> dict[str, Any]:
        """Return all fields as plain JSON values, those with their neutral value left out."""
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
    """Fields that are settings themselves, and those with a neutral value, with that value."""
    nested, optional = list[str](), list[tuple[str, Any]]()
    for name, field in kind.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(field.annotation, type) and issubclass(field.annotation, Settings):
            nested.append(name)
        elif isinstance(extra, dict) and extra.get("neutral"):
            optional.append((name, field.default))
    return nested, optional
