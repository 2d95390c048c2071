"""Two rigid bodies alone: energies, forces, second virial coefficient."""
