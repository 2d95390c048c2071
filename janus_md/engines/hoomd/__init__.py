"""HOOMD-blue as an engine."""

from janus_md.engines.hoomd.engine import HoomdEngine as ENGINE

__all__ = ["ENGINE"]
