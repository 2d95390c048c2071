"""Aggregates of bodies with attractive sites: what is joined, how it is shaped, what it is called.

All lengths in these modules are in units of S, the diameter of a body
(:func:`janus_md.analysis.aggregates.morphology.bodies.diameter_of`).
"""
