"""Slurm: its commands, their answers, its options, and the time and cores of a job."""

from janus_md.running.cluster.schedulers.slurm.scheduler import Slurm

SCHEDULER = Slurm()
