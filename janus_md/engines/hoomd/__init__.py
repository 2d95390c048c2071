"""HOOMD-blue as an engine."""
