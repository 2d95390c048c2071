"""Progress display of `janus-md run`: a live table on a terminal, otherwise one line per minute."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from janus_md.common.clock import Seconds
from janus_md.common.closing import Closing
from janus_md.common.messages import count
from janus_md.running.worker import DONE, HELD, STOPPED
from janus_md.running.workstation.forecast import Forecast, duration
from janus_md.running.workstation.processes import Job, Running
from janus_md.workspace import doubts
from janus_md.workspace.jobs import read_document

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LINE_SECONDS = 60.0
"""Time between lines if there is no terminal, s."""

NAMED = 3
"""Maximum number of jobs that are listed in a line."""

_ENDS = {DONE: "done", STOPPED: "stopped", HELD: "held"}
_BORDER = 6  # lines of the terminal for the heading, the summary and a few jobs that have ended
_OTHERS, _BAR = 45, 12  # width of the columns beside the label; of the progress bar
_WIDE = 100  # width of the terminal from which progress bars are shown


def console(**options: Any) -> Console:
    """Return a console that stops printing if its output is closed, so that the run continues."""
    from rich.console import Console

    class Lasting(Console):
        def on_broken_pipe(self) -> None:
            self.quiet = True
            # Discard the rest of the buffer, which the interpreter writes at exit.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)

    return Lasting(**options)


def _speed(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.2g}"


def _time_left(running: Running) -> str:
    if running.rate <= 0 or not running.total:
        return ""
    return duration((running.total - running.step) / running.rate)


def _wires(running: Running) -> str:
    return "" if running.wires is None else f"{running.wires:.1f}"


def _ending(running: Running, code: int, now: float) -> str:
    """Return a line about an operation that has ended."""
    took = duration(now - running.begun)
    text = f"{running.job.label}: {running.operation} {_ENDS.get(code, 'failed')} after {took}"
    if code != DONE:
        return f"{text}: {running.message}"
    return f"{text}; warning: {running.warning}" if running.warning else text


def warned(jobs: Iterable[Job]) -> list[tuple[Job, str]]:
    """Return the jobs with a warning in their documents, and the warnings."""
    warnings = ((job, doubts.warning(read_document(str(job.directory)))) for job in jobs)
    return [(job, why) for job, why in warnings if why]


class _Tally:
    """Counts jobs by state, and estimates the remaining time."""

    def __init__(
        self, console: Console, jobs: Sequence[Job], clock: Seconds = time.monotonic
    ) -> None:
        self._console, self._jobs, self._clock = console, len(jobs), clock
        self._forecast = Forecast(jobs, clock)
        self._ended: Counter[str] = Counter()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Exclude the time in this context from the estimate."""
        begun = self._clock()
        yield
        self._forecast.pause(self._clock() - begun)

    def _count(self, running: Running, code: int) -> None:
        self._forecast.end(running, code)
        if code != DONE or running.operation == running.job.operations[-1]:
            self._ended[_ENDS.get(code, "failed")] += 1

    def _summary(self, running: Sequence[Running]) -> str:
        """Return a summary of the progress of all jobs."""
        waiting = self._jobs - self._ended.total() - len({one.job.id for one in running})
        parts = [f"{self._ended['done']} of {count(self._jobs, 'job')} done"]
        parts += [f"{number} {how}" for how, number in self._ended.items() if how != "done"]
        parts.append(f"{len(running)} running")
        if waiting:
            parts.append(f"{waiting} waiting")
        if speed := sum(one.rate for one in running if one.steps):
            parts.append(f"{_speed(speed)} steps/s")
        seconds = self._forecast.seconds(running)
        if seconds is not None:
            parts.append(f"about {duration(seconds)} left")
        return ", ".join(parts)


