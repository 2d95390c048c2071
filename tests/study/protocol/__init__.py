"""Tests of the protocol of a state point."""
