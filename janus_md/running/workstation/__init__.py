"""Runs many jobs at a time on one machine."""