class Lines(_Tally, Closing):
    """Lines for a log: one at the start and end of each operation, and one per minute."""

    def __init__(
        self, console: Console, jobs: Sequence[Job], clock: Seconds = time.monotonic
    ) -> None:
        super().__init__(console, jobs, clock)
        self._last = clock()

    def close(self) -> None:
        """Do nothing."""

    def begin(self, running: Running) -> None:
        """Print that an operation has started."""
        self.note(f"{running.job.label}: {running.operation} starts ({running.job.id[:8]})")

    def show(self, running: Iterable[Running]) -> None:
        """Print a line once a minute."""
        running = list(running)
        summary = self._summary(running)  # also updates the forecast
        if self._clock() - self._last < LINE_SECONDS:
            return
        self._last = self._clock()
        jobs = []
        for one in running[:NAMED]:
            parts = [f"{one.job.label} at {one.share:.0%} of {one.operation}"]
            if one.steps:
                parts += [f"{_speed(one.rate)} steps/s", f"{_time_left(one)} left"]
            if one.wires is not None:
                parts.append(f"mean wire length {_wires(one)}")
            jobs.append(", ".join(parts))
        if len(running) > NAMED:
            jobs.append(f"{len(running) - NAMED} more")
        self.note("; ".join([summary, *jobs]))

    def end(self, running: Running, code: int) -> None:
        """Print how an operation ended."""
        self._count(running, code)
        self.note(_ending(running, code, self._clock()))

    def note(self, text: str) -> None:
        """Print a line with the time."""
        self._console.print(
            f"{time.strftime('%H:%M:%S')} {text}", highlight=False, markup=False, soft_wrap=True
        )


class LiveTable(_Tally):
    """Table with a row per running job, a summary below, and a line above for each ended job."""

    def __init__(self, console: Console, jobs: Sequence[Job]) -> None:
        from rich.live import Live

        super().__init__(console, jobs)
        self._running: list[Running] = []
        self._live = Live(
            console=console, get_renderable=self.table, transient=True, refresh_per_second=4
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Release the terminal in this context."""
        self._live.stop()
        try:
            with super().released():
                yield
        finally:
            self._live.start()

    def begin(self, running: Running) -> None:
        """Do nothing: the row appears at the next refresh."""

    def show(self, running: Iterable[Running]) -> None:
        """Set the jobs that the table shows."""
        self._running = list(running)

    def end(self, running: Running, code: int) -> None:
        """Print a line above the table if the job has ended or has a warning."""
        self._count(running, code)
        last = running.operation == running.job.operations[-1]
        if code != DONE or last or running.warning:
            style = "yellow" if code in (STOPPED, HELD) or running.warning else ""
            style = style if code in _ENDS else "bold red"
            self.note(_ending(running, code, self._clock()), style)

    def note(self, text: str, style: str = "") -> None:
        """Print a line above the table."""
        self._live.console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)

    def table(self) -> RenderableType:
        """Return the current table."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        running = self._running
        bars = self._console.width >= _WIDE  # otherwise the labels need the space
        room = self._console.width - (_OTHERS + _BAR if bars else _OTHERS)
        lines = max((-(-len(one.job.label) // max(1, room)) for one in running), default=1)
        rows = max(1, (self._console.height - _BORDER) // lines)
        shown = running if len(running) <= rows else running[: rows - 1]
        table = Table(box=None, expand=True, pad_edge=False, header_style="dim")
        table.add_column("job", ratio=1, overflow="fold")  # a shortened label may lack a key
        table.add_column("stage", min_width=11, no_wrap=True)
        if bars:
            table.add_column("", width=10)
        for heading, width in (("%", 3), ("steps/s", 7), ("time left", 9), ("wires", 5)):
            table.add_column(heading, justify="right", min_width=width, no_wrap=True)
        for one in shown:
            bar = ProgressBar(total=one.total or None, completed=one.step, width=10)
            table.add_row(
                Text(one.job.label),
                one.stage or "starts",
                *([bar] if bars else []),
                f"{100 * one.share:.0f}",
                _speed(one.rate) if one.steps else "",
                _time_left(one),
                _wires(one),
            )
        if len(shown) < len(running):
            table.add_row(f"... and {len(running) - len(shown)} more")
        return Group(table, Text(self._summary(running), style="bold"))
