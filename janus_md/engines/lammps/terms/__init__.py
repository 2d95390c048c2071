"""Pair terms in LAMMPS, one file each."""
