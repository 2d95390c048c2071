"""The pair force of rigid bodies as a force of HOOMD-blue."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement
from typing import Any

from hoomd.md.pair.aniso import AnisotropicPair

from janus_md_hoomd import _rigid_pair
from janus_md_hoomd.tables import (
    Terms,
    furthest_charge,
    kinds_of,
    reach_of_terms,
    rows_of,
    sites_of,
)


class RigidPair(AnisotropicPair):
    """Force and torque between rigid bodies, from the sums over their sites.

    Each body is one particle, at its centre and with its orientation. Its sites are not particles,
    so that neither ``constrain.Rigid`` nor constituents are needed. Between two bodies there act:

    - the terms of the pair table between all pairs of sites of the given kinds, cut at the distance
      of the sites and shifted to 0 at the cutoff;
    - with `coulomb`, between all pairs of charges of bodies whose centres are closer than its
      cutoff ``rc``, ``prefactor * q_a * q_b * u(d)`` with
      ``u(d) = 1/d + (5/4) d^2/rc^3 - (3/8) d^4/rc^5``, whose first and second derivatives are 0
      at ``rc``. Bodies must be neutral.

    Without `coulomb`, charges are ignored. For Coulomb interaction by PPPM, see
    :func:`make_rigid_pppm_forces`.

    Parameters
    ----------
    nlist : hoomd.md.nlist.NeighborList
        Neighbour list of the central particles.
    bodies : mapping
        Sites by particle type: a dict with ``positions`` (array of shape (S, 3), in the frame of
        the body, relative to its centre), ``kinds`` (S names) and optionally ``charges`` (S
        numbers). Other particle types take no part.
    terms : mapping
        Terms by pair of kinds, each pair in one order only: a dict or a list of dicts with
        ``form``, ``cutoff`` and

        - ``lennard_jones``: ``epsilon``, ``sigma``; ``4 epsilon [(sigma/r)^12 - (sigma/r)^6]``;
        - ``wca``: the same, without ``cutoff``, which is ``2^(1/6) sigma``;
        - ``yukawa``: ``amplitude``, ``kappa``; ``amplitude exp(-kappa r) / r``.
    coulomb : mapping, optional
        ``cutoff`` (length) and ``prefactor`` (energy times length over charge squared).

    Raises
    ------
    ValueError
        If a body or term is not as described, or a body with `coulomb` is not neutral.

    Notes
    -----
    Integrate with ``integrate_rotational_dof=True``, and give the particles moments of inertia.
    All parameters are those of the constructor: make a new force to change them.
    """

    _ext_module = _rigid_pair
    _cpp_class_name = "RigidPair"

    def __init__(
        self,
        nlist: Any,
        bodies: Mapping[str, Mapping[str, Any]],
        terms: Terms,
        coulomb: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(nlist, default_r_cut=0.0, mode="none")
        kinds = kinds_of(terms)
        rows = rows_of(terms, kinds)
        cutoff, prefactor = _coulomb(coulomb)
        self._sites = {name: sites_of(name, body, kinds) for name, body in bodies.items()}
        self._table = {"kinds": len(kinds), "rows": rows, "prefactor": prefactor, "cutoff": cutoff}
        self._table["splitting"] = 0.0
        self._ewald: Any = None
        if coulomb is not None:
            _check_neutral(self._sites)
        for a, b in combinations_with_replacement(self._sites, 2):
            reach = reach_of_terms(self._sites[a], self._sites[b], rows)
            charged = all(any(site[3] for site in self._sites[one]) for one in (a, b))
            self.r_cut[(a, b)] = max(reach, cutoff if charged else 0.0)

    def _add_real_space(self, ewald: Any, cutoff: float, prefactor: float) -> None:
        """Add the real-space part of an Ewald sum up to `cutoff` between sites.

        `ewald` has the splitting as its parameter ``kappa`` when this force is attached.
        """
        self._ewald = ewald
        self._table |= {"cutoff": cutoff, "prefactor": prefactor}
        for a, b in combinations_with_replacement(self._sites, 2):
            far = [furthest_charge(self._sites[one]) for one in (a, b)]
            if far[0] is not None and far[1] is not None:
                self.r_cut[(a, b)] = max(self.r_cut[(a, b)], far[0] + far[1] + cutoff)

    def _attach_hook(self) -> None:
        types = self._simulation.state.particle_types
        missing = sorted(set(self._sites) - set(types))
        if missing:
            raise ValueError(f"bodies: no particle type is called {', '.join(missing)}")
        if self._ewald is not None:
            self._table["splitting"] = self._ewald.params[(types[0], types[0])]["kappa"]
            if not self._table["splitting"] > 0.0:
                raise RuntimeError("the reciprocal-space force must be added before the RigidPair")
        super()._attach_hook()
        for name in types:
            self._cpp_obj.setShape(name, self._sites.get(name, []))
        for a, b in combinations_with_replacement(types, 2):
            acts = a in self._sites and b in self._sites
            self._cpp_obj.setParams((a, b), self._table if acts else None)


def make_rigid_pppm_forces(
    nlist: Any,
    bodies: Mapping[str, Mapping[str, Any]],
    terms: Terms,
    *,
    resolution: tuple[int, int, int],
    order: int,
    r_cut: float,
    prefactor: float = 1.0,
) -> tuple[Any, RigidPair]:
    """Return the forces of bodies whose charges interact by PPPM.

    The real-space part of the Coulomb interaction is computed between whole bodies. The charges
    must also be constituent particles (``constrain.Rigid``), for the mesh.

    Parameters
    ----------
    nlist : hoomd.md.nlist.NeighborList
        Neighbour list with the exclusions ``("body",)``.
    bodies, terms
        As of :class:`RigidPair`.
    resolution, order, r_cut
        As of ``hoomd.md.long_range.pppm.make_pppm_coulomb_forces``.
    prefactor : float
        Energy times length over the square of the charges in `bodies`; 1 if these are the charges
        of the constituent particles.

    Returns
    -------
    reciprocal : hoomd.md.long_range.pppm.Coulomb
        Add it to the integrator, before the other one.
    pair : RigidPair
        All other interactions.
    """
    from hoomd.md.long_range.pppm import make_pppm_coulomb_forces

    ewald, reciprocal = make_pppm_coulomb_forces(
        nlist=nlist, resolution=resolution, order=order, r_cut=r_cut
    )
    pair = RigidPair(nlist, bodies, terms)
    pair._add_real_space(ewald, r_cut, prefactor)
    return reciprocal, pair


def _coulomb(coulomb: Mapping[str, float] | None) -> tuple[float, float]:
    """Return cutoff and prefactor; zeros without Coulomb interaction."""
    if coulomb is None:
        return 0.0, 0.0
    if set(coulomb) != {"cutoff", "prefactor"}:
        raise ValueError(f"coulomb: {sorted(coulomb)} is given, needed are cutoff and prefactor")
    cutoff, prefactor = float(coulomb["cutoff"]), float(coulomb["prefactor"])
    if not cutoff > 0.0:
        raise ValueError(f"coulomb: the cutoff is {cutoff}, but must be positive")
    return cutoff, prefactor


def _check_neutral(bodies: Mapping[str, Any]) -> None:
    for name, sites in bodies.items():
        charges = [site[3] for site in sites]
        total = sum(charges)
        if abs(total) > 1e-6 * sum(abs(q) for q in charges):
            raise ValueError(
                f"bodies: {name}: its charge is {total:g}, but bodies with coulomb must be neutral"
            )
