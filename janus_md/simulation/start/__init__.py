"""Initial states: positions and orientations of the bodies."""
