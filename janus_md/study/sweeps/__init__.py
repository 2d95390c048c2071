"""Templates: a YAML file in, a list of state points out."""
