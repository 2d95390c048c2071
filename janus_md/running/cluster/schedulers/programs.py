"""Commands of a scheduler are run, and what they say on failure is told in one line."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from janus_md.common.errors import JanusError
from janus_md.running.cluster.schedulers.records import Rejected

PATIENCE = 60.0
"""Seconds to wait for an answer; a busy server takes its time."""

PAUSES = (1.0, 4.0)
"""Seconds before a question is repeated where the server could not be reached."""


def ask(
    *command: str,
    missing: JanusError,
    unreachable: re.Pattern[str],
    accepted: Collection[int] = (0,),
    pauses: Sequence[float] = (),
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Run a command of a scheduler and return what it prints.

    Parameters
    ----------
    *command : str
        Name and options.
    missing : JanusError
        Raised where the command is not on this machine.
    unreachable : re.Pattern
        Found in what the command says where it could not reach the server.
    accepted : collection of int
        Exit codes that are no failure.
    pauses : sequence of float
        Seconds to wait before it is run again where the server could not be reached.
    environment : mapping, optional
        Environment of the command; by default that of this process.
    folder : Path, optional
        Where it is run.

    Raises
    ------
    Rejected
        Where the server refuses; the message is the command's.
    JanusError
        Where the command is missing, or the server does not answer.
    """
    name = command[0]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",  # paths, which are compared
            timeout=PATIENCE,
            env=dict(os.environ if environment is None else environment),
            cwd=folder,
        )
    except FileNotFoundError as error:
        raise missing from error
    except subprocess.TimeoutExpired as error:
        said = sentence(name, (error.stderr or b"").decode(errors="replace"))
        raise JanusError(
            f"{name}: no answer in {PATIENCE:.0f} s{f' ({said})' if said else ''}; the scheduler "
            "may be down, try later"
        ) from error
    if done.returncode in accepted:
        return done.stdout
    said = sentence(name, done.stderr or done.stdout)
    if not unreachable.search(said):
        raise Rejected(f"{name}: {said or f'exit code {done.returncode}'}")
    if not pauses:
        raise JanusError(f"{name}: {said}; the scheduler may be down, try later")
    time.sleep(pauses[0])
    return ask(
        *command, missing=missing, unreachable=unreachable, accepted=accepted,
        pauses=pauses[1:], environment=environment, folder=folder,
    )  # fmt: skip


def sentence(name: str, told: str) -> str:
    """Put what a command said into one line."""
    lines = (line.removeprefix(f"{name}: ").removeprefix("error: ") for line in told.splitlines())
    return " ".join(" ".join(lines).split())
