"""What is asked of a scheduler: clusters, resources, plan of submissions, scripts."""
