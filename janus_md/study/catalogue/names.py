"""Names of particles."""

from __future__ import annotations

import re

from janus_md.model.nanocluster import MODELS

LONGEST_NAME = 64
"""Letters of a name."""


def check_name(name: str) -> str:
    """Return the name of a particle.

    It is the type of the centre, which GSD writes in ASCII, and stands in keys, filters and file
    names.

    Raises
    ------
    ValueError
        If it cannot be one.
    """
    sites = [site for model in MODELS for site in MODELS.get(model).types]
    if name in sites or not re.fullmatch(r"\w[\w+-]*", name, re.ASCII):
        raise ValueError(
            f"{name!r} is not allowed; it must be of letters (A to Z, a to z), digits, "
            f"- + _, and not {', '.join(sites)}, which are sites of the models"
        )
    if len(name) > LONGEST_NAME:
        raise ValueError(
            f"{name[:20]}... is not allowed; it has {len(name)} letters and may have {LONGEST_NAME}"
        )
    return name
