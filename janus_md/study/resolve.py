"""Resolve a state point to the setup of its run: bodies, interactions, box and stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.model.body import RigidBody
from janus_md.model.environment import FIELDS, AppliedField
from janus_md.model.interactions.table import Interactions, Kinds, Row
from janus_md.model.setup import Setup
from janus_md.model.units import thermal_energy
from janus_md.study import time_step
from janus_md.study.box import check_packing, edges_of
from janus_md.study.catalogue import catalog, copies
from janus_md.study.catalogue.bead_particle import BeadParticle
from janus_md.study.electrostatics import charges_of, electrostatics_of
from janus_md.study.interactions import pair_table
from janus_md.study.protocol.corners import check_same_pairs, corners
from janus_md.study.protocol.schedule import pieces
from janus_md.study.stages import stages
from janus_md.study.starts import first_frames, frame_copies, prebuilt
from janus_md.study.statepoint import LEAST_BODIES, StatePoint
from janus_md.study.statepoint_errors import BadStatePoint
from janus_md.study.time_step import DefaultStep

Entry = Callable[[str], catalog.Entry]
"""Function from a name to its particle."""


def resolve(
    point: StatePoint,
    entry: Entry = catalog.entry,
    frames: frame_copies.Frames = first_frames.known,
) -> Setup:
    """Resolve a state point.

    Parameters
    ----------
    point : StatePoint
        The state point.
    entry : callable
        Function from a name to its particle, from the catalogue or from copies in a workspace
        (:func:`janus_md.study.catalogue.copies.entries`).
    frames : callable
        Function from a digest to the frame in which the run starts
        (:func:`janus_md.study.starts.frame_copies.frames_in`).

    Raises
    ------
    BadStatePoint
        If a particle, kind, pair term or field is unknown or invalid, the medium is missing, or the
        bodies cannot be packed, or the frame of the start does not fit.
    """
    particles = _particles(point, entry)
    point = _with_model(point, particles)
    bodies = _bodies(point, particles)
    pairs = _pairs(point, particles, bodies)
    point = prebuilt.filled(point, bodies, pairs)
    edges = edges_of(point, bodies)
    if isinstance(point.start, str):
        check_packing(point, bodies, float(edges.prod()), point.start)
    elif point.structured:
        prebuilt.check_room(point, bodies, pairs, float(edges.min()))
    electrostatics = None
    if point.electrostatics.method != "none":
        charged, magnetic = charges_of(bodies)
        if point.relative_permittivity is None and charged and not magnetic:
            raise BadStatePoint(
                "relative_permittivity",
                "relative_permittivity: is missing; it must be given where bodies are charged",
            )
        medium = 1.0 if magnetic else point.relative_permittivity or 1.0
        electrostatics = electrostatics_of(point.electrostatics, medium, bodies)
    interactions = Interactions(pairs, electrostatics)
    cases = list(corners(point, interactions))
    for case, _ in cases[1:]:
        check_same_pairs(pairs, _pairs(case, particles, bodies))
    point = time_step.filled(point, bodies, cases)
    bare = Setup(
        statepoint=point.stored(),
        bodies=bodies,
        counts=point.counts(),
        interactions=interactions,
        box=np.concatenate([edges, np.zeros(3)]),
        stages=stages(point, bodies),
        start=point.start,
        seed=point.seed(),
        environment=tuple(AppliedField(name, one) for name, one in point.environment.items()),
    )
    setup = _with_fields(bare)
    if point.protocol.stages:
        schedule = pieces(point, bare, _with_fields)
        setup = replace(setup, schedule=schedule, environment=schedule[0].environment)
    if point.first_frame is not None:
        setup = replace(setup, first=first_frames.fitting(point, setup, frames))
    return setup


def _with_fields(setup: Setup) -> Setup:
    """Return a setup with what its fields change in it.

    Raises
    ------
    BadStatePoint
        If one cannot be used.
    """
    for field in setup.environment:
        setup = FIELDS.get(field.name).prepare(setup, field.parameters)
    for field in setup.environment:
        if objection := FIELDS.get(field.name).objection(setup, field.parameters):
            key = f"environment.{field.name}"
            raise BadStatePoint(key, f"{key}: it {objection}")
    for k, field in enumerate(setup.environment):
        bodies, parameters = FIELDS.get(field.name).complete(setup, field.parameters)
        fields = list(setup.environment)
        fields[k] = AppliedField(field.name, parameters)
        setup = replace(setup, bodies=bodies, environment=tuple(fields))
    return setup


def completed(data: Mapping[str, Any]) -> StatePoint:
    """Read a state point, with all values that depend on its particles.

    These are the model (null for particles defined by their beads), the time step
    (:mod:`janus_md.study.time_step`), the values of a structure under `start`, and `n_bodies` if a
    structure is given and it is left out.

    Parameters
    ----------
    data : mapping
        Fields by name.

    A start from a frame is read and gets its digest.

    Raises
    ------
    BadStatePoint
        As of :func:`resolve` and :meth:`~janus_md.study.statepoint.StatePoint.of`.
    """
    if first_frames.is_from(data.get("start")):
        data = first_frames.completed(data)
    if isinstance(data.get("start"), Mapping) and "n_bodies" not in data:
        point = StatePoint.of({**data, "n_bodies": LEAST_BODIES})
        particles = _particles(point, catalog.entry)
        point = _with_model(point, particles)
        bodies = _bodies(point, particles)
        point = prebuilt.filled(point, bodies, _pairs(point, particles, bodies), count=True)
        point = StatePoint.of({**data, "n_bodies": point.n_bodies})
    else:
        point = StatePoint.of(data)
    stored = resolve(point).statepoint
    filled = {key: stored[key] for key in ("model", "start") if stored[key] != getattr(point, key)}
    if point.protocol.time_step_ps is None:
        step = {"time_step_ps": stored["protocol"]["time_step_ps"]}
        filled["protocol"] = point.protocol.model_copy(update=step)
    return point.model_copy(update=filled) if filled else point


def default_step(point: StatePoint, entry: Entry = catalog.entry) -> DefaultStep:
    """Return the default time step of a state point, with the limit that decided."""
    unset = point.protocol.model_copy(update={"time_step_ps": None})
    setup = resolve(point.model_copy(update={"protocol": unset}), entry)
    return time_step.shortest_step(setup.bodies, corners(point, setup.interactions))


def _pairs(
    point: StatePoint, particles: list[catalog.Entry], bodies: tuple[RigidBody, ...]
) -> dict[Kinds, tuple[Row, ...]]:
    """Pair table of the state point's bodies."""
    stated = {one.name: one.interactions for one in particles}
    kT = thermal_energy(point.temperature)
    return pair_table(bodies, stated, point.interactions, point.relative_permittivity, kT)


