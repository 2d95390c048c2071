"""What the fork server imports first of all: from here on no signal ends it.

Ctrl-C comes to all processes of a terminal, a batch system's signal to all of a job. Up to here
they are blocked (:mod:`.fork_server`).
"""

from __future__ import annotations

import os
import signal
from types import FrameType

from janus_md.common.interrupts import SIGNALS
from janus_md.running.worker import STOPPED

_SERVER = os.getpid()


def _outlive(number: int, frame: FrameType | None) -> None:
    """Keep the server; end a process just forked."""
    if os.getpid() != _SERVER:
        os._exit(STOPPED)


for _number in SIGNALS:
    signal.signal(_number, _outlive)
signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run tells each worker by SIGTERM
signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # Ctrl-Z: it may be waiting for an answer
signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
