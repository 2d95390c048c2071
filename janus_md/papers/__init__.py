"""Comparison of the facts of a paper with simulations."""
