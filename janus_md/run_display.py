"""What `janus-md run` shows: bars on a terminal, a line per minute without one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from janus_md.runner import Job, Running
from janus_md.worker import DONE, HELD, STOPPED

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

LINE_SECONDS = 60.0
"""Time between lines where there is no terminal."""

WEIGHTS = {"simulate": 1.0, "analyze": 0.03}
"""About how long the operations of a job take, beside one another."""

_ENDS = {DONE: "done", STOPPED: "stopped", HELD: "held"}


def duration(seconds: float) -> str:
    """Write a time as ``m:ss`` or ``h:mm:ss``."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Forecast:
    """When everything will be done, from the progress since the beginning."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._begun = time.monotonic()
        self._left = sum(WEIGHTS[name] for job in jobs for name in job.operations)
        self._first: dict[tuple[str, str], float] = {}
        self._gained = 0.0

    def end(self, running: Running, code: int) -> None:
        """Count an operation as over; where it failed, those that wait for it too."""
        operations = running.job.operations
        number = operations.index(running.operation)
        over = operations[number : number + 1] if code == DONE else operations[number:]
        self._left -= sum(WEIGHTS[name] for name in over)
        self._gained += WEIGHTS[running.operation] * (1.0 - self._first.get(running.key, 0.0))

    def seconds(self, running: Iterable[Running]) -> float | None:
        """Seconds left; None while there is too little to go by."""
        gained, left = self._gained, self._left
        for one in running:
            if one.total:
                # A job that goes on from a checkpoint has not earned its share now.
                first = self._first.setdefault(one.key, one.share)
                gained += WEIGHTS[one.operation] * (one.share - first)
                left -= WEIGHTS[one.operation] * one.share
        if gained < 0.02:
            return None
        return (time.monotonic() - self._begun) * left / gained


def _rest(running: Running) -> str:
    if running.rate <= 0 or not running.total:
        return ""
    return duration((running.total - running.step) / running.rate)


def _wires(running: Running) -> str:
    return "" if running.wires is None else f", mean wire length {running.wires:.1f}"


def _ending(running: Running, code: int) -> str:
    """One line about an operation that is over."""
    took = duration(time.monotonic() - running.begun)
    text = f"{running.job.label}: {running.operation} {_ENDS.get(code, 'failed')} after {took}"
    return text if code == DONE else f"{text}: {running.message}"


class Lines:
    """Lines for a log: one at the begin and end of an operation, and one per minute and job."""

    def __init__(self, console: Console, jobs: Sequence[Job]) -> None:
        self._console, self._forecast = console, Forecast(jobs)
        self._last = time.monotonic()

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is left to clean."""

    def begin(self, running: Running) -> None:
        """Print that an operation has begun."""
        self._print(f"{running.job.label}: {running.operation} begins ({running.job.id[:8]})")

    def show(self, running: Iterable[Running]) -> None:
        """Print a line per job once a minute."""
        running = list(running)
        seconds = self._forecast.seconds(running)
        if time.monotonic() - self._last < LINE_SECONDS:
            return
        self._last = time.monotonic()
        for one in running:
            told = [f"{one.stage or one.operation} {one.share:.0%}"]
            if one.rate > 0:
                told += [f"{one.rate:.0f} steps/s", f"{_rest(one)} left"]
            self._print(f"{one.job.label}: {', '.join(told)}{_wires(one)}")
        if seconds is not None:
            self._print(f"all: about {duration(seconds)} left")

    def end(self, running: Running, code: int) -> None:
        """Print how an operation ended."""
        self._forecast.end(running, code)
        self._print(_ending(running, code))

    def _print(self, text: str) -> None:
        self._console.print(
            f"{time.strftime('%H:%M:%S')} {text}", highlight=False, markup=False, soft_wrap=True
        )


class Bars:
    """A bar per running job, one for all of them, and a line above for each that ended."""

    def __init__(self, console: Console, jobs: Sequence[Job]) -> None:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
        from rich.table import Column

        def text(field: str, **column: Any) -> TextColumn:
            # Where the terminal is narrow, the names are cut, not the bars.
            return TextColumn(field, markup=False, table_column=Column(no_wrap=True, **column))

        self._forecast = Forecast(jobs)
        self._progress = Progress(
            text("{task.description}", ratio=1),
            text("{task.fields[stage]}", min_width=10),
            BarColumn(bar_width=14, table_column=Column(min_width=14)),
            TaskProgressColumn(table_column=Column(min_width=4)),
            text("{task.fields[rate]}", justify="right", min_width=12),
            text("{task.fields[rest]}", justify="right", min_width=9),
            console=console,
            expand=True,
        )
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._ended, self._operations = 0, sum(len(job.operations) for job in jobs)
        self._all = self._progress.add_task("", total=self._operations, stage="", rate="", rest="")

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begin(self, running: Running) -> None:
        """Add a bar."""
        self._tasks[running.key] = self._progress.add_task(
            running.job.label, total=None, stage=running.operation, rate="", rest=""
        )

    def show(self, running: Iterable[Running]) -> None:
        """Move the bars."""
        running = list(running)
        for one in running:
            rest = _rest(one)
            self._progress.update(
                self._tasks[one.key],
                completed=one.step,
                total=one.total or None,
                # While wires grow, their mean length says more than the name of the stage.
                stage=one.stage or one.operation if one.wires is None else f"wires {one.wires:.1f}",
                rate=f"{one.rate:.0f} steps/s" if one.rate > 0 else "",
                rest=f"{rest} left" if rest else "",
            )
        seconds = self._forecast.seconds(running)
        self._progress.update(
            self._all,
            completed=self._ended + sum(one.share for one in running),
            description=f"{self._ended} of {self._operations} operations",
            rest="" if seconds is None else f"{duration(seconds)} left",
        )

    def end(self, running: Running, code: int) -> None:
        """Replace the bar by a line."""
        self._forecast.end(running, code)
        self._ended += 1
        self._progress.remove_task(self._tasks.pop(running.key))
        self._progress.console.print(
            _ending(running, code), highlight=False, markup=False, soft_wrap=True
        )
