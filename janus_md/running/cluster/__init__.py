"""Submission of a workspace's jobs to a scheduler, and the states of these submissions.

`request` determines the requested resources and writes the scripts, `preparation` plans the
submissions, `submission` submits them, and `states` returns their states. `ledger` records the
submissions, `outcomes` determines how each one ended, and `recovery` completes interrupted ones.
`schedulers` contains the interface of a scheduler and a folder for each one; no other code of the
package refers to a scheduler by name.
"""

from janus_md.running.cluster.ledger import KEY
from janus_md.running.cluster.states import batch_job, in_queue, states

__all__ = ["KEY", "batch_job", "in_queue", "states"]
