"""From a trajectory to its tables, frame by frame."""
