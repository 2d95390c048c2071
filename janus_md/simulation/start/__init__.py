"""First states: places and orientations of the bodies."""
