"""Lennard-Jones: ``4 eps [(s/r)^12 - (s/r)^6]``, cut and shifted to 0."""

from __future__ import annotations

from janus_md.common.settings import Positive, Settings
from janus_md.model.body import FloatArray
from janus_md.model.interactions.table import lennard_jones
from janus_md.model.interactions.term import Beads, PairTerm


class LennardJonesSettings(Settings):
    """Lennard-Jones potential with a stated sigma."""

    epsilon: Positive
    """Depth of the minimum before the shift, kJ/mol."""
    sigma: Positive
    """Distance at which the energy is 0 before the shift, nm."""
    cutoff: Positive
    """Cutoff in units of sigma."""


class LennardJonesForm(PairTerm):
    """Energy of all terms of this form, with epsilon (kJ/mol), sigma and cutoff (nm)."""

    form = "lennard_jones"
    core = True

    def energy(self, r2: FloatArray, **parameters: FloatArray) -> FloatArray:
        """Energy at squared distances, not shifted, kJ/mol."""
        s2 = parameters["sigma"] ** 2 / r2
        s6 = s2 * s2 * s2
        return 4.0 * parameters["epsilon"] * s6 * (s6 - 1.0)

    def force_over_distance(self, r2: FloatArray, **parameters: FloatArray) -> FloatArray:
        """Force over distance, kJ/mol/nm^2."""
        s2 = parameters["sigma"] ** 2 / r2
        s6 = s2 * s2 * s2
        return 24.0 * parameters["epsilon"] * s6 * (2.0 * s6 - 1.0) / r2

    def contact(self, **parameters: float) -> float:
        """Sigma."""
        return parameters["sigma"]


class LennardJones(LennardJonesForm):
    """Lennard-Jones with a stated sigma (J. E. Jones, Proc. R. Soc. A 106, 463, 1924)."""

    settings = LennardJonesSettings

    def parameters(self, given: LennardJonesSettings, beads: Beads) -> dict[str, float]:
        """Return epsilon (kJ/mol), sigma and cutoff (nm)."""
        del beads
        return lennard_jones(given.epsilon, given.sigma, given.cutoff * given.sigma).parameters


TERM = LennardJones()
