"""Structures of bodies."""
