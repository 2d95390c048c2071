"""The simulation of one job."""
