"""The typed state point: what decides the physics of one job, and nothing else.

Every default is stored with the job, so that what a file leaves out is never decided in silence.
How a job is executed (engine, device, threads) is no part of it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from janus_md.model.body import RigidBody
from janus_md.model.units import PS_PER_NS
from janus_md.study.catalogue import catalog
from janus_md.study.statepoint_errors import BadStatePoint, WrongValue, sentence

PACKING_LIMIT = {"random": 0.384, "lattice": math.pi / 6}
"""Largest share of the box that the union of all beads may fill, by the kind of start.

Equal hard spheres reach no more by random sequential addition (0.3841: Zhang and Torquato, Phys.
Rev. E 88, 053312, 2013) and on a simple cubic lattice. Bodies of other shapes may find no room well
below it; the placement tells.
"""

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


def _is_multiple(value: float, unit: float) -> bool:
    """Whether `value` is a whole, positive number of `unit`, rounding errors aside."""
    ratio = value / unit
    return round(ratio) >= 1 and abs(ratio - round(ratio)) < 1e-6 * ratio


class _Settings(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class ElectrostaticsSettings(_Settings):
    """How the Coulomb interaction is computed."""

    method: Literal["pppm", "none"] = "pppm"
    """`pppm`: particle-particle particle-mesh, conducting surroundings; `none`: charges are off."""
    force_error: Positive = 0.2
    """Largest rms error of the force on a whole body that the mesh may make, kT/nm."""


class ProtocolSettings(_Settings):
    """Stages of the run and their numbers."""

    name: Literal["langevin", "brownian", "nve"] = "langevin"
    """Equations of motion of equilibration and production."""
    time_step_ps: Positive = 0.1
    """Time step, ps."""
    damping_ps: Positive = 5.0
    """Damping time of translation and rotation where `viscosity` is null, ps."""
    relax_ps: NotNegative = 20.0
    """Length of the relaxation, which takes a tenth of the time step, ps."""
    equilibrate_ns: NotNegative = 0.0
    """Length of the equilibration, of which no frame is kept, ns."""
    produce_ns: Positive = 8.0
    """Length of the production, a whole number of frame intervals, ns."""
    frame_interval_ps: Positive = 20.0
    """Time from frame to frame, a whole number of time steps, ps."""

    @model_validator(mode="after")
    def _whole_numbers(self) -> ProtocolSettings:
        if not _is_multiple(self.frame_interval_ps, self.time_step_ps):
            raise WrongValue(
                "protocol.frame_interval_ps",
                f"{self.frame_interval_ps:g} must be a whole number of time steps "
                f"(protocol.time_step_ps is {self.time_step_ps:g})",
            )
        if not _is_multiple(self.produce_ns * PS_PER_NS, self.frame_interval_ps):
            raise WrongValue(
                "protocol.produce_ns",
                f"{self.produce_ns:g} must be a whole number of frame intervals "
                f"(protocol.frame_interval_ps is {self.frame_interval_ps:g})",
            )
        return self


class StatePoint(_Settings):
    """What one job simulates."""

    schema_version: Literal[1] = 1
    """Version of this schema."""
    particle: str | None = None
    """Name of the particle in the catalogue; null where `mixture` is given."""
    mixture: dict[str, Positive] | None = None
    """Number fraction of each particle, adding to 1; null where `particle` is given."""
    model: Literal["sphere", "bladed"] = "sphere"
    """Model of every body: `sphere` (no chirality, fast) or `bladed` (chiral faces)."""
    n_bodies: Annotated[int, Field(ge=2, le=10_000_000)]
    """Number of bodies."""
    volume_fraction: Positive
    """Number of bodies times the volume of one (2.19 nm^3), over the volume of the box."""
    temperature: Positive = 298.15
    """Temperature, K."""
    relative_permittivity: Annotated[float, Field(ge=1)]
    """Relative permittivity of the medium between the bodies; 1 where it is dry."""
    viscosity: Positive | None = None
    """Viscosity of the solvent, mPa s; null: every motion is damped in `protocol.damping_ps`."""
    electrostatics: ElectrostaticsSettings = ElectrostaticsSettings()
    """How the Coulomb interaction is computed."""
    start: Literal["random", "lattice"] = "random"
    """First places: at random without overlap, or on a simple cubic lattice."""
    protocol: ProtocolSettings = ProtocolSettings()
    """Stages of the run and their numbers."""
    replica: Annotated[int, Field(ge=0)] = 0
    """Number of an independent repetition; it changes the seed alone."""

    @field_validator("particle")
    @classmethod
    def _known_particle(cls, name: str | None) -> str | None:
        if name is not None and name not in catalog.names():
            raise WrongValue("particle", catalog.refusal("particle", name))
        return name

    @field_validator("mixture")
    @classmethod
    def _known_fractions(cls, mixture: dict[str, float] | None) -> dict[str, float] | None:
        if mixture is None:
            return None
        for name in mixture:
            if name not in catalog.names():
                raise WrongValue("mixture", catalog.refusal("mixture", name))
        if len(mixture) < 2:
            raise WrongValue(
                "mixture", f"{mixture} must name two particles or more; for one, use particle"
            )
        if abs(sum(mixture.values()) - 1.0) > 1e-9:
            raise WrongValue(
                "mixture",
                f"the fractions {mixture} add to {sum(mixture.values()):.10g}; they must add to 1",
            )
        return dict(sorted(mixture.items()))

    @model_validator(mode="after")
    def _fits_together(self) -> StatePoint:
        if (self.particle is None) == (self.mixture is None):
            given = "neither" if self.particle is None else "both"
            raise WrongValue(
                "particle", f"{given} of particle and mixture is given; exactly one must be"
            )
        if self.viscosity is not None and self.protocol.name == "nve":
            raise WrongValue(
                "viscosity",
                f"{self.viscosity:g} has no effect with protocol.name nve; it must be null",
            )
        for name, count in zip(sorted(self.composition()), self.counts(), strict=True):
            if count == 0:
                raise WrongValue(
                    "mixture",
                    f"{self.mixture} leaves no body of {name} among n_bodies {self.n_bodies}; "
                    "n_bodies must be larger",
                )
        limit = self._largest_volume_fraction()
        if self.volume_fraction > limit:
            raise WrongValue(
                "volume_fraction",
                f"{self.volume_fraction:g} cannot be packed; it must be at most {limit:.3f} for "
                f"the beads of this {self.model} model with start {self.start}",
            )
        return self

    def _largest_volume_fraction(self) -> float:
        """Volume fraction at which the beads' unions fill the packing limit of the start."""
        from janus_md.model.shapes.nanocluster import bead_union_volume

        bodies, counts = self.bodies(), self.counts()
        beads = sum(n * bead_union_volume(body) for n, body in zip(counts, bodies, strict=True))
        counted = sum(n * body.volume for n, body in zip(counts, bodies, strict=True))
        return PACKING_LIMIT[self.start] * counted / beads

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> StatePoint:
        """Read a state point from plain values, such as those of a YAML or JSON file.

        Parameters
        ----------
        data : mapping
            Fields by name; those with a default may be missing.

        Returns
        -------
        StatePoint
            Complete: what was missing has its default.

        Raises
        ------
        BadStatePoint
            A :class:`~janus_md.common.errors.JanusError` that knows the key it is about.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise BadStatePoint(*sentence(error, cls)) from error

    def composition(self) -> dict[str, float]:
        """Number fraction by particle, sorted by name."""
        if self.mixture is not None:
            return dict(self.mixture)
        return {str(self.particle): 1.0}

    def bodies(self) -> tuple[RigidBody, ...]:
        """Rigid bodies of the particles, sorted by name."""
        return tuple(catalog.body(name, self.model) for name in sorted(self.composition()))

    def counts(self) -> tuple[int, ...]:
        """Bodies of each particle, sorted by name, by the method of the largest remainder.

        They add to `n_bodies`; of equal remainders, the particle first by name gets the body.
        """
        # Rounded, so that 0.29 * 100 = 28.999999999999996 counts as 29 whole bodies.
        shares = [round(f * self.n_bodies, 6) for _, f in sorted(self.composition().items())]
        counts = [math.floor(share) for share in shares]
        left = sorted(range(len(shares)), key=lambda k: (counts[k] - shares[k], k))
        for k in left[: self.n_bodies - sum(counts)]:
            counts[k] += 1
        return tuple(counts)

    def seed(self) -> int:
        """Seed of everything random, below 2**31: a hash of all fields, so jobs can be repeated."""
        digest = hashlib.sha256(self.canonical().encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1

    def canonical(self) -> str:
        """All fields as JSON in one fixed form; equal state points have equal texts."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))


def json_schema() -> dict[str, Any]:
    """JSON schema of the state point."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **StatePoint.model_json_schema(),
    }
