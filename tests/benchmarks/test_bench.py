"""The driver of the benchmarks."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks import (
    bench,
    gpu_component,
    gpu_engines,
    gpu_jobs,
    items,
    limited,
    results,
    tables,
    time_to_wires,
)
from benchmarks.figures import Figure, points
from tests.conftest import wait_for
from tests.running.workstation.test_runner import running


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items for a GPU with few bodies and short measurements."""
    for module in (gpu_engines, gpu_jobs, gpu_component):
        monkeypatch.setattr(module, "SECONDS", 0.2)
    monkeypatch.setattr(gpu_engines, "SIZES", (8,))
    monkeypatch.setattr(gpu_engines, "MODELS", ("sphere",))
    monkeypatch.setattr(gpu_jobs, "SIZES", (8,))
    monkeypatch.setattr(gpu_component, "SIZES", (125,))
    monkeypatch.setattr(gpu_component, "MODELS", ("sphere",))
    monkeypatch.setattr(gpu_jobs, "JOBS", (2,))


def usable(engine: str) -> None:
    if engine not in bench_engines():
        pytest.skip(f"{engine} is not installed")


def bench_engines() -> set[str]:
    from benchmarks.versions import installed

    return installed()


@pytest.mark.usefixtures("small")
def test_items_for_a_gpu_run_on_a_cpu_and_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usable("hoomd")
    out = tmp_path / "RESULTS_GPU.md"
    words = ["--gpu", "--device", "cpu", "--quick", "--out", str(out)]
    assert bench.main([*words, "--only", "gpu_engines"]) == 0
    text = out.read_text(encoding="utf-8")
    rows = re.findall(r"^\| sphere \| hoomd, one core \| (\d+) \| ([\d,.]+) \|$", text, re.M)
    assert [bodies for bodies, _ in rows] == ["8"]
    assert all(float(speed.replace(",", "")) > 0 for _, speed in rows)
    assert "## Jobs per GPU" not in text
    assert "janus-md 0." in text
    assert "one short pass" in text
    image = tmp_path / "images" / "gpu_engines.png"
    assert image.stat().st_size < 60_000

    # another item is added; the section of the first one is kept
    assert bench.main([*words, "--only", "gpu_jobs"]) == 0
    both = out.read_text(encoding="utf-8")
    section = text.partition("<!-- begin gpu_engines -->")[2].partition("<!-- end")[0]
    assert section in both
    assert re.search(r"^\| 8 \| 2 \| [\d,.]+ \|$", both, re.M)
    assert both.index("## Engine by size") < both.index("## Jobs per GPU")


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_the_component_is_measured_beside_hoomd_alone() -> None:
    usable("hoomd")
    if gpu_component.find_component() is None:
        pytest.skip("the component is not installed")
    found = list(gpu_component.rows(device="cpu"))
    assert [row["method"] for row in found] == list(gpu_component.METHODS)
    speeds = {row["method"]: row["steps/s"] for row in found}
    assert speeds["component, cutoff"] > 1.2 * speeds["HOOMD-blue, PPPM"] > 0


