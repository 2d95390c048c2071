"""A pass of an item in a process of its own, which is stopped after a time limit."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.earlier import Unavailable
from benchmarks.items import module_of
from benchmarks.processes import GRACE_SECONDS, end_group, keep_bytecode


@dataclass
class Outcome:
    """What the passes of an item have measured.

    Attributes
    ----------
    rows : list of dict
        Rows of all passes.
    reason : str
        Why something was not measured; empty if everything was.
    seconds : float
        Duration of all passes, s.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    seconds: float = 0.0


def run_pass(name: str, options: Mapping[str, Any], outcome: Outcome, limit: float) -> None:
    """Run one pass of an item, and add what it measures to its outcome.

    Parameters
    ----------
    name : str
        The item.
    options : mapping
        Arguments of its function ``rows``.
    outcome : Outcome
        Rows are added as they come; `reason` is set if the pass does not end or fails.
    limit : float
        Time that all passes of the item may take, s.
    """
    context = get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_send_rows, args=(writer, name, dict(options)))
    begin = time.monotonic()
    end = begin + limit - outcome.seconds
    process.start()
    writer.close()
    outcome.reason = f"stopped after {limit / 60.0:g} minutes"
    with reader, contextlib.suppress(EOFError):
        while reader.poll(max(0.0, end - time.monotonic())):
            match reader.recv():
                case dict() as row:
                    outcome.rows.append(row)
                case reason:
                    outcome.reason = reason
    process.join(max(0.0, end - time.monotonic()))
    if process.is_alive():
        assert process.pid is not None
        end_group(process.pid, process.join, 2.0 * GRACE_SECONDS)  # it ends others first
        process.join()
    elif process.exitcode:
        outcome.reason = f"the process ended with code {process.exitcode}"
    outcome.seconds += time.monotonic() - begin


def _send_rows(writer: Connection, name: str, options: dict[str, Any]) -> None:
    """Send the rows of a pass, and then why it is not complete; an empty text if it is."""
    os.setsid()  # so that its processes can be stopped together
    signal.signal(signal.SIGINT, signal.default_int_handler)
    keep_bytecode()
    try:
        for row in module_of(name).rows(**options):
            writer.send(row)
        writer.send("")
    except Unavailable as error:
        writer.send(str(error))
    except Exception as error:
        traceback.print_exc()
        writer.send(f"{type(error).__name__}: {' '.join(str(error).split())}")
