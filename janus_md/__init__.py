"""Sweeps of Janus rigid bodies with HOOMD-blue and LAMMPS, and the nanowires they form."""

__version__ = "0.1.0"
