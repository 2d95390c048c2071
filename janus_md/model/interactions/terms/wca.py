"""WCA: the repulsion of two beads, Lennard-Jones with the cutoff at its minimum."""

from __future__ import annotations

from janus_md.common.settings import Positive, Settings
from janus_md.model.interactions.table import WCA_EPSILON, wca
from janus_md.model.interactions.term import Beads
from janus_md.model.interactions.terms.lennard_jones import LennardJonesForm


class WcaSettings(Settings):
    """Repulsion of two beads with volume."""

    epsilon: Positive = WCA_EPSILON
    """Energy at contact, kJ/mol."""


class Wca(LennardJonesForm):
    """Repulsion at the mean of two diameters (Weeks, Chandler and Andersen 1971).

    It acts between all beads with volume, unless another term with a repulsive core does.
    """

    settings = WcaSettings

    def parameters(self, given: WcaSettings, beads: Beads) -> dict[str, float]:
        """Return epsilon (kJ/mol), sigma and cutoff (nm)."""
        if beads.sigma <= 0.0:
            raise ValueError("acts only between beads with a diameter")
        return wca(beads.sigma, given.epsilon).parameters


TERM = Wca()
