"""Slurm: its commands, their answers and its job script."""
