"""Sweeps of the acceptance runs, as templates of janus-md."""

from __future__ import annotations

from typing import Any

KT = 2.478957
"""kJ/mol at 298.15 K."""

MICELLES = (3.0, 4.0, 5.0, 6.0, 8.0)
"""Depths of the attraction of the two-bead amphiphile, kT."""

DENSITIES = (0.0025, 0.0125)
"""Further number densities at 5 kT, 1/nm^3: 0.02 and 0.10 in units of the head's diameter."""

J6 = (1.0, 1.2, 1.5)
J6W = (0.35, 0.55, 0.65, 0.8)
"""Depths of the attraction of a site of the two Janus spheres, kT."""

EPSILON = "interactions.A-A.attraction.epsilon"


def _sweep(particle: str, densities: tuple[float, ...], depths: tuple[float, ...], replicas: int,
           length: float = 50.0) -> dict[str, Any]:  # fmt: skip
    return {
        "fixed": {
            "particle": particle,
            "n_bodies": 216,
            "temperature": 298.15,
            "protocol": {
                "time_step_ps": 0.25,
                "damping_ps": 69.6,
                "relax_ps": 50.0,
                "produce_ns": length,
                "frame_interval_ps": 100.0,
            },
        },
        "grid": {
            "number_density": list(densities),
            EPSILON: [round(depth * KT, 6) for depth in depths],
        },
        "replicas": replicas,
    }


SWEEPS = {
    "micelles": ("lammps", _sweep("amphiphile", (0.00625,), MICELLES, 4)),
    "hoomd": ("hoomd", _sweep("amphiphile", (0.00625,), (5.0, 6.0), 2)),
    "densities": ("lammps", _sweep("amphiphile", DENSITIES, (5.0,), 4)),
    "J6": ("lammps", _sweep("J6", (0.00625,), J6, 4)),
    "J6w": ("lammps", _sweep("J6w", (0.00625,), J6W, 4, length=30.0)),
}
"""Engine and template of each workspace, in the order of the runs."""
