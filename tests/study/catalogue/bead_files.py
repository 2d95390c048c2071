"""The smallest particle file, and the reading of such texts."""

from __future__ import annotations

from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.bead_particle import BeadParticle

SIX_LINES = """\
name: two
beads:
  - {kind: J, at: [0, 0, 0]}
  - {kind: A, at: [0, 0, 0.8]}
kinds: {J: {diameter: 2.0}, A: {diameter: 1.3}}
mass: 3000
"""


def read(text: str) -> BeadParticle:
    found = catalog.read_particle(text, None)
    assert isinstance(found, BeadParticle)
    return found
