"""Run the benchmarks and write benchmarks/RESULTS.md: ``python -m benchmarks.bench``.

``--only NAME`` runs some items and replaces their sections; ``--quick`` makes one short pass.
``--gpu`` runs the items for a GPU instead, and writes benchmarks/RESULTS_GPU.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.earlier import Unavailable
from benchmarks.items import GPU_ITEMS, ITEMS, module_of

FOLDER = Path(__file__).parent
PASSES = 3
"""Passes of an item that does not state them."""

Rows = list[dict[str, Any]]


def measure(
    names: Sequence[str], quick: bool, device: str | None
) -> tuple[dict[str, Rows], dict[str, str]]:
    """Run the passes of all items in alternation.

    Parameters
    ----------
    names : sequence of str
        Items.
    quick : bool
        One short pass.
    device : str or None
        For items for a GPU: the device.

    Returns
    -------
    rows : dict
        Rows of all passes by item.
    reasons : dict
        Why an item was not measured.
    """
    rows: dict[str, Rows] = {name: [] for name in names}
    reasons: dict[str, str] = {}
    options: dict[str, Any] = {"quick": quick} | ({} if device is None else {"device": device})
    modules = {name: module_of(name) for name in names}
    passes = {
        name: 1 if quick else getattr(module, "PASSES", PASSES) for name, module in modules.items()
    }
    for number in range(max(passes.values(), default=0)):
        for name, module in modules.items():
            if number >= passes[name] or name in reasons:
                continue
            begin = time.monotonic()
            try:
                for row in module.rows(**options):
                    rows[name].append(row)
            except Unavailable as error:
                reasons[name] = str(error)
            told = f"{name}, pass {number + 1} of {passes[name]}"
            print(f"{told}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    return rows, reasons


def has_gpu() -> bool:
    """Whether an installed engine can use a GPU."""
    from janus_md.engines import probing

    return probing.ask().gpus > 0


def main(words: Sequence[str] | None = None) -> int:
    """Run the chosen items, and write their sections; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="items; all by default")
    parser.add_argument("--quick", action="store_true", help="one short pass of each item")
    parser.add_argument("--gpu", action="store_true", help="items for a GPU")
    parser.add_argument("--device", choices=("gpu", "cpu"), default="gpu", help="with --gpu")
    parser.add_argument("--out", type=Path, help="Markdown file; images are written beside it")
    asked = parser.parse_args(words)
    known = GPU_ITEMS if asked.gpu else ITEMS
    names = asked.only or list(known)
    if unknown := [name for name in names if name not in known]:
        print(
            f"--only: {unknown[0]!r} is not an item; allowed are {', '.join(known)}",
            file=sys.stderr,
        )
        return 2
    if asked.gpu and asked.device == "gpu" and not has_gpu():
        print(
            "bench-gpu: no installed engine can use a GPU here (`janus-md doctor` lists engines "
            "and devices)",
            file=sys.stderr,
        )
        return 2
    out = asked.out or FOLDER / ("RESULTS_GPU.md" if asked.gpu else "RESULTS.md")
    load = os.getloadavg()[0]
    begin = time.monotonic()
    rows, reasons = measure(names, asked.quick, asked.device if asked.gpu else None)
    about = results.About.here(load, time.monotonic() - begin, asked.quick)
    sections = {
        name: results.section(module_of(name), name, rows[name], reasons.get(name), out.parent)
        for name in names
    }
    results.write(out, sections, about, known)
    print(f"{out}: {', '.join(names)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
