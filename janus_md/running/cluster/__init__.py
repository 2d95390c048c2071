"""Submission of a workspace's jobs to Slurm, and what became of them there.

`clusters` says what may be asked for, `plan` what is asked for, `script` writes it, `submit` sends
it and `states` tells how it goes; `ledger` keeps what was sent, `outcomes` says what became of it,
`recovery` completes what was not sent to its end; `slurm` alone talks to Slurm, and `answers` reads
what that says.
"""

from janus_md.running.cluster.ledger import KEY
from janus_md.running.cluster.states import states

__all__ = ["KEY", "states"]
