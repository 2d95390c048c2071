"""Worker: a process that runs an operation of a job, so that a crash affects only this job.

The worker writes lines of JSON to a pipe. ``{"stage", "step", "total", "rate", "wires"}`` is its
progress, where ``wires`` is the mean wire length. ``{"device", "choice"}`` is where a simulation
runs, and why, if there was a choice. ``{"warning"}`` is the reason why the results are doubtful,
and ``{"message"}`` the reason why the worker ends early.

With ``--ranks``, under mpiexec or the launcher of a scheduler, a simulation runs in several
processes. The first one reports.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import signal
import sys
import traceback
from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from janus_md.common import crash, encoding, interrupts
from janus_md.common.errors import JanusError, ToBeContinued
from janus_md.common.interrupts import SIGNALS, STOPPED
from janus_md.common.locks import Held, Unclear
from janus_md.engines import ranks
from janus_md.running.cluster import allocation
from janus_md.running.pipe import Reporter
from janus_md.running.time_limit import limit
from janus_md.simulation import run_options
from janus_md.simulation.run_options import RunOptions
from janus_md.workspace import doubts, failures

DONE, FAILED, HELD = 0, 1, 76
"""Exit codes of a worker. :data:`HELD`: another process is running the job. The other exit codes
are :data:`STOPPED`, after which a later run continues the job, and
:data:`janus_md.common.crash.CRASHED` after an unexpected error."""


def simulate(
    statepoint: dict[str, Any],
    directory: Path,
    document: MutableMapping[str, Any],
    options: RunOptions,
    reporter: Reporter,
) -> None:
    """Simulate a job and report the progress over all stages."""
    from janus_md.analysis.pipeline.observer import WireObserver
    from janus_md.running.operations import simulate_job
    from janus_md.simulation.devices import described
    from janus_md.study.resolve import setup_of

    reporter.send(stage="prepare", step=0, total=0, rate=0.0, wires=None)
    setup = setup_of(statepoint, directory.parent.parent)
    plan, total = setup.stages, setup.steps
    before = {
        stage.name: sum(one.steps for one in plan[:number]) for number, stage in enumerate(plan)
    }

    wires, told = WireObserver(), False

    def progress(stage: str, step: int, of_stage: int, rate: float) -> None:
        nonlocal told
        if not told:
            execution = document["execution"]
            reporter.send(device=execution["device"], choice=described(execution))
            told = True
        done = before[stage] + step
        mean = wires.mean_n if setup.dipolar else None
        reporter.send(stage=stage, step=done, total=total, rate=rate, wires=mean)

    simulate_job(
        statepoint,
        directory,
        document,
        options,
        observers=(wires,),
        progress=progress,
        should_stop=lambda: reporter.reader_ended or ranks.told_to_stop(),
        # Without dipoles there are no wires whose growth could end.
        settled=lambda: options.until_stationary and setup.dipolar and wires.is_stationary(),
    )


def analyze(
    directory: Path,
    document: MutableMapping[str, Any],
    options: RunOptions,
    reporter: Reporter,
) -> None:
    """Analyze a job and report the number of analyzed frames."""
    from janus_md.running.operations import analyze_job

    reporter.send(stage="analyze", step=0, total=0, rate=0.0, wires=None)
    analyze_job(
        directory,
        document,
        workers=options.threads,
        progress=lambda done, total: reporter.send(
            stage="analyze", step=done, total=total, rate=0.0, wires=None
        ),
        should_stop=lambda: reporter.reader_ended or ranks.told_to_stop(),
        limit=options.limit,
    )


def work(operation: str, directory: Path, options: RunOptions, reporter: Reporter) -> int:
    """Run `operation` on the job in `directory` and return the exit code."""
    from janus_md.workspace.query import open_job
    from janus_md.workspace.records import read_job

    record = read_job(directory, thorough=True)
    if record is None or record.trouble:
        reporter.send(message=record.trouble if record else f"{directory} no longer exists")
        return FAILED
    job = open_job(directory)
    try:
        if operation == "simulate":
            simulate(dict(record.statepoint), directory, job.document, options, reporter)
            if said := doubts.warning(job.document):
                reporter.send(warning=said)
        else:
            analyze(directory, job.document, options, reporter)
    except ToBeContinued as error:
        reporter.send(message=str(error))
        return STOPPED
    except Held as error:
        reporter.send(message=str(error))
        return HELD
    except Unclear as error:  # not recorded, because another process may own the document
        reporter.send(message=str(error))
        return FAILED
    except Exception as error:
        if not isinstance(error, OSError):
            traceback.print_exc()
        message, code = crash.of_job(error, operation, directory)
        reporter.send(message=message)
        # The disk may be full, or the document may have been damaged in the meantime.
        with contextlib.suppress(OSError, LookupError, TypeError, ValueError):
            failures.note(job.document, operation, message)
        return code
    failures.forget(job.document)
    return DONE


def _go_first() -> None:
    """Make the kernel kill this worker, not the process that started it, if memory runs out."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="utf-8")


