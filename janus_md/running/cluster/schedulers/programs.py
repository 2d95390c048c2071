"""Calls of a scheduler's command-line programs, with errors as one-line messages."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers.records import Rejected

TIMEOUT = 60.0
"""Time to wait for a program to end, s. A busy server answers slowly."""

PAUSES = (1.0, 4.0)
"""Pauses before a program is run again if it could not reach the server, s."""


def call(
    *command: str,
    missing: JanusError,
    unreachable: re.Pattern[str],
    accepted: Collection[int] = (0,),
    pauses: Sequence[float] = (),
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Run a program of a scheduler and return its standard output.

    Parameters
    ----------
    *command : str
        Name and arguments of the program.
    missing : JanusError
        Error to raise if the program is not installed.
    unreachable : re.Pattern
        Pattern of error messages that say that the server could not be reached.
    accepted : collection of int
        Exit codes of success.
    pauses : sequence of float
        Pauses before each new attempt if the server could not be reached, s.
    environment : mapping, optional
        Environment of the program; by default that of this process.
    folder : Path, optional
        Working directory of the program.

    Raises
    ------
    Rejected
        If the server rejects the request; with the error message of the program.
    JanusError
        If the program is not installed, or the server does not answer.
    """
    name = command[0]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",  # the output contains paths, which are compared
            timeout=TIMEOUT,
            env=dict(os.environ if environment is None else environment),
            cwd=folder,
        )
    except FileNotFoundError as error:
        raise missing from error
    except subprocess.TimeoutExpired as error:
        said = one_line(name, (error.stderr or b"").decode(errors="replace"))
        raise JanusError(
            f"{name}: no answer within {TIMEOUT:.0f} s{f' ({said})' if said else ''}; the "
            "scheduler may be down, try again later"
        ) from error
    if done.returncode in accepted:
        return done.stdout
    said = one_line(name, done.stderr or done.stdout)
    if not unreachable.search(said):
        raise Rejected(f"{name}: {said or f'exit code {done.returncode}'}")
    if not pauses:
        raise JanusError(f"{name}: {said}; the scheduler may be down, try again later")
    time.sleep(pauses[0])
    return call(
        *command, missing=missing, unreachable=unreachable, accepted=accepted,
        pauses=pauses[1:], environment=environment, folder=folder,
    )  # fmt: skip


def one_line(name: str, text: str) -> str:
    """Return the error message of a program as one line, without the program's name."""
    lines = (line.removeprefix(f"{name}: ").removeprefix("error: ") for line in text.splitlines())
    return " ".join(" ".join(lines).split())
