"""Small variants of the templates: each must show its outcome, and its control must not."""
