"""The physics of rigid bodies: no file, no engine."""
