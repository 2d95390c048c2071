"""Templates: YAML files that describe lists of state points."""
