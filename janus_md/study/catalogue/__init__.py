"""The catalogue of particles."""
