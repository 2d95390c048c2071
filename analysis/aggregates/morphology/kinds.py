"""Kinds of aggregate, and the thresholds that tell them apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from janus_md.model.body import FloatArray

KINDS = (
    "monomer",
    "oligomer",
    "micelle",
    "vesicle",
    "filled_vesicle",
    "sheet",
    "worm",
    "string",
    "network",
    "crystal",
    "cluster",
)
"""Names of the kinds, in the order of their codes."""

OLIGOMER_UP_TO = 3
"""Bodies that an oligomer has at most."""

LARGE = 30
"""Bodies that a vesicle or sheet has at least."""

CRYSTAL_FROM = 13
"""Bodies that a crystal has at least: one and its twelve neighbours."""


def share_name(kind: str) -> str:
    """Name of the column with the share of the bodies in aggregates of this kind."""
    return f"share_{kind}s"


def vesicle_candidates(measures: Mapping[str, FloatArray]) -> NDArray[np.bool_]:
    """Tell which aggregates are closed double shells, hollow or not."""
    return np.asarray(
        (measures["n"] >= LARGE)
        & (measures["radial"] >= 0.5)
        & (measures["outward"] >= 0.1)
        & (measures["anisotropy"] <= 0.15)
    )


def classify(measures: Mapping[str, FloatArray]) -> NDArray[np.int8]:
    """Kind of each aggregate, as an index into :data:`KINDS`.

    The first that holds, in this order: 1 body, monomer; 2 or 3, oligomer; at least half of 13 or
    more bodies crystalline, crystal; a double shell, vesicle where its cavity is at least 1 S^3
    and else filled vesicle; M at least 0.75, at most 0.05 outwards and kappa^2 at most 0.25,
    micelle; at least 5 bodies, polarisation at least 0.6 and kappa^2 at least 0.7, string; at least
    30 bodies, local nematic order at least 0.4 and flatness at least 0.6, sheet; spans the box,
    network; at least 8 bodies and kappa^2 at least 0.25, worm; else cluster.

    Without the axes of the bodies, only monomers, oligomers, crystals, networks, worms and clusters
    are told. A string then counts as a worm, and kappa^2 of a worm is at least 0.5: that of a
    circular disc is 0.25.

    Parameters
    ----------
    measures : mapping of str to ndarray, shape (A,)
        n, dims, solid, cavity, and those of
        :mod:`janus_md.analysis.aggregates.morphology.measures`; NaN where one is not defined.
    """
    n, anisotropy = measures["n"], measures["anisotropy"]
    shell, undirected = vesicle_candidates(measures), np.isnan(measures["polarisation"])
    rules = (
        ("monomer", n == 1),
        ("oligomer", n <= OLIGOMER_UP_TO),
        ("crystal", (n >= CRYSTAL_FROM) & (measures["solid"] >= 0.5)),
        ("vesicle", shell & (measures["cavity"] >= 1.0)),
        ("filled_vesicle", shell),
        (
            "micelle",
            (measures["inward"] >= 0.75) & (measures["outward"] <= 0.05) & (anisotropy <= 0.25),
        ),
        ("string", (n >= 5) & (measures["polarisation"] >= 0.6) & (anisotropy >= 0.7)),
        ("sheet", (n >= LARGE) & (measures["nematic"] >= 0.4) & (measures["flatness"] >= 0.6)),
        ("network", measures["dims"] > 0),
        ("worm", (n >= 8) & (anisotropy >= np.where(undirected, 0.5, 0.25))),
    )
    codes = [KINDS.index(name) for name, _ in rules]
    found = np.select([rule for _, rule in rules], codes, KINDS.index("cluster"))
    return found.astype(np.int8)
