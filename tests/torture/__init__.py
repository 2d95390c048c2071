"""Torture of runs; see __main__.py."""
