"""Rigid bodies of the catalogue's nanoclusters, by model."""

from __future__ import annotations

from janus_md.common.errors import JanusError
from janus_md.common.messages import unknown
from janus_md.model.body import RigidBody
from janus_md.model.nanocluster import MODELS, Faces, Nanocluster
from janus_md.study.catalogue.particle import Particle

_built: dict[tuple[str, str], RigidBody] = {}


def build(particle: Particle, model: str | None) -> RigidBody:
    """Build the rigid body of an entry; equal entries give the same object.

    Parameters
    ----------
    particle : Particle
        The nanocluster.
    model : str
        One of :data:`~janus_md.model.nanocluster.MODELS`.

    Returns
    -------
    RigidBody
        The body with read-only arrays; for a mirror image, the mirrored body.

    Raises
    ------
    JanusError
        If the model is unknown or cannot have the dipole moment.
    """
    if model is None or model not in MODELS:
        raise JanusError(unknown("model", model, MODELS))
    key = (f"{particle.digest()} {particle.mirror_of is None}", model)
    if key in _built:
        return _built[key]
    try:
        if particle.mirror_of is None:
            built = from_numbers(particle, model)
        else:  # exactly the mirror image of the original
            other = particle.mirror(name=particle.mirror_of)
            built = from_numbers(other, model).mirror(particle.name)
    except ValueError as error:
        raise JanusError(f"particle {particle.name}: dipole: {error}") from error
    for array in (built.positions, built.charges, built.inertia):
        array.flags.writeable = False
    return _built.setdefault(key, built)


def from_numbers(particle: Particle, model: str) -> RigidBody:
    """Build the rigid body from the values of an entry, without mirroring another body."""
    faces = Faces(particle.hands.positive, particle.hands.negative, particle.turn)
    numbers = Nanocluster(
        particle.name,
        particle.mass,
        particle.charge,
        particle.charge_separation,
        faces,
        particle.enantiomer,
    )
    return MODELS.get(model).build(numbers)
