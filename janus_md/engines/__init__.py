"""Engines behind one interface; the engine is chosen at execution."""

from __future__ import annotations

from importlib.util import find_spec

from janus_md.common.errors import JanusError
from janus_md.common.registry import Registry
from janus_md.engines import ranks
from janus_md.engines.base import Device, Engine, EngineStatus

ENGINES: Registry[type[Engine]] = Registry(
    "engine", "janus_md.engines", "ENGINE", "janus_md.engines", folders_alone=True
)
"""All engines; of equally fast ones, the first in alphabetical order is preferred."""

DEVICES = ("auto", "cpu", "gpu")
"""Allowed values of a requested device."""


def probe(engine: str = "auto") -> list[EngineStatus]:
    """Return the status of all engines here, or of one engine without importing the others."""
    return [ENGINES.get(name).status() for name in ENGINES if engine in ("auto", name)]


def present() -> list[type[Engine]]:
    """Return the engines whose packages are installed, without importing the packages."""
    engines = map(ENGINES.get, ENGINES)
    return [engine for engine in engines if find_spec(engine.package) is not None]


def load(name: str) -> Engine:
    """Return the engine called `name`, which runs on all ranks if there are several."""
    if ranks.size() == 1:
        return adapter(name)
    from janus_md.engines.distributed import DistributedEngine

    return DistributedEngine(adapter(name))


def adapter(name: str) -> Engine:
    """Return the adapter called `name`, for this process."""
    if name not in ENGINES.names():
        raise JanusError(f"engine: {name!r} is unknown; allowed are auto, {', '.join(ENGINES)}")
    return ENGINES.get(name)()


def require(engine: str = "auto", device: str = "auto") -> list[tuple[str, str]]:
    """Return the (engine, device) pairs that can serve a request, those on GPUs first.

    With the device ``auto``, they include those on the CPU also if there is a GPU.

    Raises
    ------
    JanusError
        If the requested engine or device is unknown or not available.
    """
    if engine not in ("auto", *ENGINES):
        load(engine)
    if device not in DEVICES:
        raise JanusError(f"device: {device!r} is unknown; allowed are {', '.join(DEVICES)}")
    found = probe(engine)
    usable = [status for status in found if status.installed]
    if not usable:
        if engine != "auto":
            here = [status.name for status in probe() if status.installed]
            others = f"; allowed are auto and {', '.join(here)}" if here else ""
            raise JanusError(f"engine: {engine!r} is not usable here ({found[0].advice}){others}")
        missing = "; ".join(f"{status.name}: {status.advice}" for status in found)
        raise JanusError(f"engine: 'auto' finds no engine that is usable here ({missing})")
    on_gpu = [(status.name, "gpu") for status in usable if "gpu" in status.devices]
    if device == "gpu":
        if not on_gpu:
            reasons = "; ".join(f"{s.name}: {s.advice or 'runs only on CPUs'}" for s in usable)
            raise JanusError(
                f"device: 'gpu' is not usable here ({reasons}); allowed are auto and cpu"
            )
        return on_gpu
    on_cpu = [(status.name, "cpu") for status in usable]
    return on_gpu + on_cpu if device == "auto" else on_cpu


__all__ = [
    "DEVICES",
    "ENGINES",
    "Device",
    "Engine",
    "EngineStatus",
    "adapter",
    "load",
    "present",
    "probe",
    "require",
]
