"""Interactions between the sites of rigid bodies."""