def _stop(number: int, frame: FrameType | None) -> None:
    """End the process: the handler of signals before and after the simulation."""
    ranks.wish_to_stop()  # the interpreter drops exceptions in some callbacks
    leave(STOPPED)


def leave(code: int) -> NoReturn:
    """Exit; signals that arrive during the shutdown do not change the exit code."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(code)


def prepare() -> None:
    """Prepare this process for an operation: its signals, its output, its share of memory."""
    interrupts.owned = True
    encoding.settle()
    for number in SIGNALS:
        signal.signal(number, _stop)
    faulthandler.enable()  # prints the stack if an engine crashes
    _go_first()


def _on_ranks(
    number: int,
    operation: str,
    reporter: Reporter,
    lead: Callable[[], int],
    last_words: Callable[[str], None] | None = None,
) -> int:
    """Join the ranks (:func:`ranks.join`), run `lead` on the first, and return its exit code."""
    try:
        if number > 1 and operation != "simulate":
            raise JanusError(
                f"ranks: {number} is not allowed with {operation}, which runs on 1 rank"
            )
        ranks.join(number, last_words)
    except JanusError as error:
        reporter.send(message=str(error))
        if last_words is not None and ranks.launched_first(*allocation.rank_variables()):
            with contextlib.suppress(OSError):
                last_words(str(error))
        return FAILED
    if ranks.size() == 1:
        return lead()
    interrupts.several_ranks = True
    from janus_md.engines.distributed import lead_or_follow

    return lead_or_follow(lead)


def run(
    operation: str,
    directory: Path,
    reporter: Reporter,
    lead: Callable[[], int],
    number: int = 1,
    last_words: Callable[[str], None] | None = None,
) -> int:
    """Run `lead` on the first of `number` ranks; return its exit code, also after an exception."""
    try:
        return _on_ranks(number, operation, reporter, lead, last_words)
    except Exception as error:
        traceback.print_exc()
        message, code = crash.of_job(error, operation, directory)
        reporter.send(message=message)
        return code


def main() -> int:
    """Read the command line of a worker."""
    prepare()
    parser = argparse.ArgumentParser(description=__doc__, parents=[run_options.parser()])
    parser.add_argument("operation", choices=("simulate", "analyze"))
    parser.add_argument("directory", type=Path)
    parser.add_argument("--pipe", type=int)
    given = parser.parse_args()
    reporter = Reporter(given.pipe)

    def last_words(message: str) -> None:
        from janus_md.workspace.query import open_job

        failures.note(open_job(given.directory).document, given.operation, message)

    def lead() -> int:
        options = RunOptions.of_namespace(given, limit())
        return work(given.operation, given.directory, options, reporter)

    return run(given.operation, given.directory, reporter, lead, given.ranks, last_words)


if __name__ == "__main__":
    leave(main())
