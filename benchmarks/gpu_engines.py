"""Speed of HOOMD-blue on a device against the number of bodies, beside LAMMPS on one core."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from benchmarks.earlier import Unavailable
from benchmarks.figures import Figure
from benchmarks.processes import apart
from benchmarks.versions import installed

TITLE = "Engine by size"
ABOUT = """
Steps per second of R-Au-Cu at relative permittivity 1.25 and volume fraction 0.05, with the mesh
that is chosen for each engine and device.
"""
LABELS = ("bodies",)
PASSES = 1
FIGURE = Figure(x="bodies", y="steps/s", series=("model", "engine"), log="xy")

SIZES = (216, 1000, 4096, 10_000, 32_768, 100_000)
LARGEST_ON_CPU = 10_000
"""Largest number of bodies of the runs on one core."""
MODELS = ("sphere", "bladed")
SECONDS = 5.0
"""Duration of each measurement, s."""


def rows(quick: bool = False, device: str = "gpu") -> Iterator[dict[str, Any]]:
    """One pass: all models and sizes.

    Raises
    ------
    Unavailable
        If HOOMD-blue is not installed.
    """
    if "hoomd" not in installed():
        raise Unavailable("HOOMD-blue is not installed")
    for model, bodies in product(MODELS, SIZES[:2] if quick else SIZES):
        for engine, where in (("hoomd", device), ("lammps", "cpu")):
            if engine in installed() and (where == "gpu" or bodies <= LARGEST_ON_CPU):
                speed = apart(steps_per_second, model, bodies, engine, where, SECONDS)
                name = f"{engine}, {'GPU' if where == 'gpu' else 'one core'}"
                yield {"model": model, "engine": name, "bodies": bodies, "steps/s": speed}


def steps_per_second(model: str, bodies: int, engine: str, device: str, seconds: float) -> float:
    """Steps per second, of wall time on a GPU, after the relaxation and the choice of the mesh.

    Parameters
    ----------
    model : str
        Model of the nanocluster.
    bodies : int
        Number of bodies.
    engine, device : str
        Engine; ``gpu`` or ``cpu``.
    seconds : float
        Duration of the measurement, s.
    """
    from benchmarks.systems import dipoles
    from janus_md.engines.base import Device
    from janus_md.simulation.cost import speed

    return speed(dipoles(model, 1.25, bodies), engine, seconds, Device(device, 1, 0))


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("gpu_engines")
