"""The typed state point, which defines the physics of one job.

All defaults are stored with the job, so that later changes of defaults do not affect it. A key
added after version 2 of the schema has a neutral default that is not stored, so that ids and seeds
of older jobs do not change. Engine, device and threads are not part of a state point.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from janus_md.common.messages import unknown
from janus_md.common.settings import Positive, Settings, neutral
from janus_md.study.electrostatics import ElectrostaticsSettings
from janus_md.study.protocol.settings import ProtocolSettings, of_seed
from janus_md.study.statepoint_errors import BadStatePoint, WrongValue, sentence

SCHEMA_VERSION: Literal[2] = 2
"""Version of the schema of state points."""

LEAST_BODIES = 2
"""Smallest number of bodies."""

WORDS_OF_START = ("random", "lattice")
"""Values of `start` that have no settings."""

PREBUILT, FROM = "prebuilt", "from"
"""Values of `start.kind`: a structure, and a frame of another job or of a file."""

CUBE = [1.0, 1.0, 1.0]
"""Ratio of the edges of a cube."""


class StatePoint(Settings):
    """State point of one job."""

    schema_version: Literal[2] = SCHEMA_VERSION
    """Version of this schema."""
    particle: str | None = None
    """Name of the particle in the catalogue; null if `mixture` is given."""
    mixture: dict[str, Positive] | None = None
    """Number fraction of each particle, with sum 1; null if `particle` is given."""
    model: str | None = "sphere"
    """Model of every nanocluster: `sphere` or `sphere_tem` (no chirality, fast), `bladed` or
    `narrow` (chiral faces); null if all particles are defined by their beads."""
    n_bodies: Annotated[int, Field(ge=LEAST_BODIES, le=10_000_000)]
    """Number of bodies."""
    volume_fraction: Positive | None = None
    """Volume of all bodies over that of the box; null if `number_density` is given."""
    number_density: Positive | None = neutral(None)
    """Number of bodies per volume of the box, 1/nm^3; null if `volume_fraction` is given."""
    box_ratio: Annotated[list[Positive], Field(min_length=3, max_length=3)] = neutral(CUBE)
    """Ratio of the edges of the box along x, y and z, such as `[1, 1, 2]`. Between walls, this and
    the density refer to the space between them."""
    temperature: Positive = 298.15
    """Temperature, K."""
    relative_permittivity: Annotated[float, Field(ge=1)] | None = None
    """Relative permittivity of the medium between the bodies; 1 for dry systems, null only without
    charges."""
    viscosity: Positive | None = None
    """Viscosity of the solvent, mPa s; null: all motions are damped in `protocol.damping_ps`."""
    electrostatics: ElectrostaticsSettings = ElectrostaticsSettings()
    """How the Coulomb interaction is computed."""
    interactions: dict[str, dict[str, dict[str, Any]]] = neutral({})
    """Pair terms between two kinds of beads that override those of the particle or are added, such
    as `A-A: {attraction: {epsilon: 15}}`."""
    environment: dict[str, Any] = neutral({})
    """External fields by name, such as `electric_field: {z: 0.05}`."""
    start: Literal["random", "lattice"] | dict[str, Any] = "random"
    """Initial positions: `random` without overlap, `lattice` (simple cubic), a structure with
    settings, such as `{kind: prebuilt, structure: vesicle}`, or a frame of another job or GSD file,
    such as `{kind: from, job: 3f2a, frame: -1}`; `n_bodies` may be left out with the latter two."""
    protocol: ProtocolSettings = ProtocolSettings()
    """Stages of the run and their numbers."""
    replica: Annotated[int, Field(ge=0)] = 0
    """Number of an independent repetition; it affects only the seed."""
    definitions: dict[str, str] = neutral({})
    """Digest of the physics of each particle; set by `janus-md init`."""

    @model_validator(mode="before")
    @classmethod
    def _of_this_version(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("schema_version", SCHEMA_VERSION) == 1:
            raise WrongValue(
                "schema_version",
                "1 is that of janus-md 0.1.0, which can read it; here it must be "
                f"{SCHEMA_VERSION} (make the jobs anew with `janus-md init`)",
            )
        return data

    @field_validator("model")
    @classmethod
    def _known_model(cls, model: str | None) -> str | None:
        if model is not None:
            from janus_md.model.nanocluster import MODELS

            if model not in MODELS:
                raise WrongValue("model", unknown("model", model, MODELS))
        return model

    @field_validator("mixture")
    @classmethod
    def _whole_fractions(cls, mixture: dict[str, float] | None) -> dict[str, float] | None:
        if mixture is None:
            return None
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

    @field_validator("box_ratio")
    @classmethod
    def _one_cube(cls, ratio: list[float]) -> list[float]:
        return list(CUBE) if len(set(ratio)) == 1 else ratio

    @field_validator("environment")
    @classmethod
    def _complete_fields(cls, environment: dict[str, Any]) -> dict[str, Any]:
        if not environment:
            return {}
        from janus_md.model.environment import FIELDS
        from janus_md.study.registered_settings import read_settings

        return {
            name: read_settings(f"environment.{name}", FIELDS, name, environment[name]).stored()
            for name in sorted(environment)
        }

    @field_validator("start", mode="before")
    @classmethod
    def _known_start(cls, start: Any) -> Any:
        if isinstance(start, str) and start in WORDS_OF_START:
            return start
        words = ", ".join(WORDS_OF_START)
        if not isinstance(start, Mapping):
            raise WrongValue(
                "start",
                f"{start!r} is not allowed; allowed are {words}, a structure, such as "
                "{kind: prebuilt, structure: vesicle}, and a frame, such as {kind: from, job: ID}",
            )
        from janus_md.model.structure import STRUCTURES
        from janus_md.study.registered_settings import read_model, read_settings

        if start.get("kind") == FROM:
            from janus_md.study.starts.first_frames import FromSettings, fault

            frame = read_model("start", FromSettings, dict(start))
            if trouble := fault(frame):
                raise WrongValue("start", trouble)
            return frame.stored()
        settings = dict(start)
        kind, name = settings.pop("kind", None), settings.pop("structure", None)
        if kind != PREBUILT:
            said = "is missing" if kind is None else f"{kind!r} is not allowed"
            raise WrongValue("start.kind", f"{said}; it must be {PREBUILT} or {FROM}")
        if not isinstance(name, str):
            names = ", ".join(STRUCTURES)
            said = "is missing" if name is None else f"{name!r} is not allowed"
            raise WrongValue("start.structure", f"{said}; allowed are {names}")
        if STRUCTURES.find(name) is None:
            raise WrongValue("start.structure", unknown("start.structure", name, STRUCTURES))
        found = read_settings("start", STRUCTURES, name, settings)
        return {"kind": kind, "structure": name, **found.stored()}

    @model_validator(mode="after")
    def _fits_together(self) -> StatePoint:
        if (self.particle is None) == (self.mixture is None):
            given = "neither" if self.particle is None else "both"
            raise WrongValue(
                "particle", f"{given} of particle and mixture is given; exactly one must be"
            )
        if self.mixture is not None and self.structured:
            raise WrongValue(
                "mixture",
                f"{self.mixture} is not allowed; a structure (start) has bodies of one particle",
            )
        if self.structured:
            for key, stated in (
                ("box_ratio", self.box_ratio != CUBE),
                ("environment.walls", "walls" in self.environment),
            ):
                if stated:
                    raise WrongValue(
                        key, "is not allowed with a structure (start), which is placed in a cube"
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
        if self.volume_fraction is None and self.number_density is None:
            raise WrongValue("volume_fraction", "is missing; it or number_density must be given")
        if self.volume_fraction is not None and self.number_density is not None:
            raise WrongValue(
                "volume_fraction",
                "both of volume_fraction and number_density are given; exactly one must be",
            )
        return self

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
            The complete state point, with defaults for missing fields.

        Raises
        ------
        BadStatePoint
            A :class:`~janus_md.common.errors.JanusError` with the key at fault.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise BadStatePoint(*sentence(error, cls)) from error

    @property
    def structured(self) -> bool:
        """Whether the run starts in a structure."""
        return not isinstance(self.start, str) and self.start["kind"] == PREBUILT

    @property
    def first_frame(self) -> str | None:
        """Digest of the frame in which the run starts; None for other starts.

        It is empty if the frame has not been read yet.
        """
        if isinstance(self.start, str) or self.start["kind"] != FROM:
            return None
        return str(self.start.get("digest") or "")

    def composition(self) -> dict[str, float]:
        """Number fraction by particle, sorted by name."""
        if self.mixture is not None:
            return dict(self.mixture)
        return {str(self.particle): 1.0}

    def counts(self) -> tuple[int, ...]:
        """Bodies of each particle, sorted by name, by the method of the largest remainder.

        The sum is `n_bodies`. For equal remainders, the particle that is first by name gets the
        body.
        """
        # Rounded, so that 0.29 * 100 = 28.999999999999996 counts as 29 whole bodies.
        shares = [round(f * self.n_bodies, 6) for _, f in sorted(self.composition().items())]
        counts = [math.floor(share) for share in shares]
        left = sorted(range(len(shares)), key=lambda k: (counts[k] - shares[k], k))
        for k in left[: self.n_bodies - sum(counts)]:
            counts[k] += 1
        return tuple(counts)

    def defined(self, digests: Mapping[str, str]) -> Self:
        """Return the state point with the digests of its particles."""
        chosen = {name: digests[name] for name in sorted(self.composition())}
        return self.model_copy(update={"definitions": chosen})

    def seed(self) -> int:
        """Seed of all random numbers, below 2**31: a hash of the physics and the replica.

        Lengths are not included (:func:`janus_md.study.protocol.settings.of_seed`).
        """
        physics = self.stored()
        del physics["schema_version"]
        physics["protocol"] = of_seed(physics["protocol"])
        digest = hashlib.sha256(_canonical(physics).encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1

    def canonical(self) -> str:
        """All stored fields as JSON in one fixed form; equal state points have equal texts."""
        return _canonical(self.stored())


def _canonical(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def json_schema() -> dict[str, Any]:
    """JSON schema of the state point."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **StatePoint.model_json_schema(),
    }
