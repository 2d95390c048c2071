"""A worker that the fork server has started: it runs one operation of one job."""

from __future__ import annotations

import contextlib
import os
from multiprocessing.connection import Connection
from pathlib import Path

from janus_md.running import worker
from janus_md.running.pipe import Reporter
from janus_md.simulation.run_options import RunOptions


def work_forked(
    pipe: Connection,
    operation: str,
    directory: Path,
    options: RunOptions,
    log: Path,
    variables: dict[str, str],
) -> None:
    """Run `operation` in a process that was just forked, and exit.

    Parameters
    ----------
    pipe : Connection
        Pipe for reports.
    operation, directory, options
        As in :func:`worker.work`.
    log : Path
        File for the output of the engine and of libraries.
    variables : dict of str to str
        Environment of the process.
    """
    # The terminal sends Ctrl-C to its whole session; the run forwards it to the worker.
    os.setsid()
    os.environ.clear()
    os.environ.update(variables)
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    with contextlib.suppress(OSError):  # the name in top; by default that of the fork server
        Path("/proc/self/comm").write_text(f"janus {directory.name[:8]}", encoding="utf-8")
    worker.prepare()
    reporter = Reporter(pipe.fileno())

    def work() -> int:
        return worker.work(operation, directory, options, reporter)

    worker.leave(
        worker.guarded(
            lambda: worker.on_ranks(1, operation, reporter, work), operation, directory, reporter
        )
    )
