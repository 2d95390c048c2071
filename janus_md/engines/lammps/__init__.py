"""LAMMPS as an engine."""