def test_without_a_gpu_it_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if bench.has_gpu():
        pytest.skip("there is a GPU")
    out = tmp_path / "RESULTS_GPU.md"
    assert bench.main(["--gpu", "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("bench-gpu: no installed engine can use a GPU here")
    assert told.count("\n") == 1
    assert not out.exists()


def test_an_unknown_item_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--only", "speed"]) == 2
    told = capsys.readouterr().err
    assert told == f"--only: 'speed' is not an item; allowed are {', '.join(items.ITEMS)}\n"


@pytest.mark.parametrize("name", [*items.ITEMS, *items.GPU_ITEMS])
def test_every_item_has_what_the_driver_needs(name: str) -> None:
    module = items.module_of(name)
    assert module.TITLE
    assert module.ABOUT
    assert callable(module.rows)


def test_passes_are_combined_to_median_and_range() -> None:
    rows = [{"engine": "lammps", "bodies": 8, "speed": speed} for speed in (100.0, 130.0, 110.0)]
    rows.append({"engine": "hoomd", "bodies": 8, "speed": 50.0})
    table = tables.merged(rows, ["bodies"])
    assert [[tables.told(value) for value in row.values()] for row in table] == [
        ["lammps", "8", "110 (100 to 130)"],
        ["hoomd", "8", "50.0"],
    ]


def test_rows_are_read_back_from_their_table() -> None:
    measured = [
        {"engine": "lammps (PPPM)", "bodies": 10_000, "ns": 0.5, "speed": speed, "gain": None}
        for speed in (1000.0, 1300.0, 1100.0)
    ]
    text = tables.table(measured, ["bodies", "ns"])
    assert text.splitlines()[2] == "| lammps (PPPM) | 10,000 | 0.5 | 1,100 (1,000 to 1,300) | - |"
    (found,) = tables.rows_of(f"## Speed\n\nOf what.\n\n{text}\n\nA processor.", ["bodies", "ns"])
    assert found == {
        "engine": "lammps (PPPM)",
        "bodies": 10_000,
        "ns": 0.5,
        "speed": [1000.0, 1100.0, 1300.0],
        "gain": None,
    }


def test_points_have_medians_and_ranges_and_a_series_each() -> None:
    table = [
        {
            "engine": "lammps",
            "bodies": 216,
            "old / s": [3.0, 5.0, 4.0],
            "new / s": [2.0],
            "low": [1],
        },
        {"engine": "hoomd", "bodies": 216, "old / s": None, "new / s": [1.5], "low": [1.0]},
    ]
    figure = Figure(x="{engine}, {bodies} bodies", y=("old / s", "new / s"))
    assert [(p.place, p.name, p.low, p.value, p.high) for p in points(table, figure)] == [
        ("lammps, 216 bodies", "old", 3.0, 4.0, 5.0),
        ("lammps, 216 bodies", "new", 2.0, 2.0, 2.0),
        ("hoomd, 216 bodies", "new", 1.5, 1.5, 1.5),
    ]
    chosen = Figure("bodies", "new / s", only=("engine", ("hoomd",)), limits=("low", "low"))
    assert [(p.place, p.low, p.value) for p in points(table, chosen)] == [(216.0, 1.0, 1.5)]


def test_figures_are_drawn_again_from_the_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "RESULTS.md"
    section = "## Overhead of a run\n\nOf what.\n\n{}A processor; 3 minutes."
    table = "| engine | bodies | ratio | least ratio | largest ratio |\n|---|---|---|---|---|\n"
    table += "| lammps | 216 | 1.02 | 1.01 | 1.03 |\n\n"
    text = f"<!-- begin overhead -->\n{section.format(table)}\n<!-- end overhead -->\n"
    by_hand = "<!-- begin tried -->\n| what |\n|---|\n| this |\n<!-- end tried -->\n"
    out.write_text(f"# Results\n{text}\n{by_hand}", encoding="utf-8")
    for _ in range(2):
        assert bench.main(["--figures", "--out", str(out)]) == 0
        assert capsys.readouterr().out == f"{out}: overhead\n"
        found = out.read_text(encoding="utf-8")
        link = "![Overhead of a run](images/overhead.png)\n\n"
        assert section.format(table + link) in found
        assert found.endswith(by_hand)
        assert [path.name for path in (tmp_path / "images").iterdir()] == ["overhead.png"]
    assert bench.main(["--figures", "--out", str(tmp_path / "missing.md")]) == 0
    assert not (tmp_path / "missing.md").exists()


def test_a_reason_is_written_instead_of_a_table(tmp_path: Path) -> None:
    module = SimpleNamespace(TITLE="Speed", ABOUT="Of what.", FIGURE=Figure(x="bodies", y="speed"))
    text = results.section(module, "speed", [], "LAMMPS is not installed", tmp_path)
    assert text == "## Speed\n\nOf what.\n\nNot measured: LAMMPS is not installed."
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def item(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], list[str]]:
    """Measure an item with these rows, and return the words of the driver."""

    def take(rows: Callable[..., Any]) -> list[str]:
        module = SimpleNamespace(TITLE="Speed", ABOUT="Of what.", LABELS=("bodies",), rows=rows)
        for user in (bench, limited):
            monkeypatch.setattr(user, "module_of", lambda _: module)
        return ["--only", "gains", "--quick"]

    return take


def test_an_item_is_stopped_with_its_processes_and_says_so(
    tmp_path: Path, item: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "QUICK_MINUTES", 0.05)
    note = tmp_path / "process"

    def rows(quick: bool) -> Iterator[dict[str, Any]]:
        yield {"bodies": 8, "speed": 100.0}
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        note.write_text(str(process.pid))
        process.wait()
        yield {"bodies": 27, "speed": 30.0}

    out = tmp_path / "RESULTS.md"
    assert bench.main([*item(rows), "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "Not complete: stopped after 0.05 minutes." in text
    assert "| 8 | 100 |" in text
    assert "| 27 |" not in text
    wait_for(lambda: not running(int(note.read_text())))


def test_an_item_that_fails_does_not_stop_the_others(
    tmp_path: Path, item: Callable[..., list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    def rows(quick: bool) -> list[dict[str, Any]]:
        raise ValueError("no such mesh")

    out = tmp_path / "RESULTS.md"
    assert bench.main([*item(rows), "--out", str(out)]) == 0
    assert "Not measured: ValueError: no such mesh." in out.read_text(encoding="utf-8")
    assert "Traceback" in capfd.readouterr().err


def test_an_item_runs_alone_and_prints_its_table(
    item: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    item(lambda quick: [{"bodies": 8 if quick else 216, "speed": 100.0}])
    monkeypatch.setattr(sys, "argv", ["gains", "--quick"])
    assert bench.alone("gains") == 0
    assert capsys.readouterr().out == "| bodies | speed |\n|---|---|\n| 8 | 100 |\n"


def test_crossing_is_interpolated_in_the_mean_over_runs() -> None:
    times = np.arange(4.0)
    values = np.array([[1.0, 4.0, 8.0, 16.0], [1.0, 6.0, 10.0, 20.0], [1.0, 5.0, 9.0, 18.0]])
    middle = time_to_wires.crossing(times, values.mean(axis=0), 10.0)
    assert middle == pytest.approx(2.0 + 1.0 / 9.0)
    assert np.isnan(time_to_wires.crossing(times, values[0], 17.0))
    found, error = time_to_wires.crossing_with_error(times, values, 10.0)
    assert found == middle
    left_out = [
        time_to_wires.crossing(times, np.delete(values, k, 0).mean(0), 10) for k in range(3)
    ]
    assert error == pytest.approx(np.sqrt(2 / 3 * np.sum((left_out - np.mean(left_out)) ** 2)))
    assert error > 0


ORPHAN = """
import subprocess, sys
from multiprocessing import resource_tracker
from benchmarks.workstation import adopt_orphans, processors

adopt_orphans()
resource_tracker.ensure_running()
before = processors()
busy = "import time\\nwhile time.process_time() < 0.3: pass"
subprocess.run(["sh", "-c", '"$0" -c "$1" &', sys.executable, busy], check=True)
print(processors() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="orphans are adopted on Linux")
def test_the_cpu_time_of_orphans_is_counted_beside_a_process_that_stays() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ORPHAN], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout) >= 0.3
