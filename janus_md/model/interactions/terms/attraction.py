"""Attraction of two beads: Lennard-Jones with its well, at the mean of the two diameters."""

from __future__ import annotations

from janus_md.common.settings import Positive, Settings
from janus_md.model.interactions.table import lennard_jones
from janus_md.model.interactions.term import Beads
from janus_md.model.interactions.terms.lennard_jones import LennardJonesForm


class AttractionSettings(Settings):
    """Attraction of beads that touch."""

    epsilon: Positive
    """Depth of the minimum before the shift, kJ/mol."""
    cutoff: Positive = 2.5
    """Cutoff in units of sigma, the mean of the two diameters."""


class Attraction(LennardJonesForm):
    """Short-range attraction of two beads with volume, including their repulsion.

    It is a Lennard-Jones term whose sigma is the mean of the two diameters. With a cutoff of
    1.8 sigma, its minimum is 0.886 epsilon deep.
    """

    settings = AttractionSettings

    def parameters(self, given: AttractionSettings, beads: Beads) -> dict[str, float]:
        """Return epsilon (kJ/mol), sigma and cutoff (nm)."""
        if beads.sigma <= 0.0:
            raise ValueError("acts only between beads with a diameter")
        return lennard_jones(given.epsilon, beads.sigma, given.cutoff * beads.sigma).parameters


TERM = Attraction()
