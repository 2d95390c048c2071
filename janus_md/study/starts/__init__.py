"""Starts of a run that need more than a word: structures, and frames of other runs."""
