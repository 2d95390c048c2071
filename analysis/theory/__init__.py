"""Theory of equilibrium polymers."""
