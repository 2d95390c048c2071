"""Registry of what ``make bench`` and ``make bench-gpu`` measure.

An item is a module of this folder with

- ``TITLE`` and ``ABOUT``: heading, and text above the table;
- ``rows(quick=False)``: yields the rows of one pass, each a dict. Text labels a row; numbers are
  measured, or label it if their column is in ``LABELS``;
- ``LABELS`` (optional): names of columns of numbers that label a row, such as the bodies;
- ``FIGURE`` (optional): a :class:`~benchmarks.figures.Figure`;
- ``PASSES`` (optional): number of passes, 3 by default. Passes of all items alternate;
- ``MINUTES`` (optional): time limit of all passes, :data:`MINUTES` by default. A quick measurement
  has :data:`QUICK_MINUTES`. What is measured until then is written, with a note.

Items for a GPU have ``rows(quick=False, device="gpu")``. An item that cannot run here raises
:class:`~benchmarks.earlier.Unavailable` with the reason. A new item is a line in :data:`ITEMS`, and
``python -m benchmarks.NAME`` runs it alone (:func:`benchmarks.bench.alone`).
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

ITEMS = (
    "gains",
    "gains_large",
    "time_to_wires",
    "cutoff",
    "mesh_choice",
    "overhead",
    "workstation",
    "compare",
    "frames_over_cores",
    "aggregates",
    "rows",
)
"""Modules that `make bench` runs, in the order of the results."""

GPU_ITEMS = ("gpu_engines", "gpu_jobs", "gpu_component")
"""Modules that `make bench-gpu` runs."""

MINUTES, QUICK_MINUTES = 10.0, 3.0
"""Time limits of an item."""


def module_of(name: str) -> ModuleType:
    """Return the module of an item."""
    return import_module(f"benchmarks.{name}")


def labels_of(module: ModuleType) -> tuple[str, ...]:
    """Return the columns of numbers that label a row of an item."""
    return getattr(module, "LABELS", ())


def time_limit(module: ModuleType, quick: bool) -> float:
    """Return the time that all passes of an item may take, s."""
    minutes = QUICK_MINUTES if quick else getattr(module, "MINUTES", MINUTES)
    return 60.0 * float(minutes)
