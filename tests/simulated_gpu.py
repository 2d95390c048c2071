"""A GPU that is simulated: runs on it use the CPU, and trials have speeds of a model.

The functions change the classes of this process; :data:`BODIES` changes them in new processes
(:func:`tests.patched.patch_processes`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from janus_md.engines.base import Device, EngineStatus

CPU_RATES = {"hoomd": 2e5, "lammps": 6e5}
"""Site-steps per second of one core: a step takes a time proportional to the number of sites."""

GPU_STEP, GPU_RATE = 1e-3, 5e7
"""A step takes 1 ms, and further time by this number of site-steps per second."""

BODIES = {
    "engines__hoomd__engine": """
        from tests.simulated_gpu import add_gpu
        add_gpu(HoomdEngine, HoomdSimulation)
    """,
    "engines__trials": """
        from tests.simulated_gpu import modelled
        Trials.speed = modelled
    """,
}


def speed(engine: str, device: str, sites: int) -> float:
    """Return the steps per second of the model."""
    if device == "gpu":
        return 1.0 / (GPU_STEP + sites / GPU_RATE)
    return CPU_RATES[engine] / sites


def modelled(trials: Any, _: Any) -> float:
    """Return the speed of a trial by the model."""
    sites = sum(len(trials.system.bodies[kind].positions) + 1 for kind in trials.system.kinds)
    return speed(trials.engine.name, trials.device.kind, sites)


def add_gpu(engine: Any, simulation: Any) -> None:
    """Let HOOMD-blue find a GPU, whose simulations use the CPU."""
    status, begin = engine.status, simulation.__init__

    def with_gpu(_: Any) -> EngineStatus:
        return replace(status(), devices=["cpu", "gpu"], advice="", gpu_build=True)

    def on_cpu(self: Any, *arguments: Any) -> None:
        here = [Device() if isinstance(one, Device) else one for one in arguments]
        begin(self, *here)

    engine.status, simulation.__init__ = classmethod(with_gpu), on_cpu
    engine.gpus = classmethod(lambda _: ["[0] simulated"])
