"""Comparison of the jobs of a sweep."""
