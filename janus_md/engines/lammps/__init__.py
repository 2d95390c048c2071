"""LAMMPS as an engine."""

from janus_md.engines.lammps.engine import LammpsEngine as ENGINE

__all__ = ["ENGINE"]
