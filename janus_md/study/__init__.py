"""Input of simulations: particles, state points and sweeps."""
