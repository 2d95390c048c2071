"""Many jobs at a time on one machine."""
