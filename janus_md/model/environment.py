"""What acts on bodies from outside, and the registry of external fields.

A field is one file, ``fields/NAME.py``, with an object ``FIELD``, and one function for each engine
that has it (``engines/hoomd/fields/NAME.py``, ``engines/lammps/fields/NAME.py``). See
``docs/add_a_field.md``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from janus_md.common.registry import Registry
from janus_md.common.settings import Settings
from janus_md.model.body import FloatArray

if TYPE_CHECKING:
    from janus_md.model.setup import Setup
    from janus_md.model.system import System


@dataclass(frozen=True)
class AppliedField:
    """A field with its numbers, as a setup and a system hold it.

    Attributes
    ----------
    name : str
        Name of the field.
    parameters : mapping
        What the state point says of it, complete: plain JSON values.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the field as plain JSON values; :meth:`of` reads them."""
        return {"name": self.name, "parameters": dict(self.parameters)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> AppliedField:
        """Return the field that :meth:`to_dict` laid out."""
        return cls(str(data["name"]), dict(data["parameters"]))


class ExternalField(ABC):
    """A field that acts on the sites of bodies.

    The engines get its forces from functions of their own; its energy is computed here for all of
    them, with unwrapped positions.
    """

    settings: type[Settings]
    """What a state point says under ``environment.NAME``."""

    @abstractmethod
    def energy(self, system: System, parameters: Mapping[str, Any]) -> FloatArray:
        """Return the energy of each body, shape (N,), kJ/mol."""

    @abstractmethod
    def forces(
        self, system: System, parameters: Mapping[str, Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return force (kJ/mol/nm) and torque (kJ/mol) on each body, laboratory frame, (N, 3)."""

    def objection(self, setup: Setup, parameters: Mapping[str, Any]) -> str:
        """Say why the field makes no sense in a setup, as the end of a sentence; else empty."""
        del setup, parameters
        return ""


FIELDS: Registry[ExternalField] = Registry(
    "field", "janus_md.fields", "FIELD", "janus_md.model.fields"
)
"""All external fields."""


def field_energy(system: System) -> float:
    """Energy of all bodies in all fields of their environment, kJ/mol."""
    return sum(
        float(FIELDS.get(one.name).energy(system, one.parameters).sum())
        for one in system.environment
    )
