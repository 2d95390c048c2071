"""Slurm: commands, their output, options of sbatch, and the allocation of a job."""

from janus_md.running.cluster.schedulers.slurm.scheduler import Slurm

SCHEDULER = Slurm()
