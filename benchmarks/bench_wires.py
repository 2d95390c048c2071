"""compare.py with pytest-benchmark: ``python -m pytest benchmarks/bench_wires.py``."""

from __future__ import annotations

import pytest

from benchmarks.contenders import CONTENDERS
from benchmarks.frames_of_wires import wires_of_twenty

pytest.importorskip("pytest_benchmark")


@pytest.mark.parametrize("size", [1_000, 10_000, 100_000])
@pytest.mark.parametrize("name", CONTENDERS)
def test_time_of_a_frame(benchmark, name, size):
    """Measure the time of one contender for one frame."""
    benchmark.group = f"{size} bodies"
    frame = wires_of_twenty(size)
    try:
        CONTENDERS[name](frame)
    except ImportError as error:
        pytest.skip(str(error))
    benchmark(CONTENDERS[name], frame)
