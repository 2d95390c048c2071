"""PBS: commands, their output, options of qsub, and the allocation of a job."""

from janus_md.running.cluster.schedulers.pbs.scheduler import Pbs

SCHEDULER = Pbs()
