"""The fork server: events that do or do not end it."""

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
from tests.conftest import PATIENCE, environment, wait_for
from tests.running.workstation.test_runner import running


def leave(pipe: Connection) -> None:
    """Report how this process handles the signal that a terminal sends to all processes."""
    sys.exit(3 if signal.getsignal(signal.SIGINT) == signal.SIG_IGN else 4)


def main() -> None:
    """Print exit codes of processes, of a server that gets signals at its start and is killed."""
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
    """Kill the server when a thread is waiting for its answer."""
    wait_for(lambda: sys._current_frames()[asker].f_code.co_name == "read_signed")
    os.kill(server, signal.SIGKILL)


def test_signals_during_its_start_do_not_end_the_server() -> None:
    """Ctrl-C in the first seconds of a run, or a signal of a batch system to all processes."""
    command = [sys.executable, "-c", f"from {__name__} import main; main()"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    *forked, last = done.stdout.split()
    assert forked == ["3", "True", "3", "True"]
    assert last in ("3", "4")  # of another server, or, where it had been asked, of none


def wait_for_close(pipe: Connection) -> None:
    """Wait until the other end of the pipe is closed."""
    pipe.send_bytes(b".")
    closed = select.poll()
    closed.register(pipe, 0)  # only errors
    closed.poll()


def suspend_one() -> None:
    """Suspend a process, print its id, and wait."""
    fork_server.begin("janus_md.cli.preloaded")
    process, pipe = fork_server.start(wait_for_close)
    pipe.recv_bytes()
    os.kill(process.pid, signal.SIGSTOP)
    print(process.pid, flush=True)
    process.join()


def test_a_suspended_process_does_not_outlive_its_parent() -> None:
    command = [sys.executable, "-c", f"from {__name__} import suspend_one; suspend_one()"]
    asked = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
    assert asked.stdout is not None
    suspended = int(asked.stdout.readline())
    wait_for(lambda: "\nState:\tT" in Path(f"/proc/{suspended}/status").read_text())
    asked.kill()
    asked.wait()
    wait_for(lambda: not running(suspended))


def end_with_a_stopped_server() -> None:
    """Suspend the server, print its id, and end."""
    fork_server.begin()
    process, _ = fork_server.start(leave)
    process.join()
    server = forkserver._forkserver._forkserver_pid
    os.kill(server, signal.SIGSTOP)
    print(server)


def test_the_end_of_the_run_kills_the_server() -> None:
    """The server frees no modules and ends no imports: here it could not even notice the end."""
    words = f"from {__name__} import end_with_a_stopped_server as end; end()"
    command = [sys.executable, "-c", words]
    done = subprocess.run(
        command, env=environment(), stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE
    )
    wait_for(lambda: not running(int(done.stdout)))
