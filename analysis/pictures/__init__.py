"""Figures and snapshots of a sweep."""
