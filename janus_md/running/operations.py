"""The operations of a job as plain functions of its state point, folder and document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from janus_md.common.errors import ToBeContinued
from janus_md.common.interrupts import interruptible, stop_signals
from janus_md.common.locks import hold
from janus_md.simulation import run as simulate
from janus_md.simulation.files.recorder import Observer
from janus_md.simulation.run_options import RunOptions
from janus_md.simulation.walltime import EXIT_SECONDS, NO_LIMIT, Limit
from janus_md.study.resolve import setup_of
from janus_md.workspace import doubts
from janus_md.workspace.documents import finite
from janus_md.workspace.products import (
    LOG,
    PARTIAL_ANALYSIS,
    TABLES,
    TRAJECTORY,
    is_analyzed,
    is_simulated,
)

Document = MutableMapping[str, Any]


def simulate_job(
    statepoint: Mapping[str, Any],
    directory: Path,
    document: Document,
    options: RunOptions | None = None,
    *,
    observers: Sequence[Observer] = (),
    progress: simulate.Progress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    settled: Callable[[], bool] = lambda: False,
    **keywords: Any,
) -> None:
    """Simulate a job until it ends, or until a signal, `should_stop` or the walltime stops it.

    `statepoint` is the state point of the job. The other parameters are those of
    :func:`janus_md.simulation.run.simulate`.

    Raises
    ------
    JanusError
        As in that function; also if the state point does not have this schema, or if another
        process is running the job.
    """
    options = replace(options or RunOptions(), **keywords)
    setup = setup_of(statepoint, directory.parent.parent)
    with hold(directory), stop_signals() as interrupted:
        if is_simulated(directory):
            return
        document.pop("failure", None)
        for key in (doubts.HEAT, doubts.MADE_FOR):
            document.pop(key, None)
        _forget_analysis(directory, document)
        simulate.simulate(
            setup,
            directory,
            document,
            options,
            observers=observers,
            progress=progress,
            should_stop=lambda: interrupted() or should_stop(),
            settled=settled,
        )


def analyze_job(
    directory: Path,
    document: Document,
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    limit: Limit = NO_LIMIT,
) -> None:
    """Find the wires in the trajectory of a job; the summary is written to its document.

    Raises
    ------
    JanusError
        If the trajectory is not valid, or another process is running the job.
    ToBeContinued
        If a signal was received or `limit` is near. The next call continues after the frames that
        are already analyzed.
    """
    from janus_md.analysis.pipeline.pipeline import analyze_file
    from janus_md.analysis.series.thermolog import (
        ENERGY,
        SUSCEPTIBILITY,
        energy_per_body,
        susceptibility_of,
    )

    with hold(directory), stop_signals() as interrupted:
        if is_analyzed(directory, document):
            return

        longest, before = 0.0, limit.clock()

        def report(done: int, total: int) -> None:
            nonlocal longest, before
            if progress is not None:
                progress(done, total)
            now = limit.clock()
            longest, before = max(longest, now - before), now
            # Checked only after the analysis of further frames, so that each call makes progress.
            if interrupted() or should_stop() or limit.left() < EXIT_SECONDS + longest:
                raise ToBeContinued(f"stopped at frame {done} of {total}; run again to go on")

        kept = directory / PARTIAL_ANALYSIS
        with interruptible("stopped in the analysis; run again to go on"):
            summary = analyze_file(
                directory / TRAJECTORY, directory, workers=workers, progress=report, kept=kept
            )
            notes = summary["notes"]
            summary[ENERGY] = energy_per_body(directory / LOG, directory / TABLES[1], notes)
            summary[SUSCEPTIBILITY] = susceptibility_of(
                directory / LOG, directory / TRAJECTORY, notes
            )
        document["analysis"] = finite(summary)
        document.pop("failure", None)
        kept.unlink(missing_ok=True)


def _forget_analysis(directory: Path, document: Document) -> None:
    """Remove the results of an earlier trajectory."""
    document.pop("analysis", None)
    for name in (*TABLES, PARTIAL_ANALYSIS):
        (directory / name).unlink(missing_ok=True)
