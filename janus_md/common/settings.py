"""Base of all typed settings: frozen, strict, unknown keys refused, neutral values not stored."""

from __future__ import annotations

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
        for name, field in type(self).model_fields.items():
            value, extra = getattr(self, name), field.json_schema_extra
            if isinstance(value, Settings):
                found[name] = value.stored()
            elif isinstance(extra, dict) and extra.get("neutral") and value == field.default:
                del found[name]
        return found
