"""Jobs on disk: what they hold, how far they are, and questions to them."""
