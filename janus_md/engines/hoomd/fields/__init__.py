"""External fields in HOOMD-blue, one file each."""
