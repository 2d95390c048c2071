"""The schedulers that this package knows, and what they have in common."""
