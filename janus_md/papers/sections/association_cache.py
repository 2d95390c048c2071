"""Association constants kept in a file, since their calculation takes seconds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from janus_md.common.files import publish_text, read_object
from janus_md.model.association.constants import AssociationConstants, Sampling
from janus_md.study.catalogue import catalog
from janus_md.study.catalogue.association import PairConstants, pair_constants

METHOD = 1
"""Number of the method; constants of another one are computed again."""


def cached_constants(
    file: Path,
    names: tuple[str, str],
    model: str,
    relative_permittivities: Sequence[float],
    temperature: float,
    sampling: Sampling | None = None,
) -> PairConstants:
    """Return the association constants of two particles, from a file if it has them.

    Constants that are not there are computed and added. A damaged file is written anew.

    Parameters
    ----------
    file : Path
        JSON file.
    names : tuple of 2 str
        Particles of the catalogue.
    model : str
        Model of nanoclusters.
    relative_permittivities : sequence of float
        Of the medium.
    temperature : float
        K.
    sampling : Sampling, optional
        Length of the Monte Carlo calculation.
    """
    sampling = sampling or Sampling()
    entries = [catalog.entry(name) for name in names]
    bodies = (catalog.build(entries[0], model), catalog.build(entries[1], model))
    described: list[Any] = [METHOD, temperature, list(relative_permittivities), asdict(sampling)]
    described += [one.interactions for one in entries] + [body.to_dict() for body in bodies]
    text = json.dumps(described, sort_keys=True)
    key = f"{' '.join(names)} {hashlib.sha256(text.encode()).hexdigest()[:16]}"
    kept = read_object(file)
    try:
        different = [AssociationConstants(*map(np.array, one)) for one in kept[key]["constants"]]
        of = tuple(different[k] for k in kept[key]["of"])
        return PairConstants(bodies, np.array(relative_permittivities, float), of)
    except (KeyError, TypeError, IndexError):
        pass
    found = pair_constants(
        entries[0], entries[1], model, relative_permittivities, temperature, sampling=sampling
    )
    distinct = list({id(one): one for one in found.of}.values())
    kept[key] = {
        "of": [next(k for k, two in enumerate(distinct) if one is two) for one in found.of],
        "constants": [[column.tolist() for column in vars(one).values()] for one in distinct],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    publish_text(file, json.dumps(kept, indent=1) + "\n")
    return found
