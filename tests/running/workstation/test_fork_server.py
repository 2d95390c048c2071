"""The process from which all others are forked: events that end it or do not."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

from janus_md.common.interrupts import SIGNALS
from janus_md.running.workstation import fork_server
from tests.conftest import environment, wait_for
from tests.running.workstation.test_runner import running


def leave(pipe: Connection) -> None:
    """A process that tells how it has met the signal that a terminal sends to all."""
    sys.exit(3 if signal.getsignal(signal.SIGINT) == signal.SIG_IGN else 4)


def main() -> None:
    """Tell the exit codes of processes of a server that met signals at once and is then killed."""
    fork_server.begin("janus_md.cli.preloaded")
    server = forkserver._forkserver._forkserver_pid
    for number in SIGNALS:
        os.kill(server, number)
    for _ in range(2):
        process, pipe = fork_server.start(leave)
        process.join()
        pipe.close()
        print(process.exitcode, forkserver._forkserver._forkserver_pid == server)
    os.kill(server, signal.SIGSTOP)
    killer = threading.Thread(target=kill_when_asked, args=(server, threading.get_ident()))
    killer.start()
    process, _ = fork_server.start(leave)  # has asked it, and waits
    process.join()
    killer.join()
    print(process.exitcode)


def kill_when_asked(server: int, asker: int) -> None:
    """Kill the server once a thread waits for its answer."""
    wait_for(lambda: sys._current_frames()[asker].f_code.co_name == "read_signed")
    os.kill(server, signal.SIGKILL)


def test_signals_that_come_while_it_begins_do_not_end_it() -> None:
    """Ctrl-C in the first seconds of a run, a batch system's signal to all of a job's processes."""
    command = [sys.executable, "-c", f"from {__name__} import main; main()"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    *forked, last = done.stdout.split()
    assert forked == ["3", "True", "3", "True"]
    assert last in ("3", "4")  # of another server, or, where it had been asked, of none


def tell(pipe: Connection) -> None:
    """A process that ends when the other end of its pipe is closed."""
    pipe.send_bytes(b".")
    closed = select.poll()
    closed.register(pipe, 0)  # errors alone
    closed.poll()


def suspend_one() -> None:
    """Suspend a process, tell which, and wait."""
    fork_server.begin("janus_md.cli.preloaded")
    process, pipe = fork_server.start(tell)
    pipe.recv_bytes()
    os.kill(process.pid, signal.SIGSTOP)
    print(process.pid, flush=True)
    process.join()


def test_a_suspended_process_does_not_outlive_the_one_that_asked_for_it() -> None:
    command = [sys.executable, "-c", f"from {__name__} import suspend_one; suspend_one()"]
    asked = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
    assert asked.stdout is not None
    suspended = int(asked.stdout.readline())
    wait_for(lambda: "\nState:\tT" in Path(f"/proc/{suspended}/status").read_text())
    asked.kill()
    asked.wait()
    wait_for(lambda: not running(suspended))
