"""Submission of a workspace's jobs to a scheduler, and what became of them there.

`request` says what is asked for and writes scripts, `preparation` plans a submission, `submission`
sends it, and `states` tells how it stands. `ledger` keeps what was sent, `outcomes` finds how it
ended, and `recovery` completes what was cut off. `schedulers` holds the interface of a scheduler
and a folder for each; nothing else of the package knows any of them by name.
"""

from janus_md.running.cluster.ledger import KEY
from janus_md.running.cluster.states import states

__all__ = ["KEY", "states"]
