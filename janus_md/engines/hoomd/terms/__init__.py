"""Pair terms in HOOMD-blue, one file each."""
