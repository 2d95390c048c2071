"""Pair force of rigid bodies made of sites, for HOOMD-blue.

:class:`RigidPair` computes all short-range interactions of two bodies, and optionally their Coulomb
interaction with a cutoff, in one evaluation per pair of bodies.
"""

from importlib.metadata import version as _version

import hoomd

from janus_md_hoomd.built_for import HOOMD_VERSION

if hoomd.version.version != HOOMD_VERSION:
    raise ImportError(
        f"janus_md_hoomd was built for HOOMD-blue {HOOMD_VERSION}, but {hoomd.version.version} is "
        "installed; build it again with pip install --force-reinstall ./hoomd_component"
    )

from janus_md_hoomd.pair import RigidPair, make_rigid_pppm_forces

__version__ = _version("janus-md-hoomd")

__all__ = ["HOOMD_VERSION", "RigidPair", "__version__", "make_rigid_pppm_forces"]
