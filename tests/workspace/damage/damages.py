"""Kinds of damage to a job, with the expected messages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from janus_md.workspace.documents import DOCUMENT
from janus_md.workspace.records import STATE_POINT

Damage = Callable[[Path], None]


def write(name: str, content: bytes) -> Damage:
    """Replace the contents of a file."""
    return lambda job: (job / name).write_bytes(content) and None


def cut(name: str) -> Damage:
    """Truncate a file in the middle, as on a full disk."""
    return lambda job: (job / name).write_bytes((job / name).read_bytes()[: -200 or None]) and None


def edit(**changes: Any) -> Damage:
    """Set values in the document; dotted keys address nested maps."""

    def change(job: Path) -> None:
        path = job / DOCUMENT
        document = json.loads(path.read_text())
        for key, value in changes.items():
            *above, last = key.split("__")
            place = document
            for name in above:
                place = place.setdefault(name, {})
            place[last] = value
        path.write_text(json.dumps(document))

    return change


def without(*keys: str) -> Damage:
    """Remove a value from the document."""

    def change(job: Path) -> None:
        document = json.loads((job / DOCUMENT).read_text())
        place = document
        for key in keys[:-1]:
            place = place[key]
        del place[keys[-1]]
        (job / DOCUMENT).write_text(json.dumps(document))

    return change


def folder(name: str) -> Damage:
    """Replace a file by a folder."""

    def change(job: Path) -> None:
        (job / name).unlink()
        (job / name).mkdir()

    return change


def removed(name: str) -> Damage:
    return lambda job: (job / name).unlink()


def edited_statepoint(job: Path) -> None:
    path = job / STATE_POINT
    path.write_text(path.read_text().replace('"temperature": 298.15', '"temperature": 310.0'))


def a_file(job: Path) -> None:
    shutil.rmtree(job)
    job.write_text("moved to the archive")


def a_link_to_nothing(job: Path) -> None:
    shutil.rmtree(job)
    job.symlink_to("/nowhere/at/all")


def a_loop(job: Path) -> None:
    shutil.rmtree(job)
    job.symlink_to(job)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "state point empty": (write(STATE_POINT, b""), "missing or damaged"),
    "state point cut": (write(STATE_POINT, b'{"particle": "R-A'), "missing or damaged"),
    "state point gone": (removed(STATE_POINT), "missing or damaged"),
    "state point a list": (write(STATE_POINT, b"[1, 2]"), "missing or damaged"),
    "state point not UTF-8": (write(STATE_POINT, b'{"a": "\xff"}'), "missing or damaged"),
    "state point deep": (write(STATE_POINT, b"[" * 100_000), "missing or damaged"),
    "state point a folder": (folder(STATE_POINT), "Is a directory"),
    "state point edited": (edited_statepoint, "does not belong to this folder"),
    "job a file": (a_file, "is a file, but must be a folder"),
    "job a broken link": (a_link_to_nothing, "is a link to a folder that does not exist"),
    "job a loop": (a_loop, "cannot be read"),
    "document empty": (write(DOCUMENT, b""), "it is not JSON"),
    "document cut": (cut(DOCUMENT), "it is not JSON"),
    "document not UTF-8": (write(DOCUMENT, b'{"a": "\xe9"}'), "it is not JSON"),
    "document deep": (write(DOCUMENT, b'{"a":' * 100_000), "it is not JSON"),
    "document a list": (write(DOCUMENT, b'["analysis"]'), '["analysis"] must be a map'),
    "document null": (write(DOCUMENT, b"null"), "null must be a map"),
    "document a folder": (folder(DOCUMENT), "Is a directory"),
    "failures a text": (edit(failures="twice"), 'failures: "twice" must be a whole number'),
    "failures null": (edit(failures=None), "failures: null must be a whole number"),
    "failures NaN": (edit(failures=float("nan")), "failures: NaN must be a whole number"),
    "failure null": (edit(failure=None), "failure: null must be a map"),
    "failure a text": (edit(failure="it blew up"), 'failure: "it blew up" must be a map'),
    "failure a list": (edit(failure=["it blew up"]), "must be a map"),
    "failure without words": (edit(failure={"step": 3}), "failure.message is missing"),
    "message a number": (edit(failure={"message": 3}), "failure.message: 3 must be a text"),
    "analysis a list": (edit(analysis=[1, 2]), "analysis: [1, 2] must be a map"),
    "analysis empty": (edit(analysis={}), "analysis.mean_n is missing"),
    "average missing": (without("analysis", "mean_n"), "analysis.mean_n is missing"),
    "average a number": (edit(analysis__mean_n=1.5), "analysis.mean_n: 1.5 must be a map"),
    "mean a text": (edit(analysis__mean_n__mean="1.5"), 'mean_n.mean: "1.5" must be a finite'),
    "mean NaN": (edit(analysis__mean_w__mean=float("nan")), "mean_w.mean: NaN must be a finite"),
    "mean infinite": (edit(analysis__mean_w__mean=float("inf")), "Infinity must be a finite"),
    "mean a list": (edit(analysis__longest__mean=[1]), "longest.mean: [1] must be a finite"),
    "error a text": (edit(analysis__mean_n__error="small"), 'mean_n.error: "small" must be'),
    "error negative": (edit(analysis__mean_n__error=-1), "mean_n.error: -1 must be a finite"),
    "huge": (edit(analysis__mean_n__mean=10**400), "mean_n.mean: 1000"),
    "execution a text": (edit(execution="lammps"), 'execution: "lammps" must be a map'),
    "execution null": (edit(execution=None), "execution: null must be a map"),
    "threads a text": (edit(execution__threads="two"), 'execution.threads: "two" must be'),
    "seconds a map": (edit(execution__seconds={}), "execution.seconds: {} must be"),
    "cutoff a number": (edit(execution__cutoff=7.0), "execution.cutoff: 7.0 must be a map or null"),
    "mesh a list": (edit(execution__mesh=[1]), "execution.mesh: [1] must be a map or null"),
    "heat a text": (edit(heat="cold"), 'heat: "cold" must be a map'),
    "heat not said": (edit(heat={"passed": "no"}), 'heat.passed: "no" must be true'),
    "scheduler a number": (edit(scheduler=17), "scheduler: 17 must be a map"),
    "scheduler without id": (edit(scheduler={"name": "x"}), "scheduler.id is missing"),
    "scheduler id null": (edit(scheduler={"id": None}), "scheduler.id: null must be a text"),
}


CUT: dict[str, Damage] = {
    "empty": write("frames.parquet", b""),
    "cut": cut("wires.parquet"),
    "cut at its beginning": write("rdf.parquet", b"PAR1"),
    "of something else": write("scattering.parquet", b"a text that is no table\n" * 9),
    "without its end": cut("structure.parquet"),
}
"""Damage to tables that is detected from the ends of the file."""


def zeroed(name: str) -> Damage:
    """Overwrite the first half of a file except its first bytes, as a bad disk does."""

    def change(job: Path) -> None:
        content = (job / name).read_bytes()
        half = len(content) // 2
        (job / name).write_bytes(content[:4] + bytes(half - 4) + content[half:])

    return change


INSIDE: dict[str, Damage] = {
    "frames.parquet": zeroed("frames.parquet"),
    "wires.parquet": zeroed("wires.parquet"),
    "rdf.parquet": zeroed("rdf.parquet"),
    "trajectory.gsd": write("trajectory.gsd", b"broken"),
}
"""Damage that is detected when the file is read, by file."""
