"""External fields in every engine."""
