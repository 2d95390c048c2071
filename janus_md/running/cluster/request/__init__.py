"""Request of a submission: clusters, resources, division into submissions, job scripts."""
