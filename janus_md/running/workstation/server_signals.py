"""Signal handlers of the fork server, so that no signal ends it; imported before other modules.

A terminal sends Ctrl-C to all of its processes, and a batch system sends its signals to all
processes of a job. The signals are blocked until this module is imported (:mod:`.fork_server`).
"""

from __future__ import annotations

import os
import signal
from types import FrameType

from janus_md.common.interrupts import SIGNALS
from janus_md.running.worker import STOPPED

_SERVER = os.getpid()


def _outlive(number: int, frame: FrameType | None) -> None:
    """Do nothing in the server; exit in a process that was just forked."""
    if os.getpid() != _SERVER:
        os._exit(STOPPED)


for _number in SIGNALS:
    signal.signal(_number, _outlive)
signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run sends SIGTERM to each worker
signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # Ctrl-Z: the run may be waiting for the server
signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
