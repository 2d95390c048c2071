"""Jobs on disk: their contents, states and queries."""
