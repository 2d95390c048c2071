"""Signal handlers of the fork server, imported before anything else: no signal ends the server.

Ctrl-C is sent to all processes of a terminal, the signal of a batch system to all of a job. They
are blocked until this module is imported (:mod:`.fork_server`).
"""

from __future__ import annotations

import os
import signal
from types import FrameType

from janus_md.common.interrupts import SIGNALS
from janus_md.running.worker import STOPPED

_SERVER = os.getpid()


def _outlive(number: int, frame: FrameType | None) -> None:
    """Do nothing in the server; end a process that was just forked."""
    if os.getpid() != _SERVER:
        os._exit(STOPPED)


for _number in SIGNALS:
    signal.signal(_number, _outlive)
signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run tells each worker by SIGTERM
signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # Ctrl-Z: it may be waiting for an answer
signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
