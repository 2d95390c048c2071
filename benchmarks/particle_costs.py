"""Measure the cost of each particle: ``OMP_NUM_THREADS=1 python benchmarks/particle_costs.py``.

Writes janus_md/simulation/costs.yaml, which `janus-md catalog` prints: steps per second of CPU time
of 216 bodies at volume fraction 0.05, by engine. Particles named on the command line are measured
again, the others are kept if the machine and the versions are the same.
"""

from __future__ import annotations

import argparse
import datetime
import io
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from typing import Any

from ruamel.yaml import YAML

from janus_md.common.cache import processor
from janus_md.common.files import written_whole
from janus_md.engines import load, probe
from janus_md.simulation.cost import FILE, costs, steps_per_second
from janus_md.study.catalogue import catalog

HEAD = (
    "# Written by benchmarks/particle_costs.py: steps per second of CPU time, one core, 216\n"
    "# bodies at volume fraction 0.05, time step 0.1 ps. Nanoclusters: the model `sphere`, dry.\n"
)


def measured(name: str, engine: str, seconds: float) -> int | None:
    """Speed with three significant digits; None if the engine cannot run this particle."""
    try:
        alone = load(engine).without_component()  # as most users have HOOMD-blue
        return int(float(f"{steps_per_second(catalog.entry(name), alone, seconds):.3g}"))
    except Exception as error:  # the table has a gap there
        print(f"{name}, {engine}: {error}", file=sys.stderr)
        return None


def main(chosen: list[str], seconds: float) -> None:
    """Measure and write the file."""
    versions = {one.name: one.version for one in probe("auto") if one.installed}
    here = {"machine": processor(), "versions": versions}
    old = costs() if FILE.exists() else None
    same = old is not None and {"machine": old.machine, "versions": old.versions} == here
    rates: dict[str, dict[str, Any]] = dict(old.rates) if old is not None and same else {}
    entries = {name: catalog.entry(name) for name in catalog.names()}
    left = [
        name
        for name, entry in entries.items()
        if name in chosen or rates.get(name, {}).get("digest") != entry.digest()
    ]
    with ExitStack() as stack:
        # engines do not share a process
        pools = {
            engine: stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
            for engine in versions
        }
        tasks = {
            name: {
                engine: pool.submit(measured, name, engine, seconds)
                for engine, pool in pools.items()
            }
            for name in left
        }
        for name, of_engines in tasks.items():
            model = "sphere" if name in catalog.nanocluster_names() else None
            body = catalog.build(entries[name], model)
            found = {engine: task.result() for engine, task in of_engines.items()}
            speeds = {engine: rate for engine, rate in found.items() if rate is not None}
            rates[name] = {"digest": entries[name].digest(), "sites": len(body.types)} | speeds
            print(name, rates[name], flush=True)
            today = datetime.datetime.now(datetime.UTC).date().isoformat()
            data = here | {"date": today, "rates": dict(sorted(rates.items()))}
            text = io.StringIO()
            YAML(typ="safe", pure=True).dump(data, text)
            with written_whole(FILE) as partial:
                partial.write_text(HEAD + text.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="particles that are measured again")
    parser.add_argument("--seconds", type=float, default=1.0, help="CPU time of a measurement")
    asked = parser.parse_args()
    main(asked.names, asked.seconds)
