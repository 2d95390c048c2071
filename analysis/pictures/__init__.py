"""Figures and snapshots."""
