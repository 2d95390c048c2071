"""External fields in LAMMPS, one file each."""
