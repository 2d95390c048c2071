"""Without a bath, the total energy of dry wires: the curve behind the default time step."""

from __future__ import annotations

import pytest

from benchmarks.energy_drift import MODELS, watch
from janus_md.engines import Engine
from janus_md.study.resolve import completed

SHORT_STEP, DAMPING = 0.1, 5.0
"""Time step of the reference, and default damping time, ps."""
BOUND = 1e-4
"""Drift within the bath's damping time at the default time step, kT per degree of freedom."""


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_energy_is_conserved_to_second_order(engine: Engine, report_check, model: str) -> None:
    """Fluctuations of velocity Verlet's energy go as the square of the time step."""
    default = completed(
        {
            "particle": "R-Au-Cu",
            "model": model,
            "n_bodies": 64,
            "volume_fraction": 0.05,
            "relative_permittivity": 1.0,
        }
    ).protocol.time_step_ps
    assert default is not None
    runs = {
        step: watch(model, engine.name, "tight", step, start=0, watched_ps=60.0)
        for step in (SHORT_STEP, default, 0.2, 0.4)
    }
    ratio = runs[0.2].fluctuation / runs[SHORT_STEP].fluctuation
    drift = runs[SHORT_STEP].drift
    report_check(
        f"fluctuation of the energy, 0.2 ps over 0.1 ps, dry {model}",
        reference=4.0,
        source="second order of velocity Verlet",
        ours=float(f"{ratio:.2g}"),
        engine=engine.name,
    )
    report_check(
        f"drift of the energy at {SHORT_STEP} ps / (kT per d.o.f. and ns), dry {model}",
        reference=0.0,
        source="conservation",
        ours=float(f"{drift:.2g}"),
        engine=engine.name,
    )
    assert 2.8 < ratio < 7.0  # the first order would give 2, the third 8
    assert abs(runs[0.4].drift) > abs(drift)
    assert abs(runs[default].drift) * 1e-3 * DAMPING < BOUND
