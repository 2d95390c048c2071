"""Association constants of two rigid bodies by Monte Carlo."""
