"""Complete input of a run, resolved from a state point: bodies, interactions, box and stages."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from janus_md.common.arrays import FloatArray, plain
from janus_md.model.body import RigidBody
from janus_md.model.dynamics import Bath, Stage
from janus_md.model.environment import AppliedField
from janus_md.model.first_frame import FirstFrame
from janus_md.model.interactions.table import Interactions
from janus_md.model.schedule import Piece

SCHEMA = 2
"""Version of the layout of :meth:`Setup.to_dict`."""

UNITS = {
    "length": "nm", "energy": "kJ/mol", "mass": "g/mol", "time": "ps", "charge": "e",
    "temperature": "K",
}  # fmt: skip
"""Units of all numbers in a file."""


@dataclass(frozen=True, eq=False)
class Setup:
    """A state point, resolved.

    A setup depends neither on the catalogue nor on the schema of state points. Frame 0 of a
    trajectory and each checkpoint contain the whole setup (:meth:`to_dict`), and :meth:`of` reads
    it.

    Attributes
    ----------
    statepoint : dict
        The state point from which it was resolved, as stored.
    bodies : tuple of RigidBody
        The distinct kinds, sorted by name.
    counts : tuple of int
        Bodies of each kind.
    interactions : Interactions
        Pair table and electrostatics.
    box : ndarray, shape (6,)
        Lx, Ly, Lz (nm) and the tilt factors xy, xz, yz of the first frame.
    stages : tuple of Stage
        Stages of the run; the last one is the production.
    start : str or dict
        First state: ``random``, ``lattice``, a structure with all its settings, or a frame with
        its digest.
    seed : int
        Seed of all random numbers, below 2**31.
    environment : tuple of AppliedField
        External fields.
    first : FirstFrame, optional
        Frame in which the run starts, if `start` has the kind ``from``. It is not part of
        :meth:`to_dict`, which contains its digest.
    schedule : tuple of Piece
        Pieces of a production whose conditions change; those of the last one stay to its end.
    """

    statepoint: Mapping[str, Any]
    bodies: tuple[RigidBody, ...]
    counts: tuple[int, ...]
    interactions: Interactions
    box: FloatArray
    stages: tuple[Stage, ...]
    start: str | dict[str, Any] = "random"
    seed: int = 0
    environment: tuple[AppliedField, ...] = ()
    first: FirstFrame | None = None
    schedule: tuple[Piece, ...] = ()

    def piece(self, step: int) -> Piece | None:
        """Return the piece that contains a step of the production; None without a schedule."""
        if not self.schedule:
            return None
        ends = [one.end for one in self.schedule]
        return self.schedule[min(bisect_left(ends, step), len(ends) - 1)]

    def at(self, step: int) -> Setup:
        """Return the setup under the conditions of a step of the production.

        Box, permittivity, environment and the bath of the production are those of :meth:`piece`.
        """
        piece = self.piece(step)
        if piece is None:
            return self
        interactions = self.interactions
        if interactions.electrostatics is not None and piece.relative_permittivity is not None:
            medium = replace(
                interactions.electrostatics, relative_permittivity=piece.relative_permittivity
            )
            interactions = replace(interactions, electrostatics=medium)
        *others, production = self.stages
        return replace(
            self,
            box=piece.box,
            interactions=interactions,
            environment=piece.environment,
            stages=(*others, replace(production, bath=piece.bath)),
        )

    def values(self, step: int) -> dict[str, float]:
        """Return what stages change in a step of the production, and ``stage``, from 1.

        Without a schedule it is empty.
        """
        piece = self.piece(step)
        if piece is None:
            return {}
        names = list(dict.fromkeys(one.stage for one in self.schedule))
        return {"stage": float(1 + names.index(piece.stage)), **piece.values}

    @property
    def last_change(self) -> int:
        """Step of the production after which conditions stay; 0 without a schedule."""
        for before, after in reversed(list(pairwise(self.schedule))):
            if before.values != after.values:
                return before.end
        return 0

    @property
    def baths(self) -> tuple[Bath, ...]:
        """Baths of all stages and pieces."""
        return (*(one.bath for one in self.stages), *(one.bath for one in self.schedule))

    @property
    def n_bodies(self) -> int:
        """Number of bodies N."""
        return sum(self.counts)

    @property
    def n_sites(self) -> int:
        """Number of particles in an engine: centres and constituents."""
        return sum(n * (1 + len(b.types)) for n, b in zip(self.counts, self.bodies, strict=True))

    @property
    def bath(self) -> Bath:
        """Bath of the production."""
        return self.stages[-1].bath

    @property
    def time_step(self) -> float:
        """Time step of the production, ps."""
        return self.stages[-1].time_step

    @property
    def steps(self) -> int:
        """Steps of all stages together."""
        return sum(stage.steps for stage in self.stages)

    @property
    def relative_permittivity(self) -> float | None:
        """Relative permittivity of the medium; None if charges are off."""
        electrostatics = self.interactions.electrostatics
        return None if electrostatics is None else electrostatics.relative_permittivity

    @property
    def dipolar(self) -> bool:
        """Whether any body has a dipole moment."""
        return any(float(np.linalg.norm(body.dipole)) > 0.0 for body in self.bodies)

    def body(self, name: str) -> RigidBody | None:
        """Return the body of this name, or None."""
        return next((body for body in self.bodies if body.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the setup as plain JSON values; :meth:`of` reads them.

        An empty environment or schedule is omitted, as in files of earlier versions.
        """
        environment = [one.to_dict() for one in self.environment]
        return {
            "schema": SCHEMA,
            "units": dict(UNITS),
            "statepoint": plain(self.statepoint),
            "bodies": [body.to_dict() for body in self.bodies],
            "counts": list(self.counts),
            "interactions": self.interactions.to_dict(),
            "box": self.box.tolist(),
            "stages": [stage.to_dict() for stage in self.stages],
            "start": plain(self.start),
            "seed": self.seed,
            **({"environment": environment} if environment else {}),
            **({"schedule": [one.to_dict() for one in self.schedule]} if self.schedule else {}),
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Setup:
        """Return the setup described by :meth:`to_dict`.

        Raises
        ------
        KeyError, TypeError, ValueError
            If `data` is not such a description.
        """
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema is {data['schema']}; it must be {SCHEMA}")
        return cls(
            statepoint=data["statepoint"],
            bodies=tuple(map(RigidBody.of, data["bodies"])),
            counts=tuple(data["counts"]),
            interactions=Interactions.of(data["interactions"]),
            box=np.array(data["box"], float),
            stages=tuple(map(Stage.of, data["stages"])),
            start=data["start"],
            seed=data["seed"],
            environment=tuple(map(AppliedField.of, data.get("environment", ()))),
            schedule=tuple(map(Piece.of, data.get("schedule", ()))),
        )
