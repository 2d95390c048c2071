"""Files of a simulation: trajectory, log and checkpoint."""
