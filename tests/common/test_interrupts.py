"""Signals as wishes to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from janus_md.common import interrupts
from tests.conftest import environment


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_what_comes_twice_at_once_is_one_signal(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slurm signals every process of a job, and `run` forwards signals to its workers."""
    outside: list[int] = []
    before = signal.signal(number, lambda sent, _: outside.append(sent))
    try:
        with interrupts.stop_signals() as came:
            assert not came()
            for _ in range(2):
                os.kill(os.getpid(), number)
            assert came()
            assert not outside
            monkeypatch.setattr(interrupts, "REPEAT_SECONDS", 0.0)
            os.kill(os.getpid(), number)
            assert outside == [number]
    finally:
        signal.signal(number, before)


def test_a_second_ctrl_c_acts_at_once() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with interrupts.stop_signals() as came:
            os.kill(os.getpid(), signal.SIGINT)
            assert came()
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_library_does_not_keep_signals() -> None:
    def library(number: int, frame: object) -> None: ...

    before = {number: signal.getsignal(number) for number in interrupts.SIGNALS}
    with interrupts.signals_kept():
        for number in before:
            signal.signal(number, library)
    assert {number: signal.getsignal(number) for number in before} == before


@pytest.mark.parametrize("name", ["hoomd", "lammps"])
def test_engines_leave_signals_as_they_are(name: str) -> None:
    """In a new process, since an engine takes them but once."""
    pytest.importorskip(name)
    script = (
        "from janus_md import engines\n"
        "def caught():\n"
        "    line = next(x for x in open('/proc/self/status') if x.startswith('SigCgt'))\n"
        "    return int(line.split()[1], 16) & 0x7FFFFFFF  # the others are the C library's own\n"
        f"before = caught(); engines.require({name!r}); assert caught() == before"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environment(), check=False)
    assert done.returncode == 0
