"""Choice between CPU and GPU: the rule by size, and a sentence about the choice for logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from janus_md.engines import ENGINES
from janus_md.engines.capabilities import objection
from janus_md.model.setup import Setup
from janus_md.workspace.documents import trial_key, trial_speed

LARGE_SITES = 50_000
"""Number of sites (centres of bodies and beads) from which a GPU is used without trials on the CPU.

The fastest engine on a CPU makes about 6e5 site-steps per second and core (``costs.yaml``), which
is 12 steps per second at this size. Below it, the time of a step on a GPU hardly depends on the
size, so that trials decide."""

TRIALS, SIZE = "trials", "number of sites"
"""Values of ``device_from`` in the job document; null if there was only one kind of device."""

Candidates = list[tuple[str, str]]
"""Engines and devices (``cpu``, ``gpu``)."""


def to_try(setup: Setup, candidates: Sequence[tuple[str, str]]) -> tuple[Candidates, str | None]:
    """Return the candidates to measure, and how the device is chosen.

    Parameters
    ----------
    setup : Setup
        What is simulated.
    candidates : sequence of (str, str)
        Engines and devices that can serve the request.

    Returns
    -------
    candidates : list of (str, str)
        Those on GPUs for :data:`LARGE_SITES` or more; otherwise all.
    device_from : str or None
        :data:`TRIALS`, :data:`SIZE`, or None if there is only one kind of device.
    """
    able = [one for one in candidates if not objection(ENGINES.get(one[0]), setup)]
    on_gpu = [one for one in able if one[1] == "gpu"]
    if not on_gpu or len(on_gpu) == len(able):
        return list(candidates), None
    return (on_gpu, SIZE) if setup.n_sites >= LARGE_SITES else (able, TRIALS)


def described(execution: Mapping[str, Any]) -> str:
    """Return which engine and device were chosen, and why; empty if there was only one device.

    An example is ``lammps on the CPU, the fastest in trials: lammps cpu 1450 steps/s, hoomd gpu 990
    steps/s``.
    """
    device_from = execution.get("device_from")
    if device_from is None:
        return ""
    chosen = f"{execution['engine']} on the {execution['device'].upper()}"
    if device_from == SIZE:
        return (
            f"{chosen} without trials on the CPU, because of the number of sites; "
            f"{trial_speed(execution):.3g} steps/s in its trial"
        )
    speeds = execution["trial_steps_per_second"]
    best = trial_key(execution["engine"], execution["device"])
    ranked = sorted(speeds, key=lambda name: (name != best, -speeds[name]))
    told = ", ".join(f"{name} {speeds[name]:.4g} steps/s" for name in ranked)
    earlier = execution["mesh_from"]
    when = f" ({earlier})" if earlier.startswith("an earlier choice") else ""
    return f"{chosen}, the fastest in trials{when}: {told}"
