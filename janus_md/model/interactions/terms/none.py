"""No interaction: beads of the pair may overlap."""

from __future__ import annotations

from janus_md.common.settings import Settings
from janus_md.model.interactions.term import Beads, PairTerm


class NoneSettings(Settings):
    """No settings."""


class NoInteraction(PairTerm):
    """Removes the default repulsion of a pair; not allowed together with other terms."""

    settings = NoneSettings
    core = True
    acts = False

    def parameters(self, given: NoneSettings, beads: Beads) -> dict[str, float]:
        """Return no parameters."""
        del given, beads
        return {}


TERM = NoInteraction()
