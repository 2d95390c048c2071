"""Damaged GSD files, by the hundred: an answer, an answer with a note, or one sentence.

    python -m tests.torture.damaged_gsd --cases 2000 --seed 1

One process has everything imported and forks another for each case, which has 10 s and 1 GB of its
own. A traceback, a signal, more time or more memory is a fault, and so is an answer without a note
that differs from that of the whole file though no value in it was changed.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Before NumPy: one thread each, and memory that is asked for when it is needed.
os.environ.update(OMP_NUM_THREADS="1", ARROW_DEFAULT_MEMORY_POOL="system", MALLOC_ARENA_MAX="2")

import numpy as np
import pandas as pd

import janus_md.cli.preloaded  # noqa: F401
from janus_md.analysis.pipeline.pipeline import analyze_file
from janus_md.analysis.series.thermolog import energy_per_body, susceptibility_of
from janus_md.common.errors import JanusError
from janus_md.simulation.files.checkpoint import Checkpoint, load
from janus_md.simulation.files.recorder import PARTIAL_LOG, PARTIAL_TRAJECTORY, Recorder
from tests.torture.damage import Harm, harm
from tests.torture.gsd_samples import Sample, samples

SECONDS, BYTES = 10.0, 1 << 30
GOOD = ("answer", "answer with a note", "sentence")


@dataclass(frozen=True)
class Outcome:
    """Result of a case: one of :data:`GOOD` or a fault, with the message."""

    kind: str
    said: str = ""
    rows: Any = None


def analyzed(sample: Sample, folder: Path) -> Outcome:
    """Analyse a trajectory."""
    summary = analyze_file(folder / sample.name, folder / "out")
    frames = pd.read_parquet(folder / "out" / "frames.parquet")
    notes = "; ".join(summary["notes"])
    json.dumps(summary)
    return Outcome("answer with a note" if notes else "answer", notes, frames.to_json())


def logged(sample: Sample, folder: Path) -> Outcome:
    """Average a log."""
    notes: list[str] = []
    log, beside = folder / sample.name, sample.beside
    found = [
        energy_per_body(log, beside / "frames.parquet", notes),
        susceptibility_of(log, beside / "trajectory.gsd", notes),
    ]
    kind = "answer with a note" if notes else "answer"
    return Outcome(kind, "; ".join(notes), json.dumps(found))


def resumed(sample: Sample, folder: Path) -> Outcome:
    """Continue from a checkpoint; rejected files must not change."""
    path = folder / sample.name
    before = path.read_bytes()
    for name in (PARTIAL_TRAJECTORY, PARTIAL_LOG):
        if name != sample.name:
            (folder / name).write_bytes((sample.beside / name).read_bytes())
    state = sample.state
    assert isinstance(state, Checkpoint)
    try:
        recorder = Recorder(folder, sample.point, state, sample.stage)
    except JanusError:
        if path.read_bytes() != before:
            return Outcome("changed", "a file that was refused is not as it was")
        raise
    digests, frames = recorder.digests, len(recorder)
    recorder.close()
    return Outcome("answer", rows=json.dumps([digests, frames]))


def loaded(sample: Sample, folder: Path) -> Outcome:
    """Read a checkpoint."""
    assert sample.state is not None
    found = load(folder / sample.name, sample.state.system)
    return Outcome("answer", rows=json.dumps([found.stage, found.done, found.digests]))


WORK: dict[str, Callable[[Sample, Path], Outcome]] = {
    "analyze": analyzed, "log": logged, "resume": resumed, "load": loaded,
}  # fmt: skip


def attempt(sample: Sample, folder: Path) -> Outcome:
    """Do the work of a sample in this process."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers that overflow
            return WORK[sample.work](sample, folder)
    except JanusError as error:
        said = str(error)
        if "\n" in said or sample.name not in said:
            return Outcome("no sentence", said)
        return Outcome("sentence", said)
    except BaseException:
        return Outcome("traceback", traceback.format_exc())


def data_bytes() -> int:
    """Bytes of this process's memory that RLIMIT_DATA counts."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) << 10
    return 0


def forked(sample: Sample, folder: Path) -> Outcome:
    """Do the work of a sample in a process of its own."""
    most = data_bytes() + BYTES
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        outcome = attempt(sample, folder)
        with os.fdopen(writer, "w") as pipe:
            json.dump([outcome.kind, outcome.said, outcome.rows], pipe)
        os._exit(0)
    os.close(writer)
    end, raw = time.monotonic() + SECONDS, b""
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], max(end - time.monotonic(), 0.0))
            if not ready:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return Outcome("too slow", f"more than {SECONDS:g} s")
            part = pipe.read(1 << 20)
            if not part:
                break
            raw += part
    _, status, used = os.wait4(child, 0)
    if os.WIFSIGNALED(status) or not raw:
        return Outcome("signal", f"status {status}")
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if (used.ru_maxrss - base) << 10 > BYTES:
        return Outcome("too large", f"{used.ru_maxrss >> 10} MiB")
    try:
        return Outcome(*json.loads(raw))
    except ValueError:
        return Outcome("signal", f"it ended while it answered: {raw[:200]!r}")


def judged(outcome: Outcome, whole: Outcome, done: Harm) -> Outcome:
    """Call it a fault where no value was changed and the answer differs without a note."""
    if outcome.kind == "answer" and done.structural and outcome.rows != whole.rows:
        return Outcome("silent", "another answer than that of the whole file, and no note")
    return outcome


def campaign(cases: int, seed: int, folder: Path) -> tuple[Counter[str], list[str]]:
    """Damage the samples in turn; return how often each came out, and the faults."""
    every = samples(folder / "whole")
    place = folder / "case"
    gc.freeze()  # a collection in a process that was forked would copy all of its memory
    expected: list[Outcome] = []
    counts: Counter[str] = Counter()
    faults: list[str] = []
    # Case 0 of each sample is the file as it is.
    for number in range(-len(every), cases):
        which = number % len(every)
        sample, rng = every[which], np.random.default_rng((seed, max(number, 0)))
        done = Harm("nothing", "nothing", 0, True)
        data = sample.data
        if number >= 0:
            data, done = harm(data, rng)
        place.mkdir()
        (place / sample.name).write_bytes(data)
        outcome = forked(sample, place)
        for path in sorted(place.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        place.rmdir()
        if number < 0:
            expected.append(outcome)
            if outcome.kind != "answer":
                faults.append(f"{sample.title}, undamaged: {outcome.kind}: {outcome.said}")
            continue
        outcome = judged(outcome, expected[which], done)
        counts[outcome.kind] += 1
        if outcome.kind not in GOOD:
            faults.append(
                f"{sample.title}, seed {seed}, case {number}: {done}: "
                f"{outcome.kind}: {outcome.said}"
            )
    gc.unfreeze()
    return counts, faults


def main() -> int:
    """Print how often each came out, and every fault."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="janus-md-damaged-") as name:
        counts, faults = campaign(given.cases, given.seed, Path(name))
    for fault in faults:
        print(fault)
    seconds = time.monotonic() - begun
    told = ", ".join(f"{kind}: {counts[kind]}" for kind in sorted({*GOOD, *counts}))
    print(f"{given.cases} damaged files, seed {given.seed}, {seconds:.0f} s: {told}")
    return 1 if faults else 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
