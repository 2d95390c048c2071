"""Detection of engines and devices in a separate process.

An engine that crashes on import or initialises MPI then does not affect this process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from janus_md.common.errors import JanusError


@dataclass(frozen=True)
class Found:
    """Engines and devices that were found.

    Attributes
    ----------
    engines : list of dict
        Fields of :class:`janus_md.engines.EngineStatus`, and ``present``: whether the package is
        installed, usable or not.
    candidates : list of (str, str)
        Engines and devices that satisfy the request, best first.
    gpus : int
        GPUs that an engine here can use.
    refusal : str
        Why the request cannot be satisfied; empty if it can.
    """

    engines: list[dict[str, Any]]
    candidates: list[tuple[str, str]] = field(default_factory=list)
    gpus: int = 0
    refusal: str = ""


def ask(engine: str = "auto", device: str = "auto") -> Found:
    """Find engines and devices that satisfy a request.

    Raises
    ------
    JanusError
        If the detection crashed.
    """
    command = [sys.executable, "-m", "janus_md.engines.probing", engine, device]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise JanusError(
            f"engine: the detection of engines ended with exit code {done.returncode} ({last}); "
            "see janus-md doctor"
        ) from error
    answer["candidates"] = [(name, kind) for name, kind in answer["candidates"]]
    return Found(**answer)


def require(engine: str, device: str) -> Found:
    """Return engines and devices for a request; raise an error if there are none."""
    found = ask(engine, device)
    if found.refusal:
        raise JanusError(found.refusal)
    return found


def _main(engine: str, device: str) -> None:
    """Print engines and devices as one line of JSON."""
    from dataclasses import asdict

    from janus_md import engines

    statuses = engines.probe(engine)
    present = {one.name for one in engines.present()}
    answer: dict[str, Any] = {
        "engines": [asdict(status) | {"present": status.name in present} for status in statuses],
        "candidates": [],
        "gpus": 0,
        "refusal": "",
    }
    try:
        answer["candidates"] = engines.require(engine, device)
    except JanusError as error:
        answer["refusal"] = str(error)
    if any("gpu" in status.devices for status in statuses):
        answer["gpus"] = max(
            len(engines.ENGINES.get(one.name).gpus()) for one in statuses if "gpu" in one.devices
        )
    print(json.dumps(answer))


if __name__ == "__main__":
    _main(*sys.argv[1:3])
