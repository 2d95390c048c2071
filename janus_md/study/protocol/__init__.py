"""The protocol of a state point: lengths and steps of a run, and stages that change conditions."""
