"""Bonds, wires and bundles of a frame."""
