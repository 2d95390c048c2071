"""The live display of a run, and messages from its processes."""

from __future__ import annotations

import io
import os
from multiprocessing import Pipe
from pathlib import Path

import pytest
from rich.console import Console

from janus_md.running.workstation.display import Lines, LiveTable
from janus_md.running.workstation.forecast import Forecast, duration
from janus_md.running.workstation.processes import Job, Running


def some(number: int) -> list[Running]:
    """Running jobs with increasing progress; the first one has just started."""
    found = []
    for k in range(number):
        label = f"R-Au-Cu, \N{GREEK SMALL LETTER EPSILON} {1 + k / 8:g}, T 298.15, replica {k}"
        job = Job(f"{k:032x}", Path(), label, ("simulate", "analyze"), 216)
        one = Running(job, "simulate", None, 0, Path())  # type: ignore[arg-type]
        if k > 0:
            one.stage, one.step, one.total = "produce", 1000 * k, 82_000
            one.rate, one.wires = 1234.5, 1.0 + k / 4
        found.append(one)
    return found


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal(width: int) -> None:
    running = some(40)
    console = Console(file=io.StringIO(), width=width, height=24, force_terminal=True)
    display = LiveTable(console, [one.job for one in some(60)])
    display.show(running)
    lines = console.render_lines(display.table(), pad=False)
    texts = ["".join(segment.text for segment in line).rstrip() for line in lines]
    assert len(texts) <= 24
    assert all(len(text) <= width for text in texts)
    assert texts[0].split() == ["job", "stage", "%", "steps/s", "time", "left", "wires"]
    assert texts[1].startswith("R-Au-Cu, \N{GREEK SMALL LETTER EPSILON} 1, T 2")
    # 81000 steps at 1234.5 per second are 65.6 s.
    second = [text for text in texts if text.startswith("R-Au-Cu")][1]
    assert second.split()[-4:] == ["1", "1234", "1:06", "1.2"]
    shown = sum(text.startswith("R-Au-Cu") for text in texts)  # a row has two lines at 80 columns
    assert shown >= 8
    assert texts[-2] == f"... and {40 - shown} more"
    assert texts[-1].startswith("0 of 60 jobs done, 40 running, 20 waiting, 48146 steps/s")


def test_long_labels_are_wrapped_and_not_shortened() -> None:
    running = some(40)
    for one in running:
        object.__setattr__(one.job, "label", f"{one.job.label}, {'key 0.12345, ' * 3}last 7")
    console = Console(file=io.StringIO(), width=80, height=24, force_terminal=True)
    display = LiveTable(console, [one.job for one in running])
    display.show(running)
    lines = console.render_lines(display.table(), pad=False)
    texts = ["".join(segment.text for segment in line).rstrip() for line in lines]
    assert len(texts) <= 24
    assert all(len(text) <= 80 for text in texts)
    shown = sum(text.count("replica") for text in texts)
    assert shown >= 4
    assert " ".join(texts).count("last 7") == shown
    assert "\N{HORIZONTAL ELLIPSIS}" not in "".join(texts)
    assert texts[-2] == f"... and {40 - shown} more"


def test_ended_jobs_are_counted_and_failures_stay_visible() -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, height=24, force_terminal=True)
    running = some(3)
    with LiveTable(console, [one.job for one in running]) as display:
        display.show(running)
        display.end(running[0], 0)
        running[1].message = "the numbers blew up"
        display.end(running[1], 1)
        display.show(running[2:])
        analysis = Running(running[0].job, "analyze", None, 0, Path())  # type: ignore[arg-type]
        display.end(analysis, 0)
        display.show(running[2:])
        sums = "".join(seg.text for seg in console.render_lines(display.table(), pad=False)[-1])
    assert sums.startswith("1 of 3 jobs done, 1 failed, 1 running")
    assert "replica 1: simulate failed after 0:00: the numbers blew up" in out.getvalue()
    assert out.getvalue().count(" done after") == 1


def test_without_a_terminal_there_is_a_line_per_minute() -> None:
    now = 0.0
    out = io.StringIO()
    running = some(40)
    display = Lines(Console(file=out, width=80), [one.job for one in running], lambda: now)
    while now < 150:
        display.show(running)
        now += 0.25
    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert "0 of 40 jobs done, 40 running, 48146 steps/s" in lines[0]
    assert "replica 1 at 1% of simulate, 1234 steps/s, 1:06 left, mean wire length 1.2" in lines[0]
    assert lines[0].endswith("; 37 more")


def test_lines_on_the_pipe_may_arrive_in_pieces() -> None:
    reader, writer = Pipe(duplex=False)
    job = Job("id", Path(), "label", ("simulate", "analyze"))
    running = Running(job, "simulate", None, reader, Path())  # type: ignore[arg-type]
    told = b'{"stage": "produce", "step": 25, "total": 100, "rate": 5.0, "wires": 3.5}\n{"mess'
    os.write(writer.fileno(), told)
    assert running.read()
    assert (running.stage, running.share, running.message) == ("produce", 0.25, "")
    assert running.wires == 3.5
    os.write(writer.fileno(), b'age": "why"}\n')
    writer.close()
    assert running.read()
    assert running.message == "why"
    assert not running.read()
    reader.close()


def test_the_forecast_excludes_progress_of_earlier_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(
        "janus_md.running.workstation.forecast.WEIGHTS", {"simulate": 1.0, "analyze": 0.0}
    )
    jobs = [Job(str(k), Path(), "", ("simulate", "analyze")) for k in range(2)]
    forecast = Forecast(jobs, lambda: now)
    running = Running(jobs[0], "simulate", None, 0, Path())  # type: ignore[arg-type]
    assert forecast.seconds([running]) is None
    running.step, running.total = 50, 100  # goes on from a checkpoint in the middle
    assert forecast.seconds([running]) is None
    now, running.step = 10.0, 75
    # A quarter took 10 s; a quarter and the whole other job are left: 50 s.
    assert forecast.seconds([running]) == pytest.approx(50.0)
    now = 20.0
    forecast.end(running, 0)
    assert forecast.seconds([]) == pytest.approx(40.0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3661, "1:01:01")]
)
def test_durations_are_formatted_like_clocks(seconds: float, text: str) -> None:
    assert duration(seconds) == text
