"""External fields that act on bodies, and their registry.

A field is one file, ``fields/NAME.py``, with an object ``FIELD``, and one function for each engine
that supports it (``engines/hoomd/fields/NAME.py``, ``engines/lammps/fields/NAME.py``). See
``docs/add_a_field.md``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from janus_md.common.arrays import FloatArray, IntArray
from janus_md.common.registry import Registry
from janus_md.common.settings import Settings
from janus_md.model.body import RigidBody

if TYPE_CHECKING:
    from janus_md.model.setup import Setup
    from janus_md.model.system import System

BoolArray: TypeAlias = NDArray[np.bool_]
Poses: TypeAlias = tuple[IntArray, FloatArray, FloatArray]
"""Kinds (N,), centres (N, 3), nm, and orientations (N, 4) of bodies."""


@dataclass(frozen=True)
class AppliedField:
    """An external field with its parameters, as part of a setup or a system.

    Attributes
    ----------
    name : str
        Name of the field.
    parameters : mapping
        Complete settings from the state point: plain JSON values.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the field as plain JSON values; :meth:`of` reads them."""
        return {"name": self.name, "parameters": dict(self.parameters)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> AppliedField:
        """Return the field described by :meth:`to_dict`."""
        return cls(str(data["name"]), dict(data["parameters"]))


Completed = tuple[tuple[RigidBody, ...], Mapping[str, Any]]
"""Bodies, and parameters of a field."""


class ExternalField(ABC):
    """A field that acts on the sites of bodies.

    Each engine has its own function for the forces. The energy is computed here for all engines,
    from unwrapped positions.
    """

    settings: type[Settings]
    """Settings under ``environment.NAME`` in a state point."""
    conservative: bool = True
    """Whether the forces follow from the energy. If not, the field does work on the bodies, and
    their kinetic energy need not be that of the bath."""
    directed: bool = False
    """Whether an engine must know the +z axis of each body."""

    @abstractmethod
    def energy(self, system: System, parameters: Mapping[str, Any]) -> FloatArray:
        """Return the energy of each body, shape (N,), kJ/mol."""

    @abstractmethod
    def forces(
        self, system: System, parameters: Mapping[str, Any]
    ) -> tuple[FloatArray, FloatArray]:
        """Return force (kJ/mol/nm) and torque (kJ/mol) on each body, laboratory frame, (N, 3)."""

    def prepare(self, setup: Setup, parameters: Mapping[str, Any]) -> Setup:
        """Return a setup with what the field changes in it, such as the box."""
        del parameters
        return setup

    def room(self, setup: Setup, parameters: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
        """Return the edges of two parts about the middle of the box, shape (3,) each, nm.

        The first is the space of the bodies; in the second, a centre may be anywhere, whatever the
        orientation.
        """
        del parameters
        return np.array(setup.box[:3]), np.array(setup.box[:3])

    def blocked(
        self, bodies: tuple[RigidBody, ...], placed: Poses, parameters: Mapping[str, Any]
    ) -> BoolArray:
        """Return which bodies cannot be where they are at the start of a run, shape (N,)."""
        del bodies, parameters
        return np.zeros(len(placed[0]), bool)

    def objection(self, setup: Setup, parameters: Mapping[str, Any]) -> str:
        """Return why the field cannot be used in a setup, as the end of a sentence; else empty."""
        del setup, parameters
        return ""

    def complete(self, setup: Setup, parameters: Mapping[str, Any]) -> Completed:
        """Return bodies and parameters for the engines, once :meth:`objection` has none.

        Both become part of the setup. Bodies may get further sites without volume, and parameters
        may be completed with values that follow from the setup, such as friction. By default both
        are returned unchanged.
        """
        return setup.bodies, parameters


FIELDS: Registry[ExternalField] = Registry(
    "field", "janus_md.fields", "FIELD", "janus_md.model.fields"
)
"""All external fields."""


def field_energy(system: System) -> float:
    """Return the energy of all bodies in all external fields, kJ/mol."""
    return sum(
        float(FIELDS.get(one.name).energy(system, one.parameters).sum())
        for one in system.environment
    )