def _with_model(point: StatePoint, particles: list[catalog.Entry]) -> StatePoint:
    """Return the state point with model null if all particles are defined by their beads.

    Raises
    ------
    BadStatePoint
        If the stated model cannot be used.
    """
    if all(isinstance(one, BeadParticle) for one in particles):
        if point.model is not None and "model" in point.model_fields_set:
            names = " and ".join(one.name for one in particles)
            raise BadStatePoint(
                "model",
                f"model: {point.model!r} is not allowed; it must be null, since {names} "
                f"{'brings its' if len(particles) == 1 else 'bring their'} own beads",
            )
        return point.model_copy(update={"model": None})
    if point.model is None:
        raise BadStatePoint(
            "model",
            f"model: null is not allowed; nanoclusters need one of {', '.join(catalog.MODELS)}",
        )
    return point


def as_setup(point: StatePoint | Setup) -> Setup:
    """Return a setup unchanged; resolve a state point with the particles of the catalogue."""
    return point if isinstance(point, Setup) else resolve(point)


def setup_of(statepoint: Mapping[str, Any], workspace: Path | None = None) -> Setup:
    """Resolve the stored state point of a job, with the copies of particles in its workspace.

    Parameters
    ----------
    statepoint : mapping
        The job's state point.
    workspace : Path, optional
        Folder of the workspace; by default particles are taken from the catalogue.

    Raises
    ------
    JanusError
        If the state point does not match the schema, or a copy is missing.
    """
    point = StatePoint.of(statepoint)
    if workspace is None:
        return resolve(point)
    return resolve(
        point, copies.entries(workspace, point.definitions), frame_copies.frames_in(workspace)
    )


def bodies_of(point: StatePoint, entry: Entry = catalog.entry) -> tuple[RigidBody, ...]:
    """Return the rigid bodies of a state point's particles, sorted by name.

    Raises
    ------
    BadStatePoint
        If a particle is unknown.
    """
    return _bodies(point, _particles(point, entry))


def _bodies(point: StatePoint, particles: list[catalog.Entry]) -> tuple[RigidBody, ...]:
    return tuple(
        catalog.build(one, None if isinstance(one, BeadParticle) else point.model)
        for one in particles
    )


def _particles(point: StatePoint, entry: Entry) -> list[catalog.Entry]:
    """Particles of a state point, sorted by name."""
    _check_particles(point, entry)
    return [entry(name) for name in sorted(point.composition())]


def _check_particles(point: StatePoint, entry: Entry) -> None:
    """Raise an error for particles that are not in the catalogue."""
    key = "particle" if point.mixture is None else "mixture"
    if entry is catalog.entry:
        for name in point.composition():
            if name not in catalog.names():
                raise BadStatePoint(key, catalog.refusal(key, name))
