"""How fast jobs are together with one thread each, or with several: measured, once per machine.

For a kind of system, as many copies as the cores hold run at the same time, each in a process of
its own: with one thread, with two, and so on for as long as that makes them faster in sum.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

from janus_md.common import cache as measured
from janus_md.simulation.walltime import seconds_needed
from janus_md.study.resolve import setup_of

WORTH_SECONDS = 3600.0
"""Wall time of one core, as estimated beforehand, that all jobs of a kind must need together, so
that it is worth a trial of some ten seconds."""

TRIAL_SECONDS = 2.0
"""Time for which the copies run."""

LEAST_SECONDS = 300.0
"""Wall time that must be left for a trial: it does not end early."""

READY = "ready"

CACHE = "threads"
"""Name of the file of what was measured."""

Measure = Callable[[dict[str, Any], int, int], float]
"""``measure(statepoint, copies, threads)``: their sum of steps per second."""


def kind_of(statepoint: Mapping[str, Any]) -> str:
    """What the speed of a state point depends on, as a text."""
    keys = ("model", "n_bodies", "volume_fraction", "electrostatics")
    return json.dumps({key: statepoint.get(key) for key in keys}, sort_keys=True)


def speeds_by_threads(
    statepoint: dict[str, Any], cores: int, jobs: int, measure: Measure
) -> dict[int, float]:
    """Speed of one job by its number of threads, beside as many others as the cores hold.

    Parameters
    ----------
    statepoint : dict
        What is simulated.
    cores : int
        Cores that may be used.
    jobs : int
        Jobs that there are: no more copies run.
    measure : callable
        Measures copies that run at the same time.

    Returns
    -------
    dict of int to float
        Steps per second of a single copy; the numbers of threads are powers of two and `cores`.
        It ends with the first number that makes the sum smaller.
    """
    found: dict[int, float] = {}
    numbers = [2**k for k in range(cores.bit_length()) if 2**k <= cores]
    best = 0.0
    for threads in sorted({*numbers, cores}):
        copies = max(1, min(jobs, cores // threads))
        total = measure(statepoint, copies, threads)
        found[threads] = total / copies
        if total < best:
            break
        best = total
    return found


def machine_name(cores: int) -> str:
    """What tells this machine from others: its processor and how many cores are used."""
    return f"{measured.processor()}, {cores} cores"


def recall(cores: int) -> dict[str, dict[int, float]]:
    """Read what was measured on this machine, by kind; entries that make no sense are left out."""
    known = {}
    for kind, speeds in measured.recall(machine_name(cores), measured.cache_file(CACHE)).items():
        with suppress(ValueError, TypeError, AttributeError):
            known[kind] = {int(threads): float(speed) for threads, speed in speeds.items()}
    return known


def keep(cores: int, kind: str, speeds: Mapping[int, float]) -> None:
    """Keep what was measured for another time."""
    texts = {str(threads): speed for threads, speed in speeds.items()}
    measured.keep(machine_name(cores), kind, texts, measured.cache_file(CACHE))


def is_quiet(cores: int) -> bool:
    """Whether others leave the machine alone: else what is measured holds for now, not for ever."""
    return os.getloadavg()[0] < 0.5 * cores


def measure_copies(
    statepoint: dict[str, Any],
    copies: int,
    threads: int,
    *,
    candidates: Sequence[tuple[str, str]],
    chosen: dict[str, Any],
) -> float:
    """Sum of steps per second of `copies` that run at the same time; 0 where one fails.

    `chosen` keeps what runs, with its mesh, from one call to the next: the ``fastest`` of the
    engines with one thread, ``lammps`` with several.
    """
    if not chosen:
        with ExitStack() as stack:
            process = _start(stack, {"statepoint": statepoint, "candidates": candidates}, 1)
            assert process.stdout is not None
            chosen |= json.loads(process.stdout.readline() or "{}")
    if not chosen:
        return 0.0
    execution = chosen["fastest" if threads == 1 else "lammps"]
    order = {"statepoint": statepoint, "execution": execution | {"threads": threads}}
    with ExitStack() as stack:
        running = [_start(stack, order, threads) for _ in range(copies)]
        for one in running:
            assert one.stdout is not None
            if one.stdout.readline().strip() != READY:
                return 0.0
        for one in running:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        return sum(float(one.stdout.readline() or 0.0) for one in running if one.stdout)


def speeds_of(
    statepoints: Mapping[str, dict[str, Any]],
    cores: int,
    most: int,
    candidates: Sequence[tuple[str, str]],
    tell: Callable[[str], None],
) -> dict[str, dict[int, float]]:
    """Find the speeds of jobs by threads, as far as that is worth a trial or known from one.

    Parameters
    ----------
    statepoints : mapping of str to dict
        State points of jobs that are to be simulated, by id.
    cores : int
        Cores that they share.
    most : int
        Jobs at a time at most.
    candidates : sequence of (str, str)
        Engines and devices that may run them.
    tell : callable
        Is told what is measured.

    Returns
    -------
    dict of str to dict
        Speeds by number of threads, by job; jobs that are left out get one thread.
    """
    # Of the engines, LAMMPS alone has threads.
    if cores < 2 or ("lammps", "cpu") not in candidates:
        return {}
    kinds: dict[str, list[str]] = {}
    for job, statepoint in statepoints.items():
        kinds.setdefault(kind_of(statepoint), []).append(job)
    known = recall(cores)
    found: dict[str, dict[int, float]] = {}
    for kind, jobs in kinds.items():
        statepoint = statepoints[jobs[0]]
        setup = setup_of(statepoint)
        if setup.bath.method == "brownian":  # HOOMD-blue alone has it
            continue
        if kind not in known:
            if len(jobs) * seconds_needed(setup) < WORTH_SECONDS:
                continue
            tell(f"measuring how many threads serve systems of {setup.n_bodies} bodies ...")
            chosen: dict[str, Any] = {}
            quiet = is_quiet(cores)
            measure = partial(measure_copies, candidates=candidates, chosen=chosen)
            speeds = speeds_by_threads(statepoint, cores, min(most, len(jobs)), measure)
            if not all(speeds.values()):  # the jobs will say what is wrong
                continue
            if quiet:
                keep(cores, kind, speeds)
            known[kind] = speeds
            told = ", ".join(f"{speed:.4g} with {n}" for n, speed in speeds.items())
            tell(f"steps/s of one such job by its threads, all cores in use: {told}")
        found |= dict.fromkeys(jobs, known[kind])
    return found


def _start(stack: ExitStack, order: dict[str, Any], threads: int) -> subprocess.Popen[str]:
    """Start a copy; it ends with `stack` at the latest."""
    process = subprocess.Popen(
        [sys.executable, "-m", "janus_md.running.workstation.thread_trial"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=os.environ | {"OMP_NUM_THREADS": str(threads)},
    )
    stack.enter_context(process)
    stack.callback(process.kill)
    assert process.stdin is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    return process


def _main() -> None:
    """Do what the line on standard input says: choose meshes, or run as a copy."""
    from janus_md.engines import load
    from janus_md.simulation.choice import choose_once
    from janus_md.simulation.execution import device_of, gentle_step, mesh_of
    from janus_md.simulation.start.first_state import build

    order = json.loads(sys.stdin.readline())
    setup = setup_of(order["statepoint"])
    system = build(setup)
    if "candidates" in order:
        fastest = lammps = choose_once(setup, system, order["candidates"], 1, 0)
        if fastest["engine"] != "lammps":
            lammps = choose_once(setup, system, [("lammps", "cpu")], 1, 0)
        print(json.dumps({"fastest": fastest, "lammps": lammps}), flush=True)
        return
    execution = order["execution"]
    simulation = load(execution["engine"]).start(
        system,
        setup.bath,
        gentle_step(setup),
        mesh_of(execution),
        seed=1,
        device=device_of(execution),
    )
    simulation.advance(20)
    print(READY, flush=True)
    sys.stdin.readline()
    begun, steps, piece = time.perf_counter(), 0, 10
    while time.perf_counter() - begun < TRIAL_SECONDS:
        simulation.advance(piece)
        steps += piece
        piece = max(1, int(0.1 * steps / (time.perf_counter() - begun)))
    print(steps / (time.perf_counter() - begun), flush=True)
    simulation.close()


if __name__ == "__main__":
    _main()
