"""Speed of HOOMD-blue on a device with and without the component, against the number of bodies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from benchmarks.earlier import Unavailable
from benchmarks.figures import Figure
from benchmarks.gpu_engines import SECONDS
from benchmarks.processes import apart
from benchmarks.versions import installed

TITLE = "Component"
ABOUT = """
Steps per second of R-Au-Cu at relative permittivity 1.25 and volume fraction 0.05 with HOOMD-blue
alone, with the component and PPPM, and with the component and `electrostatics.method: cutoff`.
`janus-md run` uses the component on CPUs alone until it has been tested on a GPU:
`hoomd_component/cuda/compile.sh` runs the tests of its kernels.
"""
LABELS = ("bodies",)
PASSES = 1
FIGURE = Figure(x="bodies", y="steps/s", series=("model", "method"), log="xy")

SIZES = (216, 1728, 10_000, 100_000)
MODELS = ("sphere", "bladed")
METHODS = {
    "HOOMD-blue, PPPM": ("pppm", False),
    "component, PPPM": ("pppm", True),
    "component, cutoff": ("cutoff", True),
}
"""Method of the electrostatics, and whether the component is used, by name."""


def rows(quick: bool = False, device: str = "gpu") -> Iterator[dict[str, Any]]:
    """One pass: all models, sizes and methods.

    Raises
    ------
    Unavailable
        If HOOMD-blue or the component is not installed.
    """
    if "hoomd" not in installed():
        raise Unavailable("HOOMD-blue is not installed")
    if find_component() is None:
        raise Unavailable("the component is not installed (`make component`)")
    for model, bodies in product(MODELS, SIZES[:1] if quick else SIZES):
        for name in METHODS:
            speed = apart(steps_per_second, model, bodies, name, device, SECONDS)
            yield {"model": model, "method": name, "bodies": bodies, "steps/s": speed}


def find_component() -> str | None:
    """Version of the component, or None."""
    from janus_md.engines import adapter

    return adapter("hoomd").component_version()


def steps_per_second(model: str, bodies: int, name: str, device: str, seconds: float) -> float:
    """Steps per second with a method of :data:`METHODS`, of wall time on a GPU."""
    from benchmarks.systems import dipoles
    from janus_md.engines.base import Device
    from janus_md.engines.hoomd.engine import HoomdEngine
    from janus_md.simulation.cost import speed

    method, with_component = METHODS[name]
    engine = HoomdEngine()
    engine = engine.with_component_on_gpu() if with_component else engine.without_component()
    setup = dipoles(model, 1.25, bodies, electrostatics={"method": method})
    return speed(setup, engine, seconds, Device(device, 1, 0))


if __name__ == "__main__":
    from benchmarks.bench import alone

    alone("gpu_component")
