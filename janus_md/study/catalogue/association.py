"""Association constants of particles of the catalogue, and the chains that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from janus_md.common.errors import JanusError
from janus_md.model.association.chains import ChainEquilibrium, chain_equilibrium
from janus_md.model.association.constants import (
    AssociationConstants,
    Sampling,
    association_constants,
)
from janus_md.model.association.populations import Endless
from janus_md.model.body import FloatArray, RigidBody
from janus_md.model.interactions.table import Kinds, Row
from janus_md.model.units import thermal_energy
from janus_md.study.catalogue import catalog
from janus_md.study.electrostatics import charges_of
from janus_md.study.interactions import pair_table

Value = tuple[float, float]
"""Value and standard error."""


@dataclass(frozen=True)
class PairConstants:
    """Association constants of the heads of two kinds A and B with their tails, nm^3.

    Attributes
    ----------
    bodies : tuple of 2 RigidBody
        A and B.
    relative_permittivity : ndarray, shape (P,)
        Of the medium.
    of : tuple of 4 AssociationConstants
        A to A, B to B, A to B, and B to A. Those that are equal by symmetry are the same object:
        for a body and its mirror image A to A and B to B, and A to B and B to A.
    """

    bodies: tuple[RigidBody, RigidBody]
    relative_permittivity: FloatArray
    of: tuple[AssociationConstants, ...]

    def matrix(self, place: int, shift: AssociationConstants | None = None) -> FloatArray:
        """Return the constants in a medium, head by tail; one of them larger by its error."""
        k = [one.value[place] + (one.error[place] if one is shift else 0.0) for one in self.of]
        return np.array([[k[0], k[2]], [k[3], k[1]]])

    def chains(self, place: int, volume_fraction: float, share: float) -> Chains:
        """Return the equilibrium in a medium; errors are propagated to first order.

        Parameters
        ----------
        place : int
            Index of the medium.
        volume_fraction : float
            Volume fraction of the bodies, by the volume that state points count.
        share : float
            Number fraction of A, from 0 to 1.
        """
        shares = np.array([share, 1.0 - share])
        densities = volume_fraction * shares / (shares @ [body.volume for body in self.bodies])

        def solved(shift: AssociationConstants | None = None) -> ChainEquilibrium:
            return chain_equilibrium(self.matrix(place, shift), densities)

        def value(of: Callable[[ChainEquilibrium], float]) -> Value:
            distinct = {id(one): one for one in self.of}.values()
            changes = [of(solved(one)) - of(middle) for one in distinct]
            return of(middle), float(np.linalg.norm(changes))

        middle = solved()
        return Chains(value(lambda x: x.unlike_share), value(lambda x: x.mean_length))


@dataclass(frozen=True)
class Chains:
    """Equilibrium of the chains of a mixture, values with standard errors.

    Attributes
    ----------
    unlike_share : (float, float)
        Share of the bonds that join A and B.
    mean_length : (float, float)
        Mean length by number, bodies.
    """

    unlike_share: Value
    mean_length: Value


def pair_constants(
    first: catalog.Entry,
    second: catalog.Entry,
    model: str | None,
    relative_permittivities: Sequence[float],
    temperature: float,
    *,
    sampling: Sampling | None = None,
    seed: int = 0,
) -> PairConstants:
    """Compute the association constants of two particles, which may be the same.

    Parameters
    ----------
    first, second : Entry
        Entries of the catalogue, or particle files that have been read.
    model : str or None
        Model of nanoclusters; particles defined by their beads have none.
    relative_permittivities : sequence of float
        Of the medium.
    temperature : float
        K.
    sampling : Sampling, optional
        Length of the Monte Carlo calculation.
    seed : int
        Of the random numbers.

    Raises
    ------
    JanusError
        If the particles cannot be combined, or their energy has no lower bound.
    """
    same = first.name == second.name
    if same and first.digest() != second.digest():
        raise JanusError(f"{first.name}: two different particles have this name")
    bodies = (catalog.build(first, model), catalog.build(second, model))
    kinds = bodies[:1] if same else bodies
    media = np.asarray(relative_permittivities, float)
    if charges_of(kinds)[1] and np.any(media != 1.0):
        raise JanusError(
            f"{first.name} has magnetic charges, which a medium does not screen; "
            "the relative permittivity must be 1"
        )
    stated = {one.name: one.interactions for one in (first, second)}
    kT = thermal_energy(temperature)
    tables = [pair_table(kinds, stated, {}, medium, kT) for medium in media.tolist()]
    plain = not any(stated.values())

    def computed(a: RigidBody, b: RigidBody) -> AssociationConstants:
        try:
            return _in_media(a, b, media, tables, temperature, sampling, seed)
        except Endless as error:
            raise JanusError(f"{a.name} and {b.name}: {error}") from error

    a, b = bodies
    if same:
        return PairConstants(bodies, media, (computed(a, a),) * 4)
    like = computed(a, a), computed(a, b)
    if plain and mirrored(a, b):
        return PairConstants(bodies, media, (like[0], like[0], like[1], like[1]))
    return PairConstants(bodies, media, (like[0], computed(b, b), like[1], computed(b, a)))


def mirrored(a: RigidBody, b: RigidBody) -> bool:
    """Whether one body is the mirror image of the other, the names of types apart."""

    def sites(body: RigidBody) -> list[tuple[float, ...]]:
        rows = zip(body.positions, body.charges, body.types, strict=True)
        found = [(*x.round(9).tolist(), float(q), body.diameters[t]) for x, q, t in rows]
        return sorted([*found, (0.0, 0.0, 0.0, 0.0, body.diameters[body.name])])

    image = a.mirror(a.name)
    if a.bond != b.bond or len(a.types) != len(b.types):
        return False
    return bool(np.allclose(sites(image), sites(b), atol=1e-8))


def _in_media(
    a: RigidBody,
    b: RigidBody,
    media: FloatArray,
    tables: list[dict[Kinds, tuple[Row, ...]]],
    temperature: float,
    sampling: Sampling | None,
    seed: int,
) -> AssociationConstants:
    """Return the constants in all media, computed together where the beads interact equally."""
    columns = np.empty((4, len(media)))
    for k, table in enumerate(tables):
        alike = [j for j, other in enumerate(tables) if other == table]
        if alike[0] != k:
            continue
        found = association_constants(
            a, b, media[alike].tolist(), temperature, pairs=table, sampling=sampling, seed=seed
        )
        columns[:, alike] = (
            found.value, found.over_repetitions, found.within_repetitions, found.effective_points,
        )  # fmt: skip
    return AssociationConstants(media, *columns)
