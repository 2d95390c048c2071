"""Frames of a trajectory and the neighbours in them."""
