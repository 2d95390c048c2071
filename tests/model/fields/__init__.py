"""External fields."""
