"""Yukawa: Coulomb interaction screened by the ions of a solution."""

from __future__ import annotations

import math

import numpy as np

from janus_md.common.settings import Positive, Settings
from janus_md.model.body import FloatArray
from janus_md.model.interactions.term import Beads, PairTerm
from janus_md.model.units import COULOMB


class YukawaSettings(Settings):
    """Screened Coulomb interaction of two charged beads."""

    charge_product: float
    """Product of the effective charges of the two beads, e^2; negative for attraction."""
    debye_length: Positive
    """Debye length of the solution, nm: 0.304 / sqrt(c) in water at 298 K with c mol/L of 1:1 salt
    (Israelachvili, "Intermolecular and Surface Forces", 2011, chapter 14)."""
    cutoff: Positive = 8.0
    """Cutoff, measured from contact, in Debye lengths."""


class Yukawa(PairTerm):
    """``A exp(-r / l) / r`` of two charged spheres in an electrolyte (DLVO).

    With radii ``a``, ``b`` and the Debye length ``l``,

        A = z_a z_b e^2 / (4 pi eps0 eps_r) * exp(a / l) / (1 + a / l) * exp(b / l) / (1 + b / l)

    (Verwey and Overbeek 1948; Bell, Levine and McCartney, J. Colloid Interface Sci. 33, 335, 1970).
    It has no repulsive core, so the default repulsion is kept.
    """

    settings = YukawaSettings

    def parameters(self, given: YukawaSettings, beads: Beads) -> dict[str, float]:
        """Return amplitude (kJ/mol nm), kappa (1/nm) and cutoff (nm)."""
        if beads.relative_permittivity is None:
            raise ValueError("needs relative_permittivity, which is missing")
        length = given.debye_length
        amplitude = COULOMB * given.charge_product / beads.relative_permittivity
        for diameter in beads.diameters:
            radius = 0.5 * diameter / length
            amplitude *= math.exp(radius) / (1.0 + radius)
        cutoff = beads.sigma + given.cutoff * length
        return {"amplitude": amplitude, "kappa": 1.0 / length, "cutoff": cutoff}

    def energy(self, r2: FloatArray, **parameters: FloatArray) -> FloatArray:
        """Energy at squared distances, not shifted, kJ/mol."""
        r = np.sqrt(r2)
        return np.asarray(parameters["amplitude"] * np.exp(-parameters["kappa"] * r) / r)

    def force_over_distance(self, r2: FloatArray, **parameters: FloatArray) -> FloatArray:
        """Force over distance, kJ/mol/nm^2."""
        r = np.sqrt(r2)
        return np.asarray(self.energy(r2, **parameters) * (parameters["kappa"] + 1.0 / r) / r)


TERM = Yukawa()
