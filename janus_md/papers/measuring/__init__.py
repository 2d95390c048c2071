"""Quantities of the bodies in one frame that are compared with papers."""
