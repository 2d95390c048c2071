"""Time series: averages, growth, lifetimes and the thermodynamic log."""
