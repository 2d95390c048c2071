"""Bonds by pair energy, and their agreement with geometric bonds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext

_NULL = "; null where n_bonds_energy is"


def compute(context: FrameContext) -> dict[str, float]:
    """Compute the wires of bonds by energy, and the agreement with geometric bonds."""
    from janus_md.analysis.aggregates.energy import select_bonds_by_energy
    from janus_md.analysis.aggregates.wires import wire_sizes
    from janus_md.analysis.observables.wire_lengths import length_statistics

    criterion = context.settings.energy
    if criterion is None or not context.names_present <= set(criterion.bodies):
        return dict.fromkeys((column.name for column in OBSERVABLE.columns), float("nan"))
    bonds = context.bonds
    found = select_bonds_by_energy(
        context.pairs,
        context.projections,
        context.orientations,
        context.names,
        context.kinds,
        criterion,
    )
    n = len(context.axes)
    lengths = length_statistics(wire_sizes(n, found))
    both = np.intersect1d(bonds.source * n + bonds.target, found.source * n + found.target)
    either = len(bonds) + len(found) - len(both)
    return {
        "n_bonds_energy": len(found),
        "mean_n_energy": lengths["mean_n"],
        "mean_w_energy": lengths["mean_w"],
        "bonds_agreeing": len(both) / either if either else float("nan"),
    }


OBSERVABLE = Observable(
    (
        Column(
            "n_bonds_energy",
            "bonds by energy, below half of the minimum of the pair energy; null if the file does "
            "not describe its bodies or charges are off",
            source="janus_md.analysis.aggregates.energy",
        ),
        Column(
            "mean_n_energy",
            "mean wire length by number, of bonds by energy" + _NULL,
            "bodies",
            averaged=True,
        ),
        Column(
            "mean_w_energy",
            "mean wire length by weight, of bonds by energy" + _NULL,
            "bodies",
            averaged=True,
        ),
        Column(
            "bonds_agreeing",
            "bonds by both criteria over bonds by at least one; null without bonds",
        ),
    ),
    compute,
    place=65,
    of_wires=True,
)
