"""Methods paragraph of a paper, from the jobs that have run."""
