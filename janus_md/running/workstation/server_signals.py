"""Preparation of the fork server, imported before other modules: only the run ends it.

A terminal sends Ctrl-C to all of its processes, and a batch system sends its signals to all
processes of a job. The signals are blocked until this module is imported (:mod:`.fork_server`).

Linux kills the server when the run ends. It would else finish its imports first, and then free all
modules, which takes 0.3 s; whoever reads the output of the run would wait for both.
"""

from __future__ import annotations

import gc
import os
import signal
from types import FrameType

from janus_md.common.interrupts import SIGNALS, STOPPED
from janus_md.running.workstation.suspension import signal_when_orphaned

_SERVER = os.getpid()

gc.disable()  # imports leave no garbage to search for: a tenth of their time


def _outlive(number: int, frame: FrameType | None) -> None:
    """Do nothing in the server; exit in a process that was just forked."""
    if os.getpid() != _SERVER:
        os._exit(STOPPED)


for _number in SIGNALS:
    signal.signal(_number, _outlive)
signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run sends SIGTERM to each worker
signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # Ctrl-Z: the run may be waiting for the server
signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
signal_when_orphaned(signal.SIGKILL)
