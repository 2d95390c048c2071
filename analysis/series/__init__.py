"""Series in time: averages, growth, lifetimes and the log."""
