"""Run the benchmarks and write benchmarks/RESULTS.md: ``python -m benchmarks.bench``.

``--only NAME`` runs some items and replaces their sections; ``--quick`` makes one short pass.
``--figures`` draws the figures again from the tables, without a measurement.
``--gpu`` runs the items for a GPU instead, and writes benchmarks/RESULTS_GPU.md. Sections are
printed as well, and written as soon as their item is finished.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import results, tables
from benchmarks.items import GPU_ITEMS, ITEMS, labels_of, module_of, time_limit
from benchmarks.limited import Outcome, run_pass
from benchmarks.processes import keep_bytecode

FOLDER = Path(__file__).parent
PASSES = 3
"""Passes of an item that does not state them."""


def measure(
    names: Sequence[str], options: Mapping[str, Any]
) -> Iterator[tuple[str, Outcome, results.Circumstances]]:
    """Run the passes of all items in alternation; yield each item when it is finished.

    Parameters
    ----------
    names : sequence of str
        Items.
    options : mapping
        Arguments of their function ``rows``.
    """
    quick = bool(options["quick"])
    load = os.getloadavg()[0]
    modules = {name: module_of(name) for name in names}
    passes = {
        name: 1 if quick else getattr(module, "PASSES", PASSES) for name, module in modules.items()
    }
    found = {name: Outcome() for name in names}
    for number in range(max(passes.values(), default=0)):
        for name in names:
            outcome = found[name]
            if number >= passes[name] or outcome.reason:
                continue
            limit = time_limit(modules[name], quick)
            run_pass(name, options, outcome, limit)
            told = f"{name}, pass {number + 1} of {passes[name]}"
            print(f"{told}: {outcome.seconds:.0f} s in all", file=sys.stderr, flush=True)
            if number + 1 == passes[name] or outcome.reason:
                yield name, outcome, results.Circumstances.here(load, outcome.seconds, quick)


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
    parser.add_argument(
        "--figures", action="store_true", help="draw the figures again from the tables, and stop"
    )
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
    out = asked.out or FOLDER / ("RESULTS_GPU.md" if asked.gpu else "RESULTS.md")
    if asked.figures:
        print(f"{out}: {', '.join(results.redraw(out, names, list(known)))}")
        return 0
    if asked.gpu and asked.device == "gpu" and not has_gpu():
        print(
            "bench-gpu: no installed engine can use a GPU here (`janus-md doctor` lists engines "
            "and devices)",
            file=sys.stderr,
        )
        return 2
    options = {"quick": asked.quick} | ({"device": asked.device} if asked.gpu else {})
    for name, outcome, circumstances in measure(names, options):
        text = results.section(module_of(name), name, outcome.rows, outcome.reason, out.parent)
        results.write(out, {name: text}, circumstances, known)
        print(f"{text}\n", flush=True)
    print(f"{out}: {', '.join(names)}")
    return 0


def alone(name: str) -> int:
    """Run one item from the command line, in this process and without a time limit.

    The table is printed only.
    """
    module = module_of(name)
    parser = argparse.ArgumentParser(description=module.TITLE)
    parser.add_argument("--quick", action="store_true", help="a short measurement")
    keep_bytecode()
    rows = list(module.rows(quick=parser.parse_args().quick))
    print(tables.table(rows, labels_of(module)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
