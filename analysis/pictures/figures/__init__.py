"""Figures of the results of a sweep."""
