"""What the bodies form: the share of them in aggregates of each kind, and the sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from janus_md.analysis.aggregates.morphology.kinds import KINDS, OLIGOMER_UP_TO, share_name
from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Shares of the bodies by kind of aggregate, and sizes of the aggregates."""
    found = context.aggregates
    if found is None:
        return dict.fromkeys((column.name for column in OBSERVABLE.columns), float("nan"))
    micelles = found.n[found.kind == KINDS.index("micelle")].astype(float)
    large = found.n[found.n > OLIGOMER_UP_TO].astype(float)
    volume = abs(float(np.linalg.det(context.lattice)))
    return {
        **{share_name(kind): found.share(kind) for kind in KINDS},
        "mean_micelle_n": _mean(micelles),
        "mean_aggregate_n": _mean(large),
        "mean_aggregate_w": _mean(large, large),
        "monomer_density": np.count_nonzero(found.kind == KINDS.index("monomer")) / volume,
    }


def _mean(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Mean of sizes; NaN where there are none."""
    return float(np.average(values, weights=weights)) if len(values) else float("nan")


def _share(kind: str, meaning: str) -> Column:
    return Column(
        share_name(kind),
        f"share of the bodies in {meaning}",
        averaged=True,
        heading=("share in", f"{kind.replace('_', ' ')}s"),
        narrow=("share in", f"{kind.replace('_', ' ')}s"),
        in_query=True,
        if_any=True,
        source="janus_md.analysis.aggregates.morphology.kinds",
    )


OBSERVABLE = Observable(
    (
        _share(
            "monomer",
            "no aggregate, of those with sites that join bodies; null where n_clusters is, as are "
            "the others here",
        ),
        _share("oligomer", "aggregates of two or three"),
        _share("micelle", "micelles: round, all attractive sides inwards"),
        _share("vesicle", "vesicles: closed double shells with an inside"),
        _share("filled_vesicle", "closed double shells without an inside"),
        _share("sheet", "sheets: flat, in parallel or antiparallel order"),
        _share("worm", "worms: elongated, in no such order"),
        _share("string", "strings: elongated, all bodies pointing one way"),
        _share("network", "networks: aggregates of no such kind that span the box"),
        _share("crystal", "crystals: at least half of the bodies crystalline"),
        _share("cluster", "aggregates of no other kind"),
        Column(
            "mean_micelle_n",
            "mean size of a micelle by number; null where there is none",
            "bodies",
            averaged=True,
            heading=("mean micelle", "/ bodies"),
            narrow=("micelle", "(number)"),
            in_query=True,
            source="janus_md.analysis.aggregates.morphology.kinds",
        ),
        Column(
            "mean_aggregate_n",
            "mean size by number of the aggregates of four or more; null where there is none",
            "bodies",
            averaged=True,
        ),
        Column(
            "mean_aggregate_w",
            "mean size by weight of the aggregates of four or more; null where there is none",
            "bodies",
            averaged=True,
        ),
        Column(
            "monomer_density",
            "number density of free monomers: bodies in no aggregate, over the volume of the box",
            "1/nm³",
            averaged=True,
            heading=("free monomers", "/ nm⁻³"),
            narrow=("monomers", "/ nm⁻³"),
        ),
    ),
    compute,
    place=80,
)
