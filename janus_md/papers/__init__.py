"""A paper's facts beside what the simulations of it give."""
