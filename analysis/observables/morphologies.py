"""What bodies with attractive sites form: the share of them in aggregates of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from janus_md.analysis.aggregates.morphology.kinds import KINDS, share_name
from janus_md.common.observables import Column, Observable

if TYPE_CHECKING:
    from janus_md.analysis.pipeline.context import FrameContext


def compute(context: FrameContext) -> dict[str, float]:
    """Shares of the bodies by kind of aggregate, and the mean size of a micelle."""
    found = context.aggregates
    if found is None:
        return dict.fromkeys((column.name for column in OBSERVABLE.columns), float("nan"))
    micelles = found.n[found.kind == KINDS.index("micelle")]
    mean = float(micelles.mean()) if len(micelles) else float("nan")
    return {**{share_name(kind): found.share(kind) for kind in KINDS}, "mean_micelle_n": mean}


def _share(kind: str, meaning: str, shown: bool = False) -> Column:
    return Column(
        share_name(kind),
        f"share of the bodies in {meaning}",
        averaged=True,
        heading=("share in", f"{kind}s") if shown else None,
        in_query=shown,
        source="janus_md.analysis.aggregates.morphology.kinds",
    )


OBSERVABLE = Observable(
    (
        _share(
            "monomer",
            "no aggregate, of those with attractive sites; null where no pair of kinds attracts, "
            "as are the others here",
        ),
        _share("oligomer", "aggregates of two or three"),
        _share("micelle", "micelles: round, all attractive sides inwards", shown=True),
        _share("vesicle", "vesicles: closed double shells with an inside"),
        _share("filled_vesicle", "closed double shells without an inside"),
        _share("sheet", "sheets: flat, in parallel or antiparallel order"),
        _share("worm", "worms: elongated, in no such order", shown=True),
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
    ),
    compute,
    place=80,
)
